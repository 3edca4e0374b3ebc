package wire

import (
	"bytes"
	"encoding/hex"
	"errors"
	"strings"
	"testing"
)

// counter gives masking keys that a test can foresee: 0, 1, 2, …
func counter() func() [4]byte {
	n := byte(0)
	return func() [4]byte { n++; return [4]byte{0, 0, 0, n - 1} }
}

func TestSender(t *testing.T) {
	first := Header{Opcode: OpText}
	last := Header{Fin: true}
	for _, tt := range []struct {
		name    string
		deflate bool
		send    func(s *Sender, dst []byte) ([]byte, error)
		octets  string // from a server
		rule    *Rule  // or the rule that forbids it
	}{
		{"a message", false, func(s *Sender, dst []byte) ([]byte, error) { return s.Message(dst, OpText, []byte("Hello")) }, "810548656c6c6f", nil},
		{"an empty message", false, func(s *Sender, dst []byte) ([]byte, error) { return s.Message(dst, OpBinary, nil) }, "8200", nil},
		{"a ping", false, func(s *Sender, dst []byte) ([]byte, error) { return s.Ping(dst, []byte("x")) }, "890178", nil},
		{"a ping too long", false, func(s *Sender, dst []byte) ([]byte, error) { return s.Ping(dst, make([]byte, 126)) }, "", RuleControlLength},
		{"a Close", false, func(s *Sender, dst []byte) ([]byte, error) { return s.Close(dst, 1000, "x") }, "880303e878", nil},
		{"a Close without a code", false, func(s *Sender, dst []byte) ([]byte, error) { return s.Close(dst, StatusNoStatusRcvd, "") }, "8800", nil},
		{"a Close with 1006", false, func(s *Sender, dst []byte) ([]byte, error) { return s.Close(dst, 1006, "") }, "", RuleCloseCode1006},
		{"a message in fragments", false, func(s *Sender, dst []byte) ([]byte, error) {
			dst, err := s.Append(dst, first, []byte("a"))
			if err != nil || !s.InMessage() {
				return dst, err
			}
			dst, err = s.Append(dst, last, []byte("b"))
			if s.InMessage() {
				return dst, errors.New("the message is still open")
			}
			return dst, err
		}, "01016180" + "0162", nil},
		{"the shortest length form, whatever was asked for", false, func(s *Sender, dst []byte) ([]byte, error) {
			return s.Append(dst, Header{Fin: true, Opcode: OpText, Form: Length64}, []byte("x"))
		}, "810178", nil},
		{"a continuation of nothing", false, func(s *Sender, dst []byte) ([]byte, error) { return s.Append(dst, last, nil) }, "", RuleContinuation},
		{"RSV1, nothing agreed", false, func(s *Sender, dst []byte) ([]byte, error) {
			return s.Append(dst, Header{Fin: true, RSV: RSV1, Opcode: OpText}, nil)
		}, "", RuleReservedBits},
		{"RSV1, deflate agreed", true, func(s *Sender, dst []byte) ([]byte, error) {
			return s.Append(dst, Header{Fin: true, RSV: RSV1, Opcode: OpText}, []byte{0})
		}, "c10100", nil},
		{"a reserved opcode", false, func(s *Sender, dst []byte) ([]byte, error) { return s.Message(dst, 3, nil) }, "", RuleOpcode},
	} {
		t.Run(tt.name, func(t *testing.T) {
			for _, role := range []Role{RoleServer, RoleClient} {
				s := NewSender(Config{Role: role, Deflate: tt.deflate, MaskKey: func() [4]byte { return [4]byte{} }})
				got, err := tt.send(s, []byte("before"))
				got = got[len("before"):]
				if tt.rule != nil {
					var v *Violation
					if !errors.As(err, &v) || v.Rule != tt.rule || len(got) != 0 {
						t.Errorf("%v: %v, %x, want %s and nothing sent", role, err, got, tt.rule.ID)
					}
					continue
				}
				if err != nil {
					t.Errorf("%v: %v", role, err)
				}
				if role == RoleClient {
					got = unmasked(t, got)
				}
				if hex.EncodeToString(got) != tt.octets {
					t.Errorf("%v: %x, want %s", role, got, tt.octets)
				}
			}
		})
	}
}

// unmasked rewrites frames without their masks; each must have had one.
func unmasked(t *testing.T, p []byte) (out []byte) {
	t.Helper()
	for len(p) > 0 {
		h, n, err := ParseHeader(p)
		if err != nil || !h.Masked {
			t.Fatalf("frame %x: masked %v, %v", p, h.Masked, err)
		}
		payload := p[n : n+int(h.Length)]
		Mask(h.MaskKey, 0, payload)
		h.Masked = false
		out = append(AppendHeader(out, h), payload...)
		p = p[n+len(payload):]
	}
	return out
}

