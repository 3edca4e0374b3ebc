package echo

import (
	"testing"
	"unicode/utf8"

	"github.com/wsspec/wsspec/conformance/oracle"
	"github.com/wsspec/wsspec/internal/fuzzcorpus"
	"github.com/wsspec/wsspec/internal/fuzzinput"
	"github.com/wsspec/wsspec/ref/wire"
)

// FuzzEcho sends octets to an echo endpoint. The input has an octet for the configuration,
// an octet for the negotiated window, and the octets that the peer sends. It shares the
// corpus of FuzzFrameStream. The oracle must allow the reaction of the endpoint.
func FuzzEcho(f *testing.F) {
	shared, err := fuzzcorpus.Read("../frames/testdata/fuzz/FuzzFrameStream")
	if err != nil {
		f.Fatal(err)
	}
	for _, data := range shared {
		f.Add(data)
	}
	var o oracle.Oracle
	f.Fuzz(func(t *testing.T, data []byte) {
		r := fuzzinput.From(data)
		choices, window := r.Octet(), r.Octet()
		subject := oracle.Subject{Role: wire.RoleServer, Limit: 4 << 10}
		if choices&1 != 0 {
			subject.Role = wire.RoleClient
		}
		if choices&2 != 0 {
			subject.Deflate = &wire.DeflateParams{
				ServerMaxWindowBits: 8 + int(window&7), ClientMaxWindowBits: 8 + int(window>>3&7),
				ServerNoContextTakeover: window&0x40 != 0, ClientNoContextTakeover: window&0x80 != 0,
			}
		}
		octets := r.Rest()
		permitted := o.Of(subject, octets)
		seen := play(t, subject, octets)
		if ok, why := permitted.Permits(seen); !ok {
			t.Fatalf("% x\nto %v with %+v: %s\nseen is %v, permitted %v", octets, subject.Role, subject.Deflate, why, seen.Events, permitted)
		}
	})
}

// An endpoint echoes messages. It handles each event immediately.
type endpoint struct {
	conn     *wire.Connection
	inflater *wire.Inflater // nil without compression
	limit    uint64
	message  []byte
	out      []byte
}

func play(t *testing.T, s oracle.Subject, octets []byte) oracle.Observation {
	e := endpoint{limit: s.Limit, conn: wire.NewConnection(wire.Config{
		Role: s.Role, Deflate: s.Deflate != nil, Limits: wire.Limits{Message: s.Limit},
		MaskKey: func() [4]byte { return [4]byte{0x37, 0xfa, 0x21, 0x3d} },
	})}
	if s.Deflate != nil {
		bits, takeover := s.Deflate.Sender(s.Role.Peer())
		inflater, err := wire.NewInflater(wire.InflaterOptions{WindowBits: bits, NoContextTakeover: !takeover})
		if err != nil {
			t.Fatal(err)
		}
		defer inflater.Release()
		e.inflater = inflater
	}
	over := false
	for octets = append([]byte(nil), octets...); ; {
		n, ev := e.conn.Receive(octets)
		octets = octets[n:]
		e.take()
		if ev.Kind == wire.EventNone {
			break
		}
		if over {
			t.Fatalf("%v came after the end", ev.Kind)
		}
		over = ev.Kind == wire.EventClose || ev.Kind == wire.EventFail
		if err := e.handle(ev); err != nil {
			t.Fatal(err)
		}
		e.take()
	}
	events := sent(t, e.out)
	if e.conn.ClosesTCP() {
		events = append(events, oracle.Event{Kind: oracle.EOF})
	}
	return oracle.Observation{Events: events, Final: true}
}

func (e *endpoint) take() { e.out = append(e.out, e.conn.Take()...) }

// handle handles an event as an echo application does.
func (e *endpoint) handle(ev wire.Event) error {
	switch ev.Kind {
	case wire.EventMessage:
		e.message = e.message[:0]
	case wire.EventData:
		e.message = append(e.message, ev.Data...)
	case wire.EventEnd:
		message := e.message
		if ev.Compressed {
			inflated, err := e.inflater.AppendMessage(nil, message, int64(e.limit))
			if v, broken := err.(*wire.Violation); broken { //nolint:errorlint // the inflater wraps none
				e.conn.Fail(v)
				return nil
			}
			if err != nil {
				return err
			}
			if ev.Opcode == wire.OpText && !utf8.Valid(inflated) {
				e.conn.Fail(wire.RuleText.Violation("inflated text that is not UTF-8"))
				return nil
			}
			message = inflated
		}
		return e.conn.SendMessage(ev.Opcode, message)
	}
	return nil
}

// sent returns the events that the endpoint sent.
func sent(t *testing.T, out []byte) (events []oracle.Event) {
	kinds := map[wire.Opcode]oracle.Kind{
		wire.OpText: oracle.Message, wire.OpBinary: oracle.Message,
		wire.OpPing: oracle.Ping, wire.OpPong: oracle.Pong, wire.OpClose: oracle.Close,
	}
	for len(out) > 0 {
		h, n, err := wire.ParseHeader(out)
		if err != nil || uint64(len(out)-n) < h.Length || kinds[h.Opcode] == 0 {
			t.Fatalf("% x is sent: %v", out, err)
		}
		payload := out[n : n+int(h.Length)]
		if h.Masked {
			wire.Mask(h.MaskKey, 0, payload)
		}
		events = append(events, oracle.Event{Kind: kinds[h.Opcode], Opcode: h.Opcode, Payload: payload})
		out = out[n+int(h.Length):]
	}
	return events
}
