package judge

import (
	"testing"
	"time"

	"github.com/wsspec/wsspec/conformance/observed"
	"github.com/wsspec/wsspec/conformance/script"
	"github.com/wsspec/wsspec/conformance/verdict"
	"github.com/wsspec/wsspec/ref/wire"
)

// Events of the peer under test, as the tables of this package write them.
var (
	eof   = observed.Event{Kind: observed.EventEOF}
	reset = observed.Event{Kind: observed.EventReset}
)

func textMessage(s string) observed.Event {
	return observed.Event{Kind: observed.EventMessage, Type: wire.OpText, Payload: []byte(s), Frames: 1}
}

func binaryMessage(s string) observed.Event {
	return observed.Event{Kind: observed.EventMessage, Type: wire.OpBinary, Payload: []byte(s), Frames: 1}
}

func ping(s string) observed.Event {
	return observed.Event{Kind: observed.EventPing, Payload: []byte(s)}
}
func pong(s string) observed.Event {
	return observed.Event{Kind: observed.EventPong, Payload: []byte(s)}
}
func quiet(s string) observed.Event {
	return observed.Event{Kind: observed.EventQuiet, Name: s, Waited: time.Second}
}

func closed(code wire.StatusCode) observed.Event {
	return observed.Event{Kind: observed.EventClose, Code: code}
}

// closedWith is a Close frame with a body that breaks a rule.
func closedWith(body string) observed.Event {
	e := observed.Event{Kind: observed.EventClose, Code: none, Body: []byte(body)}
	if len(body) > 1 {
		e.Code = wire.StatusCode(uint16(body[0])<<8 | uint16(body[1]))
	}
	return e
}

func violation(r *wire.Rule) observed.Event {
	return observed.Event{Kind: observed.EventViolation, Violation: r.Violation("something wrong")}
}

// none is the code of a Close frame without a body.
const none = wire.StatusNoStatusRcvd

