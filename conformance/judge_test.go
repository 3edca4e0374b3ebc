package conformance

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/wsspec/wsspec/ref/wire"
)

// A turn is what the harness did between two events of the peer under test.
type turn string

const (
	// scriptCloses: the script sent Close; harnessCloses: the harness did so by
	// itself, to end the case or to answer the peer's.
	scriptCloses  turn = "the script closes"
	harnessCloses turn = "the harness closes"
	// harnessWaits: what was owed did not come in time.
	harnessWaits turn = "in vain"
	// harnessDrops: the peer left it to the harness to close TCP.
	harnessDrops turn = "the harness drops TCP"
)

// story makes an observation of events and turns in the order in which they
// happened. The script sent a ping with the payload "p" in each.
func story(items ...any) observed {
	o := observed{scriptClosedAt: -1, harnessClosedAt: -1, pings: map[string]bool{"p": true}}
	for _, item := range items {
		switch item {
		case scriptCloses:
			o.scriptClosedAt = len(o.events)
		case harnessCloses:
			o.harnessClosedAt = len(o.events)
		case harnessWaits:
			o.gaveUp = true
		case harnessDrops:
			o.dropped = true
		default:
			o.events = append(o.events, item.(Event))
		}
	}
	return o
}

// The five shapes that the cases of sections 1-7 and 10 have.
var (
	hello = Text(Octets("hello"))
	// mustEcho: an echo is due, then the harness closes.
	mustEcho = []Outcome{{OK, []Expect{Echo(hello)}, ClosedByHarness()}}
	// mustPong: a pong is due, then the harness closes.
	mustPong = []Outcome{{OK, []Expect{PongFor(Ping(Octets("p")))}, ClosedByHarness()}}
	// mustRefuse: the peer must fail the connection with 1002; a message or
	// ping that it must not answer any more lies behind.
	mustRefuse = []Outcome{{Behavior: OK, Ending: FailedByPeer(1002)}}
	// mayRefuseEarly: an echo, then a failure; without the echo it is NON-STRICT.
	mayRefuseEarly = []Outcome{{OK, []Expect{Echo(hello)}, FailedByPeer(1002)}, {NonStrict, nil, FailedByPeer(1002)}}
	// mustFailFast: a failure between the marks A and B; behind B it is NON-STRICT.
	mustFailFast = []Outcome{{OK, []Expect{Quiet("A")}, FailedByPeer(1007)}, {NonStrict, []Expect{Quiet("A"), Quiet("B")}, FailedByPeer(1007)}}
	// mustAnswer: the script closes with 3000, and the peer answers.
	mustAnswer = []Outcome{{Behavior: OK, Ending: AnsweredByPeer(1000, 3000)}}
	// mustRefuseClose: the script closes wrongly, and the peer refuses.
	mustRefuseClose = []Outcome{{Behavior: OK, Ending: RefusedByPeer(1002)}}
	// anyEnd: the script closes, how the peer ends is its own choice.
	// mustEndByFIN: as mustAnswer, and TCP ends in order.
	mustEndByFIN = []Outcome{{Behavior: OK, Ending: AnsweredByPeer(1000).WithFIN()}, {Behavior: NonStrict, Ending: AnsweredByPeer(1000)}}
	// mustAnswerKnown: as mustAnswer; who does not know the code may refuse it.
	mustAnswerKnown = []Outcome{{Behavior: OK, Ending: AnsweredByPeer(1000, 1014).Exactly()}, {Behavior: NonStrict, Ending: RefusedByPeer(1002)}}
	// mayLimit: an echo, or that the message is too big.
	mayLimit = []Outcome{{OK, []Expect{Echo(hello)}, ClosedByHarness()}, {Behavior: NonStrict, Ending: FailedByPeer(1009).Exactly()}}
	// twoPings: the last of several pings is answered.
	twoPings = []Outcome{{OK, []Expect{PongFor(Ping(Octets("p")), Ping(Octets("q")))}, ClosedByHarness()}}
	// lateIsPermitted: a pong behind the message is NON-STRICT.
	lateIsPermitted = []Outcome{
		{OK, []Expect{PongFor(Ping(Octets("p")), Ping(Octets("q"))), Echo(hello)}, ClosedByHarness()},
		{NonStrict, []Expect{Echo(hello), PongFor(Ping(Octets("p")), Ping(Octets("q")))}, ClosedByHarness()},
	}
	// abandoned: the harness drops TCP, the peer may not fail before.
	abandoned = []Outcome{{Behavior: OK, Ending: Abandoned()}}
	anyEnd    = []Outcome{{InformationalBehavior, []Expect{MaybeEcho(hello)}, AnyEnd()}}
)

