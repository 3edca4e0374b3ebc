package wire

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"testing/iotest"
)

// contextFacts are what RFC 7692 7.2 speaks of on the receiver's side: how far back a
// message may refer to the messages before it.
type contextFacts struct {
	window   int  // RFC 7692 7.1.2: the agreed LZ77 sliding window, in octets
	takeover bool // RFC 7692 7.1.1: the window of one message is used for the next
	octets   int  // what the window holds
	failed   bool // data that cannot be inflated came: the connection fails (RFC7692-7.2.2-2)
}

// state is the facts in words.
func (f contextFacts) state() string {
	switch {
	case f.failed:
		return "failed"
	case f.octets == 0:
		return "empty"
	case f.octets == f.window:
		return "full"
	}
	return "begun"
}

// A contextEvent is something that can come for the context.
type contextEvent struct {
	name string
	// payload is what comes; the context holds so many octets.
	payload func(f contextFacts) []byte
	limit   int64
	// size is how long the message is, -1 if it cannot be inflated, and far is how many
	// octets before it the message refers to.
	size int
	far  func(f contextFacts) int
}

func nothingBefore(contextFacts) int { return 0 }

func reference(far func(contextFacts) int) func(contextFacts) []byte {
	return func(f contextFacts) []byte {
		if far(f) > 1<<MaxWindowBits { // DEFLATE has no code for it: 30 is the next one
			return (&bitWriter{}).fixed(false).symbol(257).code(30, 5).end().payload()
		}
		return (&bitWriter{}).fixed(false).match(3, far(f)).end().payload()
	}
}

func fixedPayload(payload []byte) func(contextFacts) []byte {
	return func(contextFacts) []byte { return payload }
}

func contextEvents() []contextEvent {
	w := func() *bitWriter { return &bitWriter{} }
	one := func(contextFacts) int { return 1 }
	all := func(f contextFacts) int { return max(1, f.octets) }
	more := func(f contextFacts) int { return f.octets + 1 }
	return []contextEvent{
		{"no octet", fixedPayload([]byte{0}), 10, 0, nothingBefore},
		{"5 octets", fixedPayload(w().stored(false, "Hello").payload()), 5, 5, nothingBefore},
		{"300 octets", fixedPayload(w().stored(false, strings.Repeat("x", 300)).payload()), 300, 300, nothingBefore},
		{"40,000 octets", fixedPayload(w().stored(false, strings.Repeat("x", 40_000)).payload()), 40_000, 40_000, nothingBefore},
		{"BFINAL inside", fixedPayload(w().fixed(true).text("ab").end().pad().fixed(false).match(3, 2).end().payload()), 5, 5, nothingBefore},
		{"one octet back", reference(one), 3, 3, one},
		{"as far back as there is", reference(all), 3, 3, all},
		{"one octet further", reference(more), 3, 3, more},
		{"corrupt data", fixedPayload([]byte{0x07}), 10, -1, nothingBefore},
		{"more than the limit", fixedPayload(w().stored(false, "Hello").payload()), 4, -1, nothingBefore},
	}
}

// after says what comes of an event, by the clauses.
func (f contextFacts) after(e contextEvent) (contextFacts, string) {
	switch {
	case f.failed:
		return f, "no message"
	case e.size < 0, e.far(f) > f.octets: // RFC7692-7.2.2-2
		f.failed = true
		return f, "no message"
	case f.takeover: // RFC7692-7.2.2-6, RFC7692-7.2.2-8, RFC7692-7.2.2-10, RFC7692-7.2.2-12
		f.octets = min(f.window, f.octets+e.size)
	}
	return f, fmt.Sprintf("a message of %d", e.size)
}

// receiveWhole and receiveInPieces are the two ways to inflate. An interruption, after
// which the reading goes on, changes nothing.
func receiveWhole(f *Inflater, payload []byte, limit int64) ([]byte, error) {
	return f.AppendMessage(nil, payload, limit)
}

func receiveInPieces(f *Inflater, payload []byte, limit int64) ([]byte, error) {
	f.Start(iotest.TimeoutReader(iotest.HalfReader(bytes.NewReader(payload))), limit)
	got, err := io.ReadAll(f)
	if errors.Is(err, iotest.ErrTimeout) {
		var rest []byte
		rest, err = io.ReadAll(f)
		got = append(got, rest...)
	}
	return got, err
}

// Every state of the receiver's context with every event, for every kind of agreement:
// the table is made from the code, compared with what the clauses say, and with the one
// that was checked by eye.
func TestReceiverContextExhaustively(t *testing.T) {
	var table bytes.Buffer
	agreements := []contextFacts{{window: 256, takeover: true}, {window: 512, takeover: true}, {window: 1 << 15, takeover: true}, {window: 256}, {window: 1 << 15}}
	for _, agreed := range agreements {
		type cell struct{ state, event string }
		covered := map[cell]bool{}
		states := map[string]bool{}
		var walk func(path []contextEvent, facts contextFacts)
		walk = func(path []contextEvent, facts contextFacts) {
			states[facts.state()] = true
			for _, e := range contextEvents() {
				then, want := facts.after(e)
				for _, receive := range []func(*Inflater, []byte, int64) ([]byte, error){receiveWhole, receiveInPieces} {
					got := replay(t, agreed, path, e, receive)
					if got != want {
						t.Fatalf("%+v after %v: %s gives %s, want %s", facts, names(path), e.name, got, want)
					}
				}
				if key := (cell{facts.state(), e.name}); !covered[key] {
					covered[key] = true
					fmt.Fprintf(&table, "%5d octets, takeover %-5v | %-8s | %-23s | %-19s | %s\n",
						agreed.window, agreed.takeover, facts.state(), e.name, want, then.state())
				}
				if len(path) < 2 {
					walk(append(path[:len(path):len(path)], e), then)
				}
			}
		}
		walk(nil, agreed)
		if len(covered) != len(states)*len(contextEvents()) {
			t.Errorf("%+v: %d combinations of state and event in %d states", agreed, len(covered), len(states))
		}
		if agreed.takeover && len(states) != 4 {
			t.Errorf("%+v: states %v", agreed, states)
		}
	}
	comparesTo(t, "context.txt", table.String())
}

func names(path []contextEvent) (out []string) {
	for _, e := range path {
		out = append(out, e.name)
	}
	return out
}

// replay brings a new Inflater along the path and returns what it makes of the event.
func replay(t *testing.T, agreed contextFacts, path []contextEvent, e contextEvent, receive func(*Inflater, []byte, int64) ([]byte, error)) string {
	t.Helper()
	bits := 8
	for 1<<bits < agreed.window {
		bits++
	}
	f, err := NewInflater(InflaterOptions{WindowBits: bits, NoContextTakeover: !agreed.takeover})
	if err != nil {
		t.Fatal(err)
	}
	defer f.Release()
	facts := agreed
	for _, before := range path {
		_, _ = receive(f, before.payload(facts), before.limit) // an error is a state too
		facts, _ = facts.after(before)
	}
	got, err := receive(f, e.payload(facts), e.limit)
	if err != nil {
		return "no message"
	}
	return fmt.Sprintf("a message of %d", len(got))
}
