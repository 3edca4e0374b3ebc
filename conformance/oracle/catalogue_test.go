package oracle_test

import (
	"context"
	"errors"
	"net"
	"net/url"
	"slices"
	"testing"
	"time"

	"github.com/wsspec/wsspec/conformance"
	"github.com/wsspec/wsspec/conformance/catalog"
	"github.com/wsspec/wsspec/conformance/faulty"
	"github.com/wsspec/wsspec/conformance/oracle"
	"github.com/wsspec/wsspec/ref/wire"
)

// run plays cases against a faulty peer in a role.
func run(t *testing.T, f faulty.Fault, role wire.Role, cases []*conformance.Case, patience time.Duration) []conformance.Result {
	t.Helper()
	cases = slices.DeleteFunc(slices.Clone(cases), func(c *conformance.Case) bool { return !c.TestsRole(role) })
	opts := conformance.Options{Parallel: 64, Deadlines: conformance.NewDeadlines(patience, 0, 1)}
	if role == wire.RoleClient {
		results, err := conformance.RunClients(t.Context(), func(ctx context.Context, url string) []string {
			_ = faulty.Connect(ctx, url, f)
			return nil
		}, cases, opts)
		if err != nil {
			t.Fatal(err)
		}
		return results
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	served := make(chan error, 1)
	go func() { served <- faulty.Serve(ctx, l, f) }()
	target := &conformance.Target{URL: &url.URL{Scheme: "ws", Host: l.Addr().String(), Path: "/"}}
	results, err := conformance.RunServer(ctx, target, cases, opts)
	cancel()
	if err := errors.Join(err, <-served); err != nil {
		t.Fatal(err)
	}
	return results
}

// light leaves the cases of many and large messages out, whose transcripts have
// samples only.
func light() []*conformance.Case {
	return slices.DeleteFunc(slices.Clone(catalog.Cases()), func(c *conformance.Case) bool {
		return slices.ContainsFunc(c.Script.Steps, func(s conformance.Step) bool {
			_, exchange := s.(conformance.Exchange)
			return exchange
		})
	})
}

// A story is what a transcript says of one connection.
type story struct {
	subject oracle.Subject
	// sent are the octets that the harness sent, and scripted how many of them
	// before the Close with which it ended the case itself; seen and before are
	// the events likewise.
	sent           []byte
	scripted       int
	seen           []oracle.Event
	before         int
	closedByScript bool
	// handshake: the opening handshake was good on both sides.
	handshake, clear bool
}

// tell reads a transcript. clear is false if the peer sent what is no frame, or
// a message that does not inflate: that is beyond an oracle.
func tell(t *testing.T, r conformance.Result) story {
	t.Helper()
	s := story{subject: oracle.Subject{Role: r.Role}, clear: true, scripted: -1}
	var req wire.Request
	var inflater *wire.Inflater
	var in []byte
	var message []byte
	var opcode wire.Opcode
	var compressed bool
	state := wire.FrameState{Sender: r.Role}
	for _, step := range r.Case.Script.Steps {
		if send, ok := step.(conformance.Send); ok {
			s.closedByScript = s.closedByScript || slices.ContainsFunc(send.Frames, func(f conformance.Frame) bool { return f.Opcode == wire.OpClose })
		}
	}
	for _, e := range r.Transcript {
		switch e.Kind {
		case conformance.EntryRequest:
			var err error
			if req, _, err = wire.ParseRequest(e.Octets); err != nil {
				return s
			}
		case conformance.EntryResponse:
			resp, _, err := wire.ParseResponse(e.Octets)
			if err != nil || len(wire.CheckResponse(resp, req)) > 0 || len(wire.CheckRequest(req)) > 0 {
				return s
			}
			params, agreed, v := wire.CheckDeflateAnswer(req.Extensions(), resp.Extensions())
			if v != nil {
				return s
			}
			s.handshake = true
			if agreed {
				s.subject.Deflate, state.RSV1 = &params, true
				bits, takeover := params.Sender(r.Role)
				inflater, err = wire.NewInflater(wire.InflaterOptions{WindowBits: bits, NoContextTakeover: !takeover})
				if err != nil {
					t.Fatal(err)
				}
			}
		case conformance.EntryEOF, conformance.EntryReset:
			s.seen = append(s.seen, oracle.Event{Kind: oracle.EOF})
		case conformance.EntryFrame, conformance.EntryOctets:
			if e.Dir == conformance.Sent {
				if e.Kind == conformance.EntryFrame && e.Header.Opcode == wire.OpClose && !s.closedByScript && s.scripted < 0 {
					s.scripted, s.before = len(s.sent), len(s.seen)
				}
				s.sent = append(s.sent, e.Octets...)
				continue
			}
			in = append(in, e.Octets...)
			for {
				h, n, err := wire.ParseHeader(in)
				if errors.Is(err, wire.ErrShort) || err == nil && uint64(len(in)-n) < h.Length {
					break
				}
				if err != nil || wire.Check(h, state) != nil {
					s.clear = false
					return s
				}
				state = state.Next(h)
				payload := slices.Clone(in[n : n+int(h.Length)])
				in = in[n+int(h.Length):]
				if h.Masked {
					wire.Mask(h.MaskKey, 0, payload)
				}
				switch h.Opcode {
				case wire.OpPing:
					s.seen = append(s.seen, oracle.Event{Kind: oracle.Ping, Payload: payload})
				case wire.OpPong:
					s.seen = append(s.seen, oracle.Event{Kind: oracle.Pong, Payload: payload})
				case wire.OpClose:
					s.seen = append(s.seen, oracle.Event{Kind: oracle.Close, Payload: payload})
				default:
					if h.Opcode != wire.OpContinuation {
						opcode, message, compressed = h.Opcode, nil, h.RSV != 0
					}
					message = append(message, payload...)
					if !h.Fin {
						continue
					}
					if compressed {
						if message, err = inflater.AppendMessage(nil, message, 1<<26); err != nil {
							s.clear = false
							return s
						}
					}
					s.seen = append(s.seen, oracle.Event{Kind: oracle.Message, Opcode: opcode, Payload: message})
				}
			}
		}
	}
	return s
}

// ask holds a story against the oracle: up to the harness's own Close, when all of
// what was owed has had its time, and at the end.
func (s story) ask() (ok bool, why string) {
	if s.scripted >= 0 {
		// The harness closes first only where nothing else is to come; where the
		// peer ended the connection, its Close and TCP's end are still owed.
		if ok, why := oracle.Of(s.subject, s.sent[:s.scripted]).Permits(oracle.Observation{Events: s.seen[:s.before], Final: !s.endedBefore()}); !ok {
			return false, why
		}
	}
	return oracle.Of(s.subject, s.sent).Permits(oracle.Observation{Events: s.seen, Final: true})
}

func (s story) tcpEnded() bool {
	return slices.ContainsFunc(s.seen, func(e oracle.Event) bool { return e.Kind == oracle.EOF })
}

func (s story) endedBefore() bool {
	return slices.ContainsFunc(s.seen[:s.before], func(e oracle.Event) bool { return e.Kind == oracle.Close || e.Kind == oracle.EOF })
}

// TestOracleAgreesWithTheCatalogue: what the best outcome of each case is, the
// oracle permits. The peers are one that is correct and those with habits that
// are odd and permitted, so that other outcomes come about as well.
func TestOracleAgreesWithTheCatalogue(t *testing.T) {
	peers := append([]faulty.Fault{{Name: "none"}}, faulty.Oddities()...)
	for _, f := range peers {
		for _, role := range f.Roles() {
			t.Run(f.Name+"/"+role.String(), func(t *testing.T) {
				t.Parallel() // most of the time is spent waiting
				told := 0
				for _, r := range run(t, f, role, light(), 3*time.Second) {
					s := tell(t, r)
					if !s.handshake || !s.clear || r.Verdict != conformance.Pass && r.Verdict != conformance.Warn || r.Flaky {
						continue
					}
					told++
					if ok, why := s.ask(); !ok {
						t.Errorf("%s (%s) is %s, %s / %s, and not permitted: %s\nsent %x\nseen %v\n%s",
							r.Case.ID, r.Case.Title, r.Verdict, r.Behavior, r.Close, why, s.sent[:min(len(s.sent), 200)], s.seen, oracle.Of(s.subject, s.sent))
					}
				}
				if told < 100 {
					t.Errorf("only %d connections could be told", told)
				}
			})
		}
	}
}

// TestOracleCondemnsWhatTheCatalogueFails: peers with faults that show in frames
// fail cases, and the oracle must not permit what failed. Judge and oracle see
// the same, so that a case which fails because the machine is slow does no harm.
func TestOracleCondemnsWhatTheCatalogueFails(t *testing.T) {
	cases := light()
	for _, name := range []string{
		"mute", "pong-never", "pong-empty", "pong-twice", "ping-for-ping", "fails-on-pong", "ping-ends-message",
		"loses-second-fragment", "fragments-are-messages", "ignores-stray-continuation", "text-in-message-begins-anew",
		"accepts-rsv1", "accepts-reserved-opcodes", "accepts-long-ping", "accepts-fragmented-ping", "accepts-unmasked",
		"text-unchecked", "text-replaced", "text-checked-per-frame", "text-surrogates", "text-end-unchecked", "text-wrong-code-1002",
		"text-for-binary", "echoes-twice", "adds-octet", "loses-empty-messages", "greets", "one-message-only",
		"close-unanswered", "close-ignored", "close-answered-1002", "accepts-close-of-one", "accepts-close-unassigned", "echoes-close-body", "tcp-stays-open",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f, err := faulty.ByName(name)
			if err != nil {
				t.Fatal(err)
			}
			failed := 0
			for _, r := range run(t, f, wire.RoleServer, cases, 100*time.Millisecond) {
				s := tell(t, r)
				if !s.handshake || !s.clear || r.Flaky || r.Verdict != conformance.Fail && r.Close != conformance.CloseWrongCode {
					continue
				}
				if r.Close == conformance.CloseFailedByClient && s.tcpEnded() {
					continue // TCP ended after all, when the judge had waited long enough
				}
				failed++
				if ok, _ := s.ask(); ok {
					t.Errorf("%s (%s) failed (%s / %s: %s), and is permitted:\nsent %x\nseen %v\n%s",
						r.Case.ID, r.Case.Title, r.Behavior, r.Close, r.Explanation, s.sent[:min(len(s.sent), 200)], s.seen, oracle.Of(s.subject, s.sent))
				}
			}
			if failed == 0 {
				t.Error("no case failed")
			}
		})
	}
}
