package wire

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// A frame is what the tests send: any header, any payload.
type frame struct {
	Header
	payload string
}

func whole(op Opcode, payload string) frame {
	return frame{Header{Fin: true, Opcode: op}, payload}
}

func part(op Opcode, payload string) frame { return frame{Header{Opcode: op}, payload} }

func (f frame) rsv(r RSV) frame         { f.RSV = r; return f }
func (f frame) form(l LengthForm) frame { f.Form = l; return f }

// appendTo writes the frame as the sender would, masked if that is a client.
func (f frame) appendTo(dst []byte, sender Role) []byte {
	h := f.Header
	h.Length = uint64(len(f.payload))
	h.Masked = sender == RoleClient
	h.MaskKey = [4]byte{0xde, 0xad, byte(len(dst)), byte(len(f.payload))}
	dst = AppendHeader(dst, h)
	dst = append(dst, f.payload...)
	if h.Masked {
		Mask(h.MaskKey, 0, dst[len(dst)-len(f.payload):])
	}
	return dst
}

func stream(sender Role, frames ...frame) (octets []byte) {
	for _, f := range frames {
		octets = f.appendTo(octets, sender)
	}
	return octets
}

// events lists what a Receiver makes of the octets, cut into the pieces given,
// one line an event, adjacent data joined.
func events(t testing.TB, c Config, pieces ...[]byte) (lines []string) {
	t.Helper()
	r := NewReceiver(c)
	data, inData := "", false
	note := func(ev Event) {
		if ev.Kind == EventData {
			data += string(ev.Data)
			inData = true
			return
		}
		if inData {
			lines = append(lines, fmt.Sprintf("data %q", data))
			data, inData = "", false
		}
		if ev.Kind != EventNone {
			lines = append(lines, line(ev))
		}
	}
	for _, p := range pieces {
		p = append([]byte(nil), p...) // the Receiver unmasks in place
		for {
			n, ev := r.Receive(p)
			p = p[n:]
			if ev.Kind == EventNone {
				if len(p) > 0 {
					t.Fatalf("no event and %d octets left over", len(p))
				}
				break
			}
			note(ev)
		}
	}
	note(r.EOF())
	return lines
}

func line(ev Event) string {
	switch ev.Kind {
	case EventMessage, EventEnd:
		if ev.Compressed {
			return fmt.Sprintf("%v %v compressed", ev.Kind, ev.Opcode)
		}
		return fmt.Sprintf("%v %v", ev.Kind, ev.Opcode)
	case EventPing, EventPong:
		return fmt.Sprintf("%v %q", ev.Kind, ev.Data)
	case EventClose:
		return fmt.Sprintf("close %d %q", ev.Code, ev.Reason)
	case EventFail, EventLost:
		return fmt.Sprintf("%v %d %s: %s", ev.Kind, ev.Code, ev.Violation.Rule.ID, ev.Violation.Detail)
	}
	return ev.Kind.String()
}

