package conformance

import (
	"testing"

	"github.com/wsspec/wsspec/ref/wire"
)

// Events of the peer under test, as the tables of this package write them.
var (
	eof   = Event{Kind: EventEOF}
	reset = Event{Kind: EventReset}
)

func textMessage(s string) Event {
	return Event{Kind: EventMessage, Type: wire.OpText, Payload: []byte(s), Frames: 1}
}

func binaryMessage(s string) Event {
	return Event{Kind: EventMessage, Type: wire.OpBinary, Payload: []byte(s), Frames: 1}
}

func ping(s string) Event  { return Event{Kind: EventPing, Payload: []byte(s)} }
func pong(s string) Event  { return Event{Kind: EventPong, Payload: []byte(s)} }
func quiet(s string) Event { return Event{Kind: EventQuiet, Name: s} }

func closed(code wire.StatusCode) Event { return Event{Kind: EventClose, Code: code} }

func violation(r *wire.Rule) Event {
	return Event{Kind: EventViolation, Violation: r.Violation("something wrong")}
}

// none is the code of a Close frame without a body.
const none = wire.StatusNoStatusRcvd

func TestMatchEvents(t *testing.T) {
	hello, world := Echo(Text(Octets("hello"))), Echo(Text(Octets("world")))
	a, b, c := Ping(Octets("a")), Ping(Octets("b")), Ping(Octets("c"))
	maybe := MaybeEcho(Text(Octets("hello")))
	for _, tt := range []struct {
		name string
		want []Expect
		got  []Event
		is   match
	}{
		{"nothing, and nothing came", nil, nil, matchFull},
		{"nothing, and a message came", nil, []Event{textMessage("hello")}, matchNo},
		{"nothing, and a violation came", nil, []Event{violation(wire.RuleOpcode)}, matchNo},
		{"nothing, and the peer's own pings came", nil, []Event{ping(""), ping("x")}, matchFull},

		{"an echo that has not come yet", []Expect{hello}, nil, matchPart},
		{"an echo that came", []Expect{hello}, []Event{textMessage("hello")}, matchFull},
		{"an echo in many frames is the same message", []Expect{hello}, []Event{{Kind: EventMessage, Type: wire.OpText, Payload: []byte("hello"), Frames: 5}}, matchFull},
		{"an echo with one octet changed", []Expect{hello}, []Event{textMessage("hellp")}, matchNo},
		{"an echo cut short", []Expect{hello}, []Event{textMessage("hell")}, matchNo},
		{"an echo with an octet too many", []Expect{hello}, []Event{textMessage("hello\x00")}, matchNo},
		{"an echo of the other type", []Expect{hello}, []Event{binaryMessage("hello")}, matchNo},
		{"an echo twice", []Expect{hello}, []Event{textMessage("hello"), textMessage("hello")}, matchNo},
		{"two echoes, the first came", []Expect{hello, world}, []Event{textMessage("hello")}, matchPart},
		{"two echoes in order", []Expect{hello, world}, []Event{textMessage("hello"), textMessage("world")}, matchFull},
		{"two echoes out of order", []Expect{hello, world}, []Event{textMessage("world"), textMessage("hello")}, matchNo},
		{"an echo, with the peer's own pings around it", []Expect{hello}, []Event{ping("1"), textMessage("hello"), ping("2")}, matchFull},
		{"an echo, and a pong where none was asked for in between", []Expect{hello}, []Event{pong("a"), textMessage("hello")}, matchNo},

		{"an echo that may stay away, and did", []Expect{maybe}, nil, matchFull},
		{"an echo that may stay away, and came", []Expect{maybe}, []Event{textMessage("hello")}, matchFull},
		{"an echo that may stay away, and came wrong", []Expect{maybe}, []Event{textMessage("jello")}, matchNo},
		{"an echo that may stay away, before one that must come", []Expect{maybe, world}, nil, matchPart},
		{"an echo that stayed away, and the one that must come", []Expect{maybe, world}, []Event{textMessage("world")}, matchFull},

		{"a pong that has not come", []Expect{PongFor(a)}, nil, matchPart},
		{"the pong", []Expect{PongFor(a)}, []Event{pong("a")}, matchFull},
		{"a pong with another payload", []Expect{PongFor(a)}, []Event{pong("A")}, matchNo},
		{"a pong without the ping's payload", []Expect{PongFor(a)}, []Event{pong("")}, matchNo},
		{"three pings, every pong", []Expect{PongFor(a, b, c)}, []Event{pong("a"), pong("b"), pong("c")}, matchFull},
		{"three pings, the latest pong alone (5.5.3)", []Expect{PongFor(a, b, c)}, []Event{pong("c")}, matchFull},
		{"three pings, one pong left out (5.5.3)", []Expect{PongFor(a, b, c)}, []Event{pong("a"), pong("c")}, matchFull},
		{"three pings, the latest not answered", []Expect{PongFor(a, b, c)}, []Event{pong("a"), pong("b")}, matchPart},
		{"three pings, pongs out of order", []Expect{PongFor(a, b, c)}, []Event{pong("b"), pong("a"), pong("c")}, matchNo},
		{"three pings, a pong twice", []Expect{PongFor(a, b, c)}, []Event{pong("a"), pong("a"), pong("c")}, matchNo},
		{"pong, then echo", []Expect{PongFor(a), hello}, []Event{pong("a"), textMessage("hello")}, matchFull},
		{"pong, then echo, came the other way round", []Expect{PongFor(a), hello}, []Event{textMessage("hello"), pong("a")}, matchNo},

		{"a mark that was set", []Expect{Quiet("A")}, []Event{quiet("A")}, matchFull},
		{"a mark that is still to be set", []Expect{Quiet("A")}, nil, matchPart},
		{"another mark", []Expect{Quiet("A")}, []Event{quiet("B")}, matchNo},
		{"a mark, and then one too many", []Expect{Quiet("A")}, []Event{quiet("A"), quiet("B")}, matchNo},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if is := matchEvents(tt.want, tt.got); is != tt.is {
				t.Errorf("expecting %s, after %v: match %d, want %d", sentence(tt.want), words(tt.got), is, tt.is)
			}
		})
	}
}