func TestMatchEvents(t *testing.T) {
	hello, world := script.Echo(script.Text(script.Octets("hello"))), script.Echo(script.Text(script.Octets("world")))
	a, b, c := script.Ping(script.Octets("a")), script.Ping(script.Octets("b")), script.Ping(script.Octets("c"))
	maybe := script.MaybeEcho(script.Text(script.Octets("hello")))
	for _, tt := range []struct {
		name string
		want []script.Expect
		got  []observed.Event
		is   match
	}{
		{"nothing, and nothing came", nil, nil, matchFull},
		{"nothing, and a message came", nil, []observed.Event{textMessage("hello")}, matchNo},
		{"nothing, and a violation came", nil, []observed.Event{violation(wire.RuleOpcode)}, matchNo},
		{"nothing, and the peer's own pings came", nil, []observed.Event{ping(""), ping("x")}, matchFull},

		{"an echo that has not come yet", []script.Expect{hello}, nil, MatchPart},
		{"an echo that came", []script.Expect{hello}, []observed.Event{textMessage("hello")}, matchFull},
		{"an echo in many frames is the same message", []script.Expect{hello}, []observed.Event{{Kind: observed.EventMessage, Type: wire.OpText, Payload: []byte("hello"), Frames: 5}}, matchFull},
		{"an echo with one octet changed", []script.Expect{hello}, []observed.Event{textMessage("hellp")}, matchNo},
		{"an echo cut short", []script.Expect{hello}, []observed.Event{textMessage("hell")}, matchNo},
		{"an echo with an octet too many", []script.Expect{hello}, []observed.Event{textMessage("hello\x00")}, matchNo},
		{"an echo of the other type", []script.Expect{hello}, []observed.Event{binaryMessage("hello")}, matchNo},
		{"an echo twice", []script.Expect{hello}, []observed.Event{textMessage("hello"), textMessage("hello")}, matchNo},
		{"two echoes, the first came", []script.Expect{hello, world}, []observed.Event{textMessage("hello")}, MatchPart},
		{"two echoes in order", []script.Expect{hello, world}, []observed.Event{textMessage("hello"), textMessage("world")}, matchFull},
		{"two echoes out of order", []script.Expect{hello, world}, []observed.Event{textMessage("world"), textMessage("hello")}, matchNo},
		{"an echo, with the peer's own pings around it", []script.Expect{hello}, []observed.Event{ping("1"), textMessage("hello"), ping("2")}, matchFull},
		{"an echo, and a pong where none was asked for in between", []script.Expect{hello}, []observed.Event{pong("a"), textMessage("hello")}, matchNo},

		{"an echo that may stay away, and did", []script.Expect{maybe}, nil, matchFull},
		{"an echo that may stay away, and came", []script.Expect{maybe}, []observed.Event{textMessage("hello")}, matchFull},
		{"an echo that may stay away, and came wrong", []script.Expect{maybe}, []observed.Event{textMessage("jello")}, matchNo},
		{"an echo that may stay away, before one that must come", []script.Expect{maybe, world}, nil, MatchPart},
		{"an echo that stayed away, and the one that must come", []script.Expect{maybe, world}, []observed.Event{textMessage("world")}, matchFull},

		{"a pong that has not come", []script.Expect{script.PongFor(a)}, nil, MatchPart},
		{"the pong", []script.Expect{script.PongFor(a)}, []observed.Event{pong("a")}, matchFull},
		{"a pong with another payload", []script.Expect{script.PongFor(a)}, []observed.Event{pong("A")}, matchNo},
		{"an empty pong, which peers send of their own accord (5.5.3)", []script.Expect{script.PongFor(a)}, []observed.Event{pong("")}, MatchPart},
		{"an empty pong before the pong", []script.Expect{script.PongFor(a)}, []observed.Event{pong(""), pong("a")}, matchFull},
		{"an empty pong where nothing may come", nil, []observed.Event{pong("")}, matchFull},
		{"empty pongs for an empty ping", []script.Expect{script.PongFor(script.Ping(script.Payload{}))}, []observed.Event{pong(""), pong("")}, matchFull},
		{"three pings, every pong", []script.Expect{script.PongFor(a, b, c)}, []observed.Event{pong("a"), pong("b"), pong("c")}, matchFull},
		{"three pings, the latest pong alone (5.5.3)", []script.Expect{script.PongFor(a, b, c)}, []observed.Event{pong("c")}, matchFull},
		{"three pings, one pong left out (5.5.3)", []script.Expect{script.PongFor(a, b, c)}, []observed.Event{pong("a"), pong("c")}, matchFull},
		{"three pings, the latest not answered", []script.Expect{script.PongFor(a, b, c)}, []observed.Event{pong("a"), pong("b")}, MatchPart},
		{"three pings, pongs out of order", []script.Expect{script.PongFor(a, b, c)}, []observed.Event{pong("b"), pong("a"), pong("c")}, matchNo},
		{"three pings, a pong twice", []script.Expect{script.PongFor(a, b, c)}, []observed.Event{pong("a"), pong("a"), pong("c")}, matchNo},
		{"pong, then echo", []script.Expect{script.PongFor(a), hello}, []observed.Event{pong("a"), textMessage("hello")}, matchFull},
		{"pong, then echo, came the other way round", []script.Expect{script.PongFor(a), hello}, []observed.Event{textMessage("hello"), pong("a")}, matchNo},

		{"a mark that was set", []script.Expect{script.Quiet("A")}, []observed.Event{quiet("A")}, matchFull},
		{"a mark that is still to be set", []script.Expect{script.Quiet("A")}, nil, MatchPart},
		{"another mark", []script.Expect{script.Quiet("A")}, []observed.Event{quiet("B")}, matchNo},
		{"a mark, and then one too many", []script.Expect{script.Quiet("A")}, []observed.Event{quiet("A"), quiet("B")}, matchNo},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if is := MatchEvents(tt.want, tt.got); is != tt.is {
				t.Errorf("expecting %s, after %v: match %d, want %d", script.Sentence(tt.want), observed.Describe(tt.got), is, tt.is)
			}
		})
	}
}