// Each row is one direction of a connection, read by a server from a client and
// by a client from a server.
var received = []struct {
	name   string
	config Config
	frames []frame
	want   []string
}{
	{
		name:   "a text message, a Close",
		frames: []frame{whole(OpText, "Hello"), whole(OpClose, "\x03\xe8bye")},
		want:   []string{"message text", `data "Hello"`, "end text", `close 1000 "bye"`},
	}, {
		name:   "empty messages",
		frames: []frame{whole(OpText, ""), whole(OpBinary, ""), whole(OpClose, "")},
		want:   []string{"message text", "end text", "message binary", "end binary", `close 1005 ""`},
	}, {
		name:   "a message in fragments, one of them empty, a ping between",
		frames: []frame{part(OpBinary, "a"), whole(OpPing, "?"), part(OpContinuation, ""), whole(OpContinuation, "b"), whole(OpPong, "")},
		want:   []string{"message binary", `data "a"`, `ping "?"`, `data "b"`, "end binary", `pong ""`, "lost 1006 RFC6455-7.1.5-3: connection ended between frames, without a Close frame"},
	}, {
		name:   "a code point cut by a frame and a ping",
		frames: []frame{part(OpText, "\xe2"), whole(OpPing, "\xff"), whole(OpContinuation, "\x82\xac"), whole(OpClose, "")},
		want:   []string{"message text", `data "\xe2"`, `ping "\xff"`, `data "\x82\xac"`, "end text", `close 1005 ""`},
	}, {
		name:   "a fragmented message that never ends",
		frames: []frame{part(OpText, "a")},
		want:   []string{"message text", `data "a"`, "lost 1006 RFC6455-7.1.5-3: connection ended inside a fragmented message, without a Close frame"},
	}, {
		name:   "nothing at all",
		frames: nil,
		want:   []string{"lost 1006 RFC6455-7.1.5-3: connection ended between frames, without a Close frame"},
	}, {
		name:   "what comes behind a Close is not read",
		frames: []frame{whole(OpClose, "\x03\xe9"), whole(OpPing, ""), whole(OpText, "late"), whole(3, "")},
		want:   []string{`close 1001 ""`},
	}, {
		name:   "what comes behind a failure is not read, a Close neither",
		frames: []frame{whole(OpText, "on time"), whole(OpText, "").rsv(RSV2), whole(OpPing, ""), whole(OpClose, "")},
		want:   []string{"message text", `data "on time"`, "end text", "fail 1002 RFC6455-5.2-3: RSV2 set on a text frame, no extension agreed that uses it"},
	}, {
		name:   "impossible text in the middle of a frame",
		frames: []frame{part(OpText, "fine"), whole(OpContinuation, "still\xed\xa0\x80fine")},
		want:   []string{"message text", `data "finestill\xed"`, "fail 1007 RFC6455-8.1-1: octet 0xa0 is not UTF-8, 10 octets into the text message"},
	}, {
		name:   "impossible text at the beginning of a frame",
		frames: []frame{part(OpText, "\xe2\x82"), whole(OpContinuation, "x")},
		want:   []string{"message text", `data "\xe2\x82"`, "fail 1007 RFC6455-8.1-1: octet 0x78 is not UTF-8, 2 octets into the text message"},
	}, {
		name:   "text that ends inside a code point",
		frames: []frame{part(OpText, "a"), whole(OpContinuation, "\xe2\x82")},
		want:   []string{"message text", `data "a\xe2\x82"`, "fail 1007 RFC6455-8.1-1: text message of 3 octets that ends inside a code point"},
	}, {
		name:   "a failure of one text leaves no trace in binary",
		frames: []frame{whole(OpBinary, "\xff\xe2"), whole(OpText, "x"), whole(OpClose, "")},
		want:   []string{"message binary", `data "\xff\xe2"`, "end binary", "message text", `data "x"`, "end text", `close 1005 ""`},
	}, {
		name:   "a Close of one octet",
		frames: []frame{whole(OpClose, "\x03")},
		want:   []string{"fail 1002 RFC6455-5.5.1-2: Close frame with a body of 1 octet, a status code has 2"},
	}, {
		name:   "a Close with a reason that is not UTF-8",
		frames: []frame{whole(OpClose, "\x03\xe8\xff")},
		want:   []string{"fail 1007 RFC6455-8.1-2: close reason that is not UTF-8, code 1000"},
	}, {
		name:   "a Close with a code that is none",
		frames: []frame{whole(OpClose, "\x03\xee")},
		want:   []string{"fail 1002 RFC6455-7.4.1-7: Close frame with status code 1006 (abnormal closure)"},
	}, {
		name:   "a length in the wrong form",
		frames: []frame{whole(OpBinary, "five!").form(Length16)},
		want:   []string{"fail 1002 RFC6455-5.2-10: length 5 in the 16-bit form, the 7-bit form holds it"},
	}, {
		name:   "an interrupted message",
		frames: []frame{part(OpText, "a"), whole(OpText, "b")},
		want:   []string{"message text", `data "a"`, "fail 1002 RFC6455-5.4-9: text frame inside a fragmented message, a continuation was due"},
	}, {
		name:   "a ping too long",
		frames: []frame{whole(OpPing, strings.Repeat("x", 126))},
		want:   []string{"fail 1002 RFC6455-5.5-2: ping frame of 126 octets, at most 125 allowed"},
	}, {
		name:   "a compressed message is handed on as it is, text or not",
		config: Config{Deflate: true},
		frames: []frame{part(OpText, "\xff").rsv(RSV1), whole(OpContinuation, "\xe2"), whole(OpText, "plain"), whole(OpClose, "")},
		want:   []string{"message text compressed", `data "\xff\xe2"`, "end text compressed", "message text", `data "plain"`, "end text", `close 1005 ""`},
	}, {
		name:   "RSV1 on a continuation",
		config: Config{Deflate: true},
		frames: []frame{part(OpText, "a").rsv(RSV1), whole(OpContinuation, "b").rsv(RSV1)},
		want:   []string{"message text compressed", `data "a"`, "fail 1002 RFC7692-6.1-5: RSV1 set on a continuation frame, it belongs on the first frame of a message"},
	}, {
		name:   "a frame at the limit and one over it",
		config: Config{Limits: Limits{Frame: 4}},
		frames: []frame{whole(OpBinary, "four"), whole(OpBinary, "five!")},
		want:   []string{"message binary", `data "four"`, "end binary", "fail 1009 RFC6455-10.4-1: binary frame of 5 octets, the limit is 4"},
	}, {
		name:   "a message at the limit and one that its second frame takes over it",
		config: Config{Limits: Limits{Message: 4}},
		frames: []frame{part(OpBinary, "fo"), whole(OpContinuation, "ur"), part(OpBinary, "fi"), whole(OpContinuation, "ve!")},
		want:   []string{"message binary", `data "four"`, "end binary", "message binary", `data "fi"`, "fail 1009 RFC6455-10.4-1: binary message of at least 5 octets, the limit is 4"},
	}, {
		name:   "fragments at the limit and one over it, all empty",
		config: Config{Limits: Limits{Fragments: 2}},
		frames: []frame{part(OpBinary, ""), whole(OpContinuation, ""), part(OpBinary, ""), part(OpContinuation, ""), part(OpContinuation, "")},
		want:   []string{"message binary", "end binary", "message binary", "fail 1009 RFC6455-10.4-1: binary message of more than 2 frames, the limit"},
	}, {
		name:   "control frames count for no limit",
		config: Config{Limits: Limits{Frame: 1, Message: 1, Fragments: 1}},
		frames: []frame{whole(OpPing, "ping"), whole(OpClose, "\x03\xe8reason")},
		want:   []string{`ping "ping"`, `close 1000 "reason"`},
	},
}

