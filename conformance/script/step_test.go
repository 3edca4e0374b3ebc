package script

import (
	"testing"
)

func TestStepString(t *testing.T) {
	hello, p := Text(Octets("hello")), Ping(Octets("p"))
	for _, tt := range []struct {
		step Step
		want string
	}{
		{Send{Frames: []Frame{hello}}, `send text "hello"`},
		{Send{Frames: []Frame{hello, p}}, `send text "hello"; ping "p" (in one write)`},
		{Send{Frames: []Frame{hello, p}, Chop: ChopFrames}, `send text "hello"; ping "p" (a write for each frame)`},
		{Send{Frames: []Frame{hello}, Chop: ChopOctets}, `send text "hello" (a write for each octet)`},
		{Send{Frames: []Frame{hello}, Chop: 997}, `send text "hello" (in writes of 997 octets)`},
		{Send{Frames: []Frame{p, p, p, p, p, p}}, `send ping "p"; ping "p"; ping "p"; ping "p"; ping "p"; ping "p" (in one write)`},
		{Send{Frames: []Frame{p, p, p, p, p, p, p}}, `send ping "p"; ping "p"; ping "p"; ping "p"; ping "p"; … (7 frames) (in one write)`},
		{SendOctets{Octets: []byte{0x81}, Note: "half a header"}, "send 1 octets: half a header"},
		{SendPart{Frame: hello, To: 2}, `send the header and the first 2 octets of text "hello"`},
		{SendPart{Frame: hello, From: 2, To: 5}, "send octets 2 to 5 of its payload"},
		{Await{Events: []Expect{PongFor(p), Echo(hello)}}, `wait for pong "p", then text message "hello"`},
		{Settle{Name: "A"}, "give the peer a moment (mark A if it keeps the connection)"},
		{Hold{Name: "C"}, "wait for the peer's Close and keep TCP open for a moment (mark C if the peer does too)"},
		{Watch{Name: "B"}, "wait for the peer to fail the connection (mark B if it does not)"},
	} {
		if got := tt.step.String(); got != tt.want {
			t.Errorf("%T reads\n%s\nwant\n%s", tt.step, got, tt.want)
		}
	}
}

func TestOutcomeString(t *testing.T) {
	hello, p, q := Text(Octets("hello")), Ping(Octets("p")), Ping(Octets("q"))
	for _, tt := range []struct {
		outcome Outcome
		want    string
	}{
		{Outcome{Events: []Expect{Echo(hello)}, Ending: ClosedByHarness()}, `text message "hello"; then a clean close with 1000 that the harness starts`},
		{Outcome{Events: []Expect{MaybeEcho(hello)}, Ending: AnyEnd()}, `perhaps text message "hello"; then any end of the connection`},
		{Outcome{Events: []Expect{PongFor(p)}, Ending: ClosedByHarness()}, `pong "p"; then a clean close with 1000 that the harness starts`},
		{Outcome{Events: []Expect{PongFor(p, q)}, Ending: ClosedByHarness()}, `pongs up to "q"; then a clean close with 1000 that the harness starts`},
		{Outcome{Ending: FailedByPeer(1002)}, "no message and no pong; then the peer fails the connection with 1002, or closes TCP"},
		{Outcome{Events: []Expect{Quiet("A")}, Ending: FailedByPeer(1007)}, "the connection still open (mark A); then the peer fails the connection with 1007, or closes TCP"},
		{Outcome{Ending: AnsweredByPeer(1000, 1000)}, "no message and no pong; then the peer answers the Close with 1000"},
		{Outcome{Ending: AnsweredByPeer(1000).WithFIN()}, "no message and no pong; then the peer answers the Close with 1000, TCP ending by a FIN"},
		{Outcome{Ending: Abandoned()}, "no message and no pong; then the harness drops TCP"},
		{Outcome{Ending: NotOpened()}, "no message and no pong; then no WebSocket connection"},
		{Outcome{Ending: RefusedByPeer(1002, 1007)}, "no message and no pong; then the peer answers the Close with 1002 or 1007, or closes TCP"},
	} {
		if got := tt.outcome.String(); got != tt.want {
			t.Errorf("the outcome reads\n%s\nwant\n%s", got, tt.want)
		}
	}
}