func TestSenderTakesAFreshKeyForEveryFrame(t *testing.T) {
	s := NewSender(Config{Role: RoleClient, MaskKey: counter()})
	payload := []byte("unchanged")
	for n := range byte(3) {
		p, err := s.Message(nil, OpText, payload)
		if err != nil {
			t.Fatal(err)
		}
		h, _, err := ParseHeader(p)
		if err != nil || h.MaskKey != [4]byte{0, 0, 0, n} {
			t.Errorf("frame %d: key %v, %v", n, h.MaskKey, err)
		}
	}
	if string(payload) != "unchanged" {
		t.Errorf("the caller's payload became %q", payload)
	}
}

func TestClientWithoutKeysPanics(t *testing.T) {
	defer func() {
		if recover() == nil {
			t.Error("NewSender took a client without masking keys")
		}
	}()
	NewSender(Config{Role: RoleClient})
}

func TestSenderSendsNothingBehindItsClose(t *testing.T) {
	s := NewSender(Config{Role: RoleServer})
	if _, err := s.Close(nil, 1000, ""); err != nil || !s.CloseSent() {
		t.Fatalf("Close: %v, sent %v", err, s.CloseSent())
	}
	for name, send := range map[string]func() ([]byte, error){
		"message":        func() ([]byte, error) { return s.Message(nil, OpText, nil) },
		"ping":           func() ([]byte, error) { return s.Ping(nil, nil) },
		"pong":           func() ([]byte, error) { return s.Pong(nil, nil) },
		"another Close":  func() ([]byte, error) { return s.Close(nil, 1000, "") },
		"reply to ping":  func() ([]byte, error) { return s.Reply(nil, Event{Kind: EventPing}), ErrCloseSent },
		"reply to Close": func() ([]byte, error) { return s.Reply(nil, Event{Kind: EventClose, Code: 1000}), ErrCloseSent },
	} {
		if p, err := send(); !errors.Is(err, ErrCloseSent) || len(p) != 0 {
			t.Errorf("%s: %x, %v, want nothing and ErrCloseSent", name, p, err)
		}
	}
}

func TestReply(t *testing.T) {
	long := RuleText.Violation("%s", strings.Repeat("é", 100))
	for _, tt := range []struct {
		name  string
		event Event
		want  frame
		none  bool
	}{
		{"a ping", Event{Kind: EventPing, Data: []byte("data")}, whole(OpPong, "data"), false},
		{"a pong", Event{Kind: EventPong, Data: []byte("data")}, frame{}, true},
		{"a message", Event{Kind: EventMessage}, frame{}, true},
		{"a Close repeats the code, not the reason", Event{Kind: EventClose, Code: 3001, Reason: "why"}, whole(OpClose, "\x0b\xb9"), false},
		{"a Close without a code", Event{Kind: EventClose, Code: StatusNoStatusRcvd}, whole(OpClose, ""), false},
		{"a failure", Event{Kind: EventFail, Code: 1002, Violation: RuleOpcode.Violation("what")}, whole(OpClose, "\x03\xeawhat (RFC 6455 5.2)"), false},
		{"a failure with a long story", Event{Kind: EventFail, Code: 1007, Violation: long}, whole(OpClose, "\x03\xef"+strings.Repeat("é", 61)), false},
		{"a lost connection", Event{Kind: EventLost, Code: 1006}, frame{}, true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := NewSender(Config{Role: RoleServer})
			var want []byte
			if !tt.none {
				want = stream(RoleServer, tt.want)
			}
			if got := s.Reply(nil, tt.event); !bytes.Equal(got, want) {
				t.Errorf("%q, want %q", got, want)
			}
		})
	}
}

func TestSenderAllocatesNothing(t *testing.T) {
	s := NewSender(Config{Role: RoleClient, MaskKey: func() [4]byte { return [4]byte{1, 2, 3, 4} }})
	buf, payload := make([]byte, 0, 2000), make([]byte, 1000)
	if n := testing.AllocsPerRun(100, func() {
		var err error
		if buf, err = s.Message(buf[:0], OpBinary, payload); err != nil {
			t.Fatal(err)
		}
		buf = s.Reply(buf, Event{Kind: EventPing, Data: payload[:10]})
	}); n != 0 {
		t.Errorf("%v allocations, want none", n)
	}
}