func TestReceiver(t *testing.T) {
	for _, tt := range received {
		t.Run(tt.name, func(t *testing.T) {
			for _, role := range []Role{RoleServer, RoleClient} {
				c := tt.config
				c.Role = role
				octets := stream(role.Peer(), tt.frames...)
				if diff := cmp.Diff(tt.want, events(t, c, octets)); diff != "" {
					t.Errorf("%v, at once (-want +got):\n%s", role, diff)
				}
				for cut := range len(octets) {
					if diff := cmp.Diff(tt.want, events(t, c, octets[:cut], octets[cut:])); diff != "" {
						t.Errorf("%v, cut at %d (-want +got):\n%s", role, cut, diff)
					}
				}
				if diff := cmp.Diff(tt.want, events(t, c, oneByOne(octets)...)); diff != "" {
					t.Errorf("%v, octet by octet (-want +got):\n%s", role, diff)
				}
			}
		})
	}
}

func oneByOne(octets []byte) (pieces [][]byte) {
	for i := range octets {
		pieces = append(pieces, octets[i:i+1])
	}
	return pieces
}

func TestReceiverMaskingDirection(t *testing.T) {
	for _, tt := range []struct {
		role Role
		want string
	}{
		{RoleServer, "fail 1002 RFC6455-5.1-3: text frame from the client without a mask"},
		{RoleClient, "fail 1002 RFC6455-5.1-6: masked text frame from the server"},
	} {
		octets := stream(tt.role, whole(OpText, "Hello")) // as the other role sends
		if diff := cmp.Diff([]string{tt.want}, events(t, Config{Role: tt.role}, octets)); diff != "" {
			t.Errorf("%v (-want +got):\n%s", tt.role, diff)
		}
	}
}

// What is said of an impossible length depends on its first octet alone, the
// only one that is there in every case. Found by FuzzFrameStream.
func TestReceiverSaysTheSameOfAnImpossibleLength(t *testing.T) {
	want := []string{"fail 1002 RFC6455-5.2-8: 64-bit length with its top bit set, it begins with 0xf7"}
	header := octets(t, "827ff730303030303030")
	for _, pieces := range [][][]byte{{header}, oneByOne(header), {header[:3], header[3:]}} {
		if diff := cmp.Diff(want, events(t, Config{Role: RoleClient}, pieces...)); diff != "" {
			t.Errorf("in %d pieces (-want +got):\n%s", len(pieces), diff)
		}
	}
}