type judged struct {
	Behavior Behavior
	Close    CloseBehavior
	Verdict  Verdict
	// Why is the explanation; a plain pass has none.
	Why string
}

func TestJudge(t *testing.T) {
	for _, tt := range []struct {
		name     string
		outcomes []Outcome
		observed observed
		want     judged
	}{
		// An echo, then a clean close that the harness starts.
		{"echo, Close answered, TCP closed", mustEcho, story(textMessage("hello"), harnessCloses, closed(1000), eof),
			judged{OK, CloseOK, Pass, ""}},
		{"Close answered without a code", mustEcho, story(textMessage("hello"), harnessCloses, closed(none), eof),
			judged{OK, CloseOK, Pass, ""}},
		{"TCP reset after a correct Close", mustEcho, story(textMessage("hello"), harnessCloses, closed(1000), reset),
			judged{OK, CloseOK, Pass, ""}},
		{"Close answered with another code", mustEcho, story(textMessage("hello"), harnessCloses, closed(1001), eof),
			judged{OK, CloseWrongCode, Warn, "The peer closed with 1001 where 1000 fits."}},
		{"Close answered, TCP left open", mustEcho, story(textMessage("hello"), harnessCloses, closed(1000), harnessDrops),
			judged{OK, CloseFailedByClient, Fail, "The server left it to the client to close TCP (RFC 6455 7.1.1)."}},
		{"Close not answered, TCP closed", mustEcho, story(textMessage("hello"), harnessCloses, eof),
			judged{OK, CloseUnclean, Fail, "The peer closed TCP without answering the Close (RFC 6455 5.5.1)."}},
		{"Close not answered, TCP reset", mustEcho, story(textMessage("hello"), harnessCloses, reset),
			judged{OK, CloseUnclean, Fail, "The peer closed TCP without answering the Close (RFC 6455 5.5.1)."}},
		{"Close not answered at all", mustEcho, story(textMessage("hello"), harnessCloses, harnessWaits),
			judged{OK, CloseUnclean, Fail, "The peer did not answer the Close (RFC 6455 5.5.1)."}},
		{"the peer closes though nothing was wrong", mustEcho, story(textMessage("hello"), closed(1000), harnessCloses, eof),
			judged{OK, CloseFailed, Fail, "The peer ended the connection before the harness did (Close 1000)."}},
		{"the peer closes TCP though nothing was wrong", mustEcho, story(textMessage("hello"), eof),
			judged{OK, CloseFailed, Fail, "The peer ended the connection before the harness did (TCP closed)."}},
		{"silence where an echo is due", mustEcho, story(harnessWaits, harnessCloses),
			judged{Failed, CloseUnclean, Fail, `Expected text message "hello", and nothing came in time.`}},
		{"silence where an echo is due, but the Close is answered", mustEcho, story(harnessWaits, harnessCloses, closed(1000), eof),
			judged{Failed, CloseOK, Fail, `Expected text message "hello", and nothing came in time.`}},
		{"the peer closes where an echo is due", mustEcho, story(closed(1011), harnessCloses, eof),
			judged{Failed, CloseFailed, Fail, `Expected text message "hello", and the peer ended the connection (Close 1011).`}},
		{"the echo is another", mustEcho, story(textMessage("jello"), harnessCloses, closed(1000), eof),
			judged{Failed, CloseOK, Fail, `Expected text message "hello", and text message "jello" came.`}},
		{"the echo comes twice", mustEcho, story(textMessage("hello"), harnessCloses, textMessage("hello"), closed(1000), eof),
			judged{Failed, CloseOK, Fail, `Text message "hello" came where the peer had to send nothing more.`}},
		{"the echo breaks the protocol", mustEcho, story(violation(wire.RuleMaskForbidden), harnessCloses),
			judged{Failed, CloseUnclean, Fail, "The peer sent something wrong (RFC 6455 5.1)."}},
		{"a flood instead of the echo", mustEcho, story(Event{Kind: EventFlood, Name: "a text frame of 9 octets"}, harnessCloses),
			judged{Failed, CloseUnclean, Fail, "The peer sent a text frame of 9 octets, more than the case can account for."}},
		{"the peer's own pings and unasked pongs between", mustEcho,
			story(ping("up?"), textMessage("hello"), pong("heartbeat"), harnessCloses, ping(""), closed(1000), eof),
			judged{OK, CloseOK, Pass, ""}},

		// A pong.
		{"pong", mustPong, story(pong("p"), harnessCloses, closed(1000), eof),
			judged{OK, CloseOK, Pass, ""}},
		{"an unasked pong and the one that was asked for", mustPong, story(pong("mine"), pong("p"), harnessCloses, closed(1000), eof),
			judged{OK, CloseOK, Pass, ""}},
		{"only an unasked pong", mustPong, story(pong("mine"), harnessWaits, harnessCloses, closed(1000), eof),
			judged{Failed, CloseOK, Fail, `Expected pong "p", and nothing but pong "mine" came, which answers no ping.`}},
		{"the pong twice", mustPong, story(pong("p"), pong("p"), harnessCloses, closed(1000), eof),
			judged{Failed, CloseOK, Fail, `Pong "p" came where the peer had to send nothing more.`}},

		// A failure of the connection.
		{"refused with the code", mustRefuse, story(closed(1002), harnessCloses, eof),
			judged{OK, CloseOK, Pass, ""}},
		{"refused without a code", mustRefuse, story(closed(none), harnessCloses, eof),
			judged{OK, CloseOK, Pass, ""}},
		{"refused by closing TCP (7.1.7)", mustRefuse, story(eof),
			judged{OK, CloseOK, Pass, ""}},
		{"refused by resetting TCP (7.1.7)", mustRefuse, story(reset),
			judged{OK, CloseOK, Pass, ""}},
		{"refused with the code, then a reset", mustRefuse, story(closed(1002), harnessCloses, reset),
			judged{OK, CloseOK, Pass, ""}},
		{"refused with another code", mustRefuse, story(closed(1011), harnessCloses, eof),
			judged{OK, CloseWrongCode, Warn, "The peer closed with 1011 where 1002 fits."}},
		{"refused, TCP left open", mustRefuse, story(closed(1002), harnessCloses, harnessDrops),
			judged{OK, CloseFailedByClient, Fail, "The server left it to the client to close TCP (RFC 6455 7.1.1)."}},
		{"silence; the harness has to close", mustRefuse, story(harnessWaits, harnessCloses, closed(1000), eof),
			judged{Failed, CloseFailed, Fail, "The peer stayed silent where it had to fail the connection with 1002."}},
		{"silence for good", mustRefuse, story(harnessWaits, harnessCloses),
			judged{Failed, CloseFailed, Fail, "The peer stayed silent where it had to fail the connection with 1002."}},
		{"an echo of what had to be refused", mustRefuse, story(textMessage("hello"), harnessCloses, closed(1000), eof),
			judged{Failed, CloseFailed, Fail, `Text message "hello" came where the peer had to fail the connection with 1002.`}},
		{"an echo, and the end of TCP on the script's own Close", mustRefuse, story(scriptCloses, textMessage("hello"), eof),
			judged{Failed, CloseFailed, Fail, `Text message "hello" came where the peer had to fail the connection with 1002.`}},
		{"an echo, and an answer to the script's own Close", mustRefuse, story(scriptCloses, textMessage("hello"), closed(1000), eof),
			judged{Failed, CloseFailed, Fail, `Text message "hello" came where the peer had to fail the connection with 1002.`}},
		{"an echo, and then refused all the same", mustRefuse, story(scriptCloses, textMessage("hello"), closed(1002), eof),
			judged{Failed, CloseOK, Fail, `Text message "hello" came where the peer had to fail the connection with 1002.`}},
		{"a pong after a frame that had to be refused", mustRefuse, story(pong("p"), harnessCloses, closed(1000), eof),
			judged{Failed, CloseFailed, Fail, `Pong "p" came where the peer had to fail the connection with 1002.`}},
		{"an unasked pong, then refused", mustRefuse, story(pong("heartbeat"), closed(1002), harnessCloses, eof),
			judged{OK, CloseOK, Pass, ""}},
		{"a breach of its own where it had to refuse", mustRefuse, story(violation(wire.RuleReservedBits), harnessCloses),
			judged{Failed, CloseFailed, Fail, "The peer had to fail the connection with 1002 and went on: it sent something wrong (RFC 6455 5.2)."}},
		{"refused with a code that must not be sent", mustRefuse, story(closed(1006), violation(wire.RuleCloseCode1006), harnessCloses, eof),
			judged{Failed, CloseWrongCode, Fail, "The peer had to fail the connection with 1002 and went on: it sent something wrong (RFC 6455 7.4.1)."}},

		// An echo, then a failure.
		{"echo, then refused", mayRefuseEarly, story(textMessage("hello"), closed(1002), harnessCloses, eof),
			judged{OK, CloseOK, Pass, ""}},
		{"refused before the echo", mayRefuseEarly, story(closed(1002), harnessCloses, eof),
			judged{NonStrict, CloseOK, Warn, `Permitted, but the best outcome is: text message "hello"; then the peer fails the connection with 1002, or closes TCP; here: Close 1002, TCP closed.`}},
		{"TCP closed before the echo", mayRefuseEarly, story(eof),
			judged{NonStrict, CloseOK, Warn, `Permitted, but the best outcome is: text message "hello"; then the peer fails the connection with 1002, or closes TCP; here: TCP closed.`}},
		{"echo, then a pong for the ping behind", mayRefuseEarly, story(textMessage("hello"), pong("p"), harnessCloses, closed(1000), eof),
			judged{Failed, CloseFailed, Fail, `Pong "p" came where the peer had to fail the connection with 1002.`}},
		{"echo, pong, and only then refused", mayRefuseEarly, story(textMessage("hello"), pong("p"), closed(1002), harnessCloses, eof),
			judged{Failed, CloseOK, Fail, `Pong "p" came where the peer had to fail the connection with 1002.`}},
		{"echo twice", mayRefuseEarly, story(textMessage("hello"), textMessage("hello"), harnessCloses, closed(1000), eof),
			judged{Failed, CloseFailed, Fail, `Text message "hello" came where the peer had to fail the connection with 1002.`}},

		// Failing fast.
		{"failed as soon as the text cannot become valid", mustFailFast, story(quiet("A"), closed(1007), harnessCloses, eof),
			judged{OK, CloseOK, Pass, ""}},
		{"failed at the end of the message", mustFailFast, story(quiet("A"), quiet("B"), closed(1007), harnessCloses, eof),
			judged{NonStrict, CloseOK, Warn, "Permitted, but the best outcome is: the connection still open (mark A); then the peer fails the connection with 1007, or closes TCP; here: the connection still open (mark A), the connection still open (mark B), Close 1007, TCP closed."}},
		{"failed while the text was valid", mustFailFast, story(closed(1007), harnessCloses, eof),
			judged{Failed, CloseOK, Fail, "Expected the connection still open (mark A), and the peer ended the connection (Close 1007)."}},
		{"not failed at all", mustFailFast, story(quiet("A"), quiet("B"), harnessWaits, harnessCloses, closed(1000), eof),
			judged{Failed, CloseFailed, Fail, "The peer stayed silent where it had to fail the connection with 1007."}},

		// An answer to the script's Close.
		{"answered with the same code", mustAnswer, story(scriptCloses, closed(3000), eof),
			judged{OK, CloseOK, Pass, ""}},
		{"answered with 1000", mustAnswer, story(scriptCloses, closed(1000), eof),
			judged{OK, CloseOK, Pass, ""}},
		{"answered without a code", mustAnswer, story(scriptCloses, closed(none), eof),
			judged{OK, CloseOK, Pass, ""}},
		{"answered with another code", mustAnswer, story(scriptCloses, closed(1002), eof),
			judged{OK, CloseWrongCode, Warn, "The peer closed with 1002 where 1000 or 3000 fits."}},
		{"answered, TCP left open", mustAnswer, story(scriptCloses, closed(1000), harnessDrops),
			judged{OK, CloseFailedByClient, Fail, "The server left it to the client to close TCP (RFC 6455 7.1.1)."}},
		{"not answered, TCP closed", mustAnswer, story(scriptCloses, eof),
			judged{OK, CloseUnclean, Fail, "The peer closed TCP without answering the Close (RFC 6455 5.5.1)."}},
		{"not answered at all", mustAnswer, story(scriptCloses, harnessWaits),
			judged{Failed, CloseUnclean, Fail, "The peer stayed silent where it had to answer the Close."}},
		{"the peer closed first", mustAnswer, story(closed(1000), scriptCloses, eof),
			judged{OK, CloseFailed, Fail, "The peer ended the connection before the harness did (Close 1000)."}},
		{"a message behind the Close is echoed", mustAnswer, story(scriptCloses, textMessage("hello"), closed(1000), eof),
			judged{Failed, CloseOK, Fail, `Text message "hello" came where the peer had to answer the Close.`}},
		{"a ping behind the Close is answered", mustAnswer, story(scriptCloses, pong("p"), closed(1000), eof),
			judged{Failed, CloseOK, Fail, `Pong "p" came where the peer had to answer the Close.`}},
		{"answered, and a message behind the answer", mustAnswer, story(scriptCloses, closed(1000), violation(wire.RuleDataAfterClose), eof),
			judged{Failed, CloseOK, Fail, "The peer sent something wrong (RFC 6455 5.5.1)."}},

		// Endings of which the Close frame is a part.
		{"a known code repeated", mustAnswerKnown, story(scriptCloses, closed(1014), eof),
			judged{OK, CloseOK, Pass, ""}},
		{"a known code answered without one", mustAnswerKnown, story(scriptCloses, closed(none), eof),
			judged{OK, CloseOK, Pass, ""}},
		{"an unknown code refused", mustAnswerKnown, story(scriptCloses, closed(1002), eof),
			judged{NonStrict, CloseOK, Warn, "Permitted, but the best outcome is: no message and no pong; then the peer answers the Close with 1000 or 1014; here: Close 1002, TCP closed."}},
		{"an unknown code refused by closing TCP", mustAnswerKnown, story(scriptCloses, eof),
			judged{NonStrict, CloseOK, Warn, "Permitted, but the best outcome is: no message and no pong; then the peer answers the Close with 1000 or 1014; here: TCP closed."}},
		{"too big", mayLimit, story(closed(1009), harnessCloses, eof),
			judged{NonStrict, CloseOK, Warn, `Permitted, but the best outcome is: text message "hello"; then a clean close with 1000 that the harness starts; here: Close 1009, TCP closed.`}},
		{"closed with another code than that of too big", mayLimit, story(closed(1002), harnessCloses, eof),
			judged{Failed, CloseFailed, Fail, `Expected text message "hello", and the peer ended the connection (Close 1002).`}},
		{"closed without saying that it is too big", mayLimit, story(closed(none), harnessCloses, eof),
			judged{Failed, CloseFailed, Fail, `Expected text message "hello", and the peer ended the connection (Close without a code).`}},

		// What is still expected is told from the events, not from their number.
		{"the first of two pongs alone", twoPings, story(pong("p"), harnessWaits, harnessCloses),
			judged{Failed, CloseUnclean, Fail, `Expected pong "q", and nothing came in time.`}},
		{"the first of two pongs, then the message, and no more", lateIsPermitted, story(pong("p"), textMessage("hello"), harnessWaits, harnessCloses, closed(1000), eof),
			judged{Failed, CloseOK, Fail, `Expected pong "q", and text message "hello" came.`}},

		// A refusal of the script's wrong Close.
		{"a wrong Close refused with the code", mustRefuseClose, story(scriptCloses, closed(1002), eof),
			judged{OK, CloseOK, Pass, ""}},
		{"a wrong Close refused by closing TCP", mustRefuseClose, story(scriptCloses, eof),
			judged{OK, CloseOK, Pass, ""}},
		{"a wrong Close answered as if it were right", mustRefuseClose, story(scriptCloses, closed(1000), eof),
			judged{OK, CloseWrongCode, Warn, "The peer closed with 1000 where 1002 fits."}},
		{"a wrong Close not answered", mustRefuseClose, story(scriptCloses, harnessWaits),
			judged{Failed, CloseFailed, Fail, "The peer stayed silent where it had to answer the Close."}},

		// The way in which TCP ends.
		{"TCP ends by a FIN", mustEndByFIN, story(scriptCloses, closed(1000), eof),
			judged{OK, CloseOK, Pass, ""}},
		{"TCP ends by a reset", mustEndByFIN, story(scriptCloses, closed(1000), reset),
			judged{NonStrict, CloseOK, Warn, "Permitted, but the best outcome is: no message and no pong; then the peer answers the Close with 1000, TCP ending by a FIN; here: Close 1000, TCP reset."}},
		{"the harness drops TCP", abandoned, story(harnessDrops),
			judged{OK, CloseInformational, Pass, ""}},
		{"an answer before the harness drops TCP", abandoned, story(textMessage("hello"), harnessDrops),
			judged{Failed, CloseInformational, Fail, `Text message "hello" came where the peer had to send nothing more.`}},

		// Any end.
		{"any end: Close", anyEnd, story(scriptCloses, closed(4999), eof),
			judged{InformationalBehavior, CloseInformational, Pass, ""}},
		{"any end: echo, then Close", anyEnd, story(scriptCloses, textMessage("hello"), closed(1000), eof),
			judged{InformationalBehavior, CloseInformational, Pass, ""}},
		{"any end: TCP closed", anyEnd, story(scriptCloses, eof),
			judged{InformationalBehavior, CloseInformational, Pass, ""}},
		{"any end: TCP reset", anyEnd, story(scriptCloses, reset),
			judged{InformationalBehavior, CloseInformational, Pass, ""}},
		{"any end: but none came", anyEnd, story(scriptCloses, harnessWaits),
			judged{Failed, CloseFailed, Fail, "The peer stayed silent where it had to answer the Close."}},
		{"any end: but the echo is another", anyEnd, story(scriptCloses, textMessage("jello"), closed(1000), eof),
			judged{Failed, CloseInformational, Fail, `Text message "jello" came where the peer had to answer the Close.`}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			j := judge(tt.outcomes, tt.observed)
			got := judged{j.behavior, j.close, overall(j.behavior, j.close), ""}
			if got.Verdict != Pass {
				got.Why = explain(&Case{Script: Script{Outcomes: tt.outcomes}}, tt.observed, j)
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("after %v (-want +got):\n%s", words(tt.observed.events), diff)
			}
		})
	}
}