// Ten pings coalesced into any set of pongs that has the latest: all are
// permitted, and none is without it.
func TestMatchEventsCoalescesPongs(t *testing.T) {
	var pings []script.Frame
	for i := range 6 {
		pings = append(pings, script.Ping(script.Octets(string(rune('a'+i)))))
	}
	for set := range 1 << len(pings) {
		var got []observed.Event
		for i := range pings {
			if set&(1<<i) != 0 {
				got = append(got, pong(string(rune('a'+i))))
			}
		}
		want := MatchPart
		if set&(1<<(len(pings)-1)) != 0 {
			want = matchFull
		}
		if is := MatchEvents([]script.Expect{script.PongFor(pings...)}, got); is != want {
			t.Errorf("after %v: match %d, want %d", observed.Describe(got), is, want)
		}
	}
}

// A run ends the moment its outcome is decided, and not before.
func TestProgress(t *testing.T) {
	hello := script.Echo(script.Text(script.Octets("hello")))
	var (
		echo    = []script.Outcome{{Behavior: verdict.OK, Events: []script.Expect{hello}, Ending: script.ClosedByHarness()}}
		refuse  = []script.Outcome{{Behavior: verdict.OK, Ending: script.FailedByPeer(1002)}}
		answer  = []script.Outcome{{Behavior: verdict.OK, Ending: script.AnsweredByPeer(1000)}}
		refuse2 = []script.Outcome{{Behavior: verdict.OK, Events: []script.Expect{hello}, Ending: script.FailedByPeer(1002)}, {Behavior: verdict.NonStrict, Ending: script.FailedByPeer(1002)}}
		late    = []script.Outcome{
			{Behavior: verdict.OK, Events: []script.Expect{script.PongFor(script.Ping(script.Octets("p"))), hello}, Ending: script.ClosedByHarness()},
			{Behavior: verdict.NonStrict, Events: []script.Expect{hello, script.PongFor(script.Ping(script.Octets("p")))}, Ending: script.ClosedByHarness()},
		}
	)
	for _, tt := range []struct {
		name     string
		outcomes []script.Outcome
		got      []observed.Event
		ended    bool
		index    int
		decided  bool
	}{
		{"echo due", echo, nil, false, -1, false},
		{"echo came: the harness may close at once", echo, []observed.Event{textMessage("hello")}, false, 0, true},
		{"wrong echo: nothing can save the case", echo, []observed.Event{textMessage("jello")}, false, -1, true},
		{"echo due, the peer has left", echo, nil, true, -1, true},
		{"refusal due: silence decides nothing", refuse, nil, false, -1, false},
		{"refused", refuse, nil, true, 0, true},
		{"echoed instead of refusing", refuse, []observed.Event{textMessage("hello")}, false, -1, true},
		{"answer to Close due", answer, nil, false, -1, false},
		{"Close answered", answer, nil, true, 0, true},
		{"refusal due after an echo: the peer may still do either", refuse2, nil, false, -1, false},
		{"refusal due after an echo, which came", refuse2, []observed.Event{textMessage("hello")}, false, -1, false},
		{"refused after the echo", refuse2, []observed.Event{textMessage("hello")}, true, 0, true},
		{"refused before the echo", refuse2, nil, true, 1, true},
		{"a late pong: wait for it", late, []observed.Event{textMessage("hello")}, false, -1, false},
		{"a late pong came", late, []observed.Event{textMessage("hello"), pong("p")}, false, 1, true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			index, decided := Progress(tt.outcomes, tt.got, tt.ended)
			if index != tt.index || decided != tt.decided {
				t.Errorf("after %v (ended %t): outcome %d, decided %t; want %d, %t", observed.Describe(tt.got), tt.ended, index, decided, tt.index, tt.decided)
			}
		})
	}
}

func TestSettled(t *testing.T) {
	maybe := []script.Outcome{{Behavior: verdict.OK, Events: []script.Expect{script.MaybeEcho(script.Text(script.Octets("hello")))}, Ending: script.ClosedByHarness()}}
	refuse := []script.Outcome{{Behavior: verdict.OK, Ending: script.FailedByPeer(1002)}}
	if !HarnessMayClose(maybe, nil) {
		t.Error("an echo that may stay away leaves it to the harness to close, and settled says no")
	}
	if HarnessMayClose(refuse, nil) {
		t.Error("a failure is due from the peer, and settled says that it is the harness's turn")
	}
}