// Behind a failure there is nothing to read into place.
func TestReceiverPendingBehindFailure(t *testing.T) {
	r := NewReceiver(Config{Role: RoleClient})
	s := stream(RoleServer, whole(OpText, "a\xffb"))
	for _, want := range []EventKind{EventMessage, EventData, EventFail, EventNone} {
		n, ev := r.Receive(s)
		s = s[n:]
		if ev.Kind != want {
			t.Fatalf("%v, want %v", ev.Kind, want)
		}
	}
	if r.Pending() != 0 {
		t.Errorf("%d octets pending behind a failure", r.Pending())
	}
}

// A limit is enforced at the header: no payload has to come.
func TestReceiverRefusesAtTheHeader(t *testing.T) {
	for _, limits := range []Limits{{Frame: 1000}, {Message: 1000}} {
		r := NewReceiver(Config{Role: RoleClient, Limits: limits})
		_, ev := r.Receive(octets(t, "827f7fffffffffffffff"))
		if ev.Kind != EventFail || ev.Code != StatusMessageTooBig {
			t.Errorf("%+v: %v", limits, line(ev))
		}
	}
}

// Compressed, a message may be bigger on the wire than its limit, but not for ever.
func TestReceiverLimitsCompressedMessages(t *testing.T) {
	r := NewReceiver(Config{Role: RoleClient, Deflate: true, Limits: Limits{Message: 1000}})
	head := AppendHeader(nil, Header{Opcode: OpBinary, RSV: RSV1, Length: 8*1000 + 1024})
	if _, ev := r.Receive(head); ev.Kind != EventMessage {
		t.Fatalf("at the limit: %v", line(ev))
	}
	if _, ev := r.Receive(make([]byte, 8*1000+1024)); ev.Kind != EventData {
		t.Fatalf("payload at the limit: %v", line(ev))
	}
	if _, ev := r.Receive(AppendHeader(nil, Header{Fin: true, Length: 1})); ev.Kind != EventFail || ev.Code != StatusMessageTooBig {
		t.Errorf("one octet more: %v", line(ev))
	}
}

// Pending octets can be read straight into place.
func TestReceiverPending(t *testing.T) {
	r := NewReceiver(Config{Role: RoleServer})
	s := stream(RoleClient, part(OpBinary, "payload"), whole(OpPing, "ping"), whole(OpContinuation, "more"))
	if r.Pending() != 0 {
		t.Errorf("before a header: %d pending", r.Pending())
	}
	n, _ := r.Receive(s)
	if n != 6 || r.Pending() != 7 {
		t.Fatalf("behind the header: %d octets read, %d pending, want 6 and 7", n, r.Pending())
	}
	place := s[n : n+7]
	if m, ev := r.Receive(place); m != 7 || ev.Kind != EventData || &ev.Data[0] != &place[0] || string(place) != "payload" {
		t.Errorf("payload: %d octets, %v %q", m, ev.Kind, place)
	}
	if r.Pending() != 0 || !r.InMessage() {
		t.Errorf("behind the payload: %d pending, in a message %v", r.Pending(), r.InMessage())
	}
	if _, ev := r.Receive(s[n+7 : n+7+8]); ev.Kind != EventNone || r.Pending() != 0 {
		t.Errorf("inside a ping: %v, %d pending", ev.Kind, r.Pending())
	}
}

// However the octets are cut, the events are the same: here for streams made of
// random frames, some of them broken.
func TestReceiverSplitInvariance(t *testing.T) {
	random := rand.New(rand.NewPCG(6455, 62))
	endings := map[string]int{}
	for i := range 3000 {
		c := Config{Role: RoleServer, Deflate: random.IntN(2) == 0, Limits: Limits{Frame: 300, Message: 400, Fragments: 5}}
		if random.IntN(2) == 0 {
			c.Role = RoleClient
		}
		octets := randomStream(random, c)
		want := events(t, c, octets)
		last, _, _ := strings.Cut(want[len(want)-1], ":")
		endings[last]++
		for range 4 {
			var pieces [][]byte
			for rest := octets; len(rest) > 0; {
				n := 1 + random.IntN(min(len(rest), 1+random.IntN(40)))
				pieces = append(pieces, rest[:n])
				rest = rest[n:]
			}
			if diff := cmp.Diff(want, events(t, c, pieces...)); diff != "" {
				t.Fatalf("stream %d, %x, %+v: pieces give other events (-whole +pieces):\n%s", i, octets, c, diff)
			}
		}
	}
	if len(endings) < 12 {
		t.Errorf("streams ended in %d ways only: %v", len(endings), endings)
	}
}