// The overall verdict of every pair.
func TestOverall(t *testing.T) {
	closes := []CloseBehavior{CloseOK, CloseInformational, CloseWrongCode, CloseFailedByClient, CloseUnclean, CloseFailed}
	for _, tt := range []struct {
		behavior Behavior
		want     []Verdict // in the order of closes
	}{
		{OK, []Verdict{Pass, Pass, Warn, Fail, Fail, Fail}},
		{InformationalBehavior, []Verdict{Pass, Pass, Warn, Fail, Fail, Fail}},
		{NonStrict, []Verdict{Warn, Warn, Warn, Fail, Fail, Fail}},
		{Failed, []Verdict{Fail, Fail, Fail, Fail, Fail, Fail}},
		{Unimplemented, []Verdict{Skip, Skip, Skip, Skip, Skip, Skip}},
	} {
		for i, c := range closes {
			if got := overall(tt.behavior, c); got != tt.want[i] {
				t.Errorf("%s and %s: %s, want %s", tt.behavior, c, got, tt.want[i])
			}
		}
	}
}

func TestJudgeRecordsTheCode(t *testing.T) {
	for code, observed := range map[wire.StatusCode]observed{
		0:    story(eof),
		none: story(closed(none), eof),
		1002: story(closed(1002), harnessCloses, eof),
	} {
		if got := judge(mustRefuse, observed).code; got != code {
			t.Errorf("after %v: code %d, want %d", words(observed.events), got, code)
		}
	}
}

// A judgement rests on what was observed and nothing else: a second look at the
// same observation gives the same.
func TestJudgeIsPure(t *testing.T) {
	o := story(ping("x"), textMessage("hello"), pong("p"), harnessCloses, closed(1000), eof)
	before := fmt.Sprint(o)
	first := judge(mayRefuseEarly, o)
	if second := judge(mayRefuseEarly, o); first != second {
		t.Errorf("judged %+v first and %+v again", first, second)
	}
	if after := fmt.Sprint(o); after != before {
		t.Errorf("the judge changed the observation from %s to %s", before, after)
	}
}