// Ten pings coalesced into any set of pongs that has the latest: all are
// permitted, and none is without it.
func TestMatchEventsCoalescesPongs(t *testing.T) {
	var pings []Frame
	for i := range 6 {
		pings = append(pings, Ping(Octets(string(rune('a'+i)))))
	}
	for set := range 1 << len(pings) {
		var got []Event
		for i := range pings {
			if set&(1<<i) != 0 {
				got = append(got, pong(string(rune('a'+i))))
			}
		}
		want := matchPart
		if set&(1<<(len(pings)-1)) != 0 {
			want = matchFull
		}
		if is := matchEvents([]Expect{PongFor(pings...)}, got); is != want {
			t.Errorf("after %v: match %d, want %d", words(got), is, want)
		}
	}
}

// A run ends the moment its outcome is decided, and not before.
func TestProgress(t *testing.T) {
	hello := Echo(Text(Octets("hello")))
	var (
		echo    = []Outcome{{OK, []Expect{hello}, ClosedByHarness()}}
		refuse  = []Outcome{{Behavior: OK, Ending: FailedByPeer(1002)}}
		answer  = []Outcome{{Behavior: OK, Ending: AnsweredByPeer(1000)}}
		refuse2 = []Outcome{{OK, []Expect{hello}, FailedByPeer(1002)}, {NonStrict, nil, FailedByPeer(1002)}}
		late    = []Outcome{
			{OK, []Expect{PongFor(Ping(Octets("p"))), hello}, ClosedByHarness()},
			{NonStrict, []Expect{hello, PongFor(Ping(Octets("p")))}, ClosedByHarness()},
		}
	)
	for _, tt := range []struct {
		name     string
		outcomes []Outcome
		got      []Event
		ended    bool
		index    int
		decided  bool
	}{
		{"echo due", echo, nil, false, -1, false},
		{"echo came: the harness may close at once", echo, []Event{textMessage("hello")}, false, 0, true},
		{"wrong echo: nothing can save the case", echo, []Event{textMessage("jello")}, false, -1, true},
		{"echo due, the peer has left", echo, nil, true, -1, true},
		{"refusal due: silence decides nothing", refuse, nil, false, -1, false},
		{"refused", refuse, nil, true, 0, true},
		{"echoed instead of refusing", refuse, []Event{textMessage("hello")}, false, -1, true},
		{"answer to Close due", answer, nil, false, -1, false},
		{"Close answered", answer, nil, true, 0, true},
		{"refusal due after an echo: the peer may still do either", refuse2, nil, false, -1, false},
		{"refusal due after an echo, which came", refuse2, []Event{textMessage("hello")}, false, -1, false},
		{"refused after the echo", refuse2, []Event{textMessage("hello")}, true, 0, true},
		{"refused before the echo", refuse2, nil, true, 1, true},
		{"a late pong: wait for it", late, []Event{textMessage("hello")}, false, -1, false},
		{"a late pong came", late, []Event{textMessage("hello"), pong("p")}, false, 1, true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			index, decided := progress(tt.outcomes, tt.got, tt.ended)
			if index != tt.index || decided != tt.decided {
				t.Errorf("after %v (ended %t): outcome %d, decided %t; want %d, %t", words(tt.got), tt.ended, index, decided, tt.index, tt.decided)
			}
		})
	}
}

func TestSettled(t *testing.T) {
	maybe := []Outcome{{OK, []Expect{MaybeEcho(Text(Octets("hello")))}, ClosedByHarness()}}
	refuse := []Outcome{{Behavior: OK, Ending: FailedByPeer(1002)}}
	if !settled(maybe, nil) {
		t.Error("an echo that may stay away leaves it to the harness to close, and settled says no")
	}
	if settled(refuse, nil) {
		t.Error("a failure is due from the peer, and settled says that it is the harness's turn")
	}
}