func randomStream(random *rand.Rand, c Config) (octets []byte) {
	texts := []string{"", "a", "é", "€uro", strings.Repeat("😀", 40), "\xe2\x82", "\xff", "\xed\xa0\x80", strings.Repeat("x", 130)}
	open := false
	for range random.IntN(12) {
		f := whole(OpText, texts[random.IntN(5)])
		f.Opcode = []Opcode{OpText, OpBinary, OpPing, OpPong}[random.IntN(4)]
		if open && !f.Opcode.IsControl() {
			f.Opcode = OpContinuation
		}
		if f.Opcode.IsControl() {
			f.payload = f.payload[:min(len(f.payload), 125)]
		} else {
			f.Fin = random.IntN(2) == 0
			open = !f.Fin
		}
		switch random.IntN(40) { // now and then something is wrong
		case 0:
			f.Opcode = Opcode(random.IntN(16))
		case 1:
			f.RSV = RSV(random.IntN(8))
		case 2:
			f.Fin = !f.Fin
		case 3, 4:
			f.payload = texts[random.IntN(len(texts))]
		case 5:
			f.Form = Length64
		case 6:
			f = whole(OpClose, []string{"", "\x03", "\x03\xe8", "\x03\xe8why", "\x03\xee", "\x03\xe8\xff"}[random.IntN(6)])
		}
		octets = f.appendTo(octets, c.Role.Peer())
	}
	if random.IntN(4) == 0 && len(octets) > 0 {
		octets = octets[:random.IntN(len(octets))]
	}
	return octets
}

func TestReceiverAllocatesNothing(t *testing.T) {
	r := NewReceiver(Config{Role: RoleServer, Limits: Limits{Frame: 1 << 20, Message: 1 << 20, Fragments: 100}})
	s := stream(RoleClient, part(OpText, "Grüße"), whole(OpPing, "ping"), part(OpContinuation, strings.Repeat("€", 50)), whole(OpContinuation, ""), whole(OpBinary, strings.Repeat("x", 1000)))
	buf := make([]byte, len(s))
	if n := testing.AllocsPerRun(100, func() {
		copy(buf, s)
		for rest := buf; ; {
			piece := rest[:min(len(rest), 61)]
			n, ev := r.Receive(piece)
			if ev.Kind == EventFail {
				t.Fatal(ev.Violation)
			}
			if rest = rest[n:]; len(rest) == 0 && ev.Kind == EventNone {
				break
			}
		}
	}); n != 0 {
		t.Errorf("%v allocations for five frames, want none", n)
	}
}

func BenchmarkReceive(b *testing.B) {
	for _, size := range []int{16, 125, 1000, 64 << 10} {
		for _, op := range []Opcode{OpText, OpBinary} {
			b.Run(fmt.Sprintf("%v/%d", op, size), func(b *testing.B) {
				s := stream(RoleClient, whole(op, strings.Repeat("x", size)))
				r := NewReceiver(Config{Role: RoleServer})
				b.SetBytes(int64(len(s)))
				buf := make([]byte, len(s))
				for b.Loop() {
					copy(buf, s)
					for rest := buf; ; {
						n, ev := r.Receive(rest)
						if rest = rest[n:]; ev.Kind == EventNone {
							break
						}
						if ev.Kind == EventFail {
							b.Fatal(ev.Violation)
						}
					}
				}
			})
		}
	}
}

// New limits hold from the next header on, also in the middle of a message and also if
// the message has more octets already.
func TestReceiverSetLimits(t *testing.T) {
	for _, tt := range []struct {
		name          string
		first, second Limits
		next          string // the frame behind a first one of 10 octets
		rule          *Rule  // nil if it is permitted
	}{
		{"more", Limits{Message: 10}, Limits{Message: 20}, "\x80\x0a", nil},
		{"none", Limits{Message: 10}, Limits{}, "\x80\x0a", nil},
		{"none any more, for a long frame", Limits{Message: 10}, Limits{}, "\x80\x7f\x7f\xff\xff\xff\xff\xff\xff\xff", nil},
		{"as many as there are", Limits{}, Limits{Message: 10}, "\x80\x00", nil},
		{"less than there are", Limits{}, Limits{Message: 9}, "\x80\x00", RuleMessageLimit},
		{"one octet too many", Limits{}, Limits{Message: 19}, "\x80\x0a", RuleMessageLimit},
		{"shorter frames", Limits{}, Limits{Frame: 9}, "\x80\x0a", RuleFrameLimit},
		{"fewer frames", Limits{}, Limits{Fragments: 1}, "\x80\x00", RuleFragmentLimit},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := NewReceiver(Config{Role: RoleClient, Limits: tt.first})
			r.Receive([]byte("\x02\x0a")) // EventMessage
			if n, ev := r.Receive([]byte("0123456789")); n != 10 || ev.Kind != EventData {
				t.Fatalf("%d octets, %v", n, ev.Kind)
			}
			r.SetLimits(tt.second)
			_, ev := r.Receive([]byte(tt.next))
			switch {
			case tt.rule == nil && ev.Kind == EventFail:
				t.Error(ev.Violation)
			case tt.rule != nil && (ev.Kind != EventFail || ev.Violation.Rule != tt.rule):
				t.Errorf("%v, %v, want %s", ev.Kind, ev.Violation, tt.rule.ID)
			}
		})
	}
}

// Whoever keeps a log hears of every header, whatever the octets are cut into, and of
// the one that breaks a rule.
func TestReceiverOnHeader(t *testing.T) {
	octets := []byte("\x81\x01a" + "\x89\x00" + "\x02\x00\x00\x00\x80\x00" + "\x83\x00" + "\x81\x00")
	want := []Header{
		{Fin: true, Opcode: OpText, Form: Length7, Length: 1},
		{Fin: true, Opcode: OpPing, Form: Length7},
		{Opcode: OpBinary, Form: Length7},
		{Opcode: OpContinuation, Form: Length7},
		{Fin: true, Opcode: OpContinuation, Form: Length7},
		{Fin: true, Opcode: 3, Form: Length7}, // reserved; nothing is heard behind it
	}
	for size := range len(octets) {
		var heard []Header
		r := NewReceiver(Config{Role: RoleClient, OnHeader: func(h Header) { heard = append(heard, h) }})
		for piece := range slices.Chunk(bytes.Clone(octets), size+1) {
			for {
				n, ev := r.Receive(piece)
				if piece = piece[n:]; ev.Kind == EventNone {
					break
				}
			}
		}
		if diff := cmp.Diff(want, heard); diff != "" {
			t.Fatalf("in pieces of %d (-want +got):\n%s", size+1, diff)
		}
	}
}

// Both ways of reading a header agree, for all first octets and states.
func TestOrdinaryHeader(t *testing.T) {
	ordinary := 0
	for _, sender := range []Role{RoleClient, RoleServer} {
		for _, state := range []FrameState{{}, {InMessage: true}, {RSV1: true}, {RSV1: true, InMessage: true}} {
			state.Sender = sender
			for first := range 256 {
				for _, second := range []int{0, 5, 125, 126, 127, 0x80, 0x85, 0xFD, 0xFE, 0xFF} {
					for _, length := range [][]byte{{0, 0, 0, 0, 0, 0, 0, 1}, {0, 0, 0, 0, 0, 1, 0, 0}, {0, 126, 0, 0, 0, 0, 0, 0}, {0x80, 0, 0, 0, 0, 0, 0, 0}, {0, 0, 0, 0, 0, 0, 0xFF, 0xFF}} {
						p := append([]byte{byte(first), byte(second)}, length...)
						p = append(p, 1, 2, 3, 4)
						for size := range len(p) + 1 {
							r := Receiver{state: state}
							n := r.ordinaryHeader(p[:size])
							h, m, err := ParseHeader(p[:size])
							allowed := err == nil && Check(h, state) == nil
							if n > 0 && (!allowed || r.frame != h || n != m) {
								t.Fatalf("% x of a %v, %+v: read as %+v of %d octets; ParseHeader has %+v of %d, %v, allowed %v", p[:size], sender, state, r.frame, n, h, m, err, allowed)
							}
							if n == 0 && allowed && h.RSV == 0 {
								t.Fatalf("% x of a %v, %+v is not ordinary", p[:size], sender, state)
							}
							if n > 0 {
								ordinary++
							}
						}
					}
				}
			}
		}
	}
	if ordinary == 0 {
		t.Error("no header is ordinary")
	}
}

// A header alone, with all checks.
func BenchmarkOrdinaryHeader(b *testing.B) {
	for _, length := range []uint64{5, 1000, 70000} {
		b.Run(fmt.Sprint(length), func(b *testing.B) {
			header := AppendHeader(nil, Header{Fin: true, Opcode: OpText, Masked: true, Length: length})
			r := Receiver{state: FrameState{Sender: RoleClient}}
			for b.Loop() {
				if r.ordinaryHeader(header) == 0 {
					b.Fatal("not ordinary")
				}
			}
		})
	}
}
