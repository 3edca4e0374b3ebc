package judge

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/wsspec/wsspec/conformance/observed"
	"github.com/wsspec/wsspec/conformance/script"
	"github.com/wsspec/wsspec/conformance/verdict"
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
	// closeInVain: the harness's Close was not answered in time.
	closeInVain turn = "the Close in vain"
	// harnessDrops: the peer left it to the harness to close TCP.
	harnessDrops turn = "the harness drops TCP"
)

// story makes an observation of events and turns in the order in which they
// happened. The script sent a ping with the payload "p" in each.
func story(items ...any) observed.Conversation {
	o := observed.Conversation{ScriptClosedAt: -1, HarnessClosedAt: -1, Pings: map[string]int{"p": 0}, MoreTime: "--slow"}
	for _, item := range items {
		switch item {
		case scriptCloses:
			o.ScriptClosedAt = len(o.Events)
		case harnessCloses:
			o.HarnessClosedAt = len(o.Events)
		case harnessWaits:
			o.TimedOut, o.Waited = true, 2*time.Second
		case closeInVain:
			o.CloseTimedOut, o.CloseWaited = true, 3*time.Second
		case harnessDrops:
			o.LeftTCPOpen, o.DropWaited = true, 10*time.Second
		default:
			o.Events = append(o.Events, item.(observed.Event))
		}
	}
	return o
}

// The five shapes that the cases of sections 1-7 and 10 have.
var (
	hello = script.Text(script.Octets("hello"))
	// mustEcho: an echo is due, then the harness closes.
	mustEcho = []script.Outcome{{Behavior: verdict.OK, Events: []script.Expect{script.Echo(hello)}, Ending: script.ClosedByHarness()}}
	// mustPong: a pong is due, then the harness closes.
	mustPong = []script.Outcome{{Behavior: verdict.OK, Events: []script.Expect{script.PongFor(script.Ping(script.Octets("p")))}, Ending: script.ClosedByHarness()}}
	// mustRefuse: the peer must fail the connection with 1002; a message or
	// ping that it must not answer any more lies behind.
	mustRefuse = []script.Outcome{{Behavior: verdict.OK, Ending: script.FailedByPeer(1002)}}
	// mayRefuseEarly: an echo, then a failure; without the echo it is NON-STRICT.
	mayRefuseEarly = []script.Outcome{{Behavior: verdict.OK, Events: []script.Expect{script.Echo(hello)}, Ending: script.FailedByPeer(1002)}, {Behavior: verdict.NonStrict, Ending: script.FailedByPeer(1002)}}
	// mustFailFast: a failure between the marks A and B; behind B it is NON-STRICT.
	mustFailFast = []script.Outcome{{Behavior: verdict.OK, Events: []script.Expect{script.Quiet("A")}, Ending: script.FailedByPeer(1007)}, {Behavior: verdict.NonStrict, Events: []script.Expect{script.Quiet("A"), script.Quiet("B")}, Ending: script.FailedByPeer(1007)}}
	// mustAnswer: the script closes with 3000, and the peer answers.
	mustAnswer = []script.Outcome{{Behavior: verdict.OK, Ending: script.AnsweredByPeer(1000, 3000)}}
	// mustRefuseClose: the script closes wrongly, and the peer refuses.
	mustRefuseClose = []script.Outcome{{Behavior: verdict.OK, Ending: script.RefusedByPeer(1002)}}
	// anyEnd: the script closes, how the peer ends is its own choice.
	// mustEndByFIN: as mustAnswer, and TCP ends in order.
	mustEndByFIN = []script.Outcome{{Behavior: verdict.OK, Ending: script.AnsweredByPeer(1000).WithFIN()}, {Behavior: verdict.NonStrict, Ending: script.AnsweredByPeer(1000)}}
	// mustAnswerKnown: as mustAnswer; who does not know the code may refuse it.
	mustAnswerKnown = []script.Outcome{{Behavior: verdict.OK, Ending: script.AnsweredByPeer(1000, 1014).Exactly()}, {Behavior: verdict.NonStrict, Ending: script.RefusedByPeer(1002)}}
	// mayLimit: an echo, or that the message is too big.
	mayLimit = []script.Outcome{{Behavior: verdict.OK, Events: []script.Expect{script.Echo(hello)}, Ending: script.ClosedByHarness()}, {Behavior: verdict.NonStrict, Ending: script.FailedByPeer(1009).Exactly()}}
	// twoPings: the last of several pings is answered.
	twoPings = []script.Outcome{{Behavior: verdict.OK, Events: []script.Expect{script.PongFor(script.Ping(script.Octets("p")), script.Ping(script.Octets("q")))}, Ending: script.ClosedByHarness()}}
	// lateIsPermitted: a pong behind the message is NON-STRICT.
	lateIsPermitted = []script.Outcome{
		{Behavior: verdict.OK, Events: []script.Expect{script.PongFor(script.Ping(script.Octets("p")), script.Ping(script.Octets("q"))), script.Echo(hello)}, Ending: script.ClosedByHarness()},
		{Behavior: verdict.NonStrict, Events: []script.Expect{script.Echo(hello), script.PongFor(script.Ping(script.Octets("p")), script.Ping(script.Octets("q")))}, Ending: script.ClosedByHarness()},
	}
	// abandoned: the harness drops TCP, the peer may not fail before.
	abandoned = []script.Outcome{{Behavior: verdict.OK, Ending: script.Abandoned()}}
	anyEnd    = []script.Outcome{{Behavior: verdict.Informational, Events: []script.Expect{script.MaybeEcho(hello)}, Ending: script.AnyEnd()}}
)

type judged struct {
	Behavior verdict.Behavior
	Close    verdict.CloseBehavior
	Verdict  verdict.Verdict
	// Why is the explanation; a plain pass has none.
	Why string
}

func TestJudge(t *testing.T) {
	for _, tt := range []struct {
		name     string
		outcomes []script.Outcome
		observed observed.Conversation
		want     judged
	}{
		// An echo, then a clean close that the harness starts.
		{"echo, Close answered, TCP closed", mustEcho, story(textMessage("hello"), harnessCloses, closed(1000), eof),
			judged{verdict.OK, verdict.CloseOK, verdict.Pass, ""}},
		{"Close answered without a code", mustEcho, story(textMessage("hello"), harnessCloses, closed(none), eof),
			judged{verdict.OK, verdict.CloseOK, verdict.Pass, ""}},
		{"TCP reset after a correct Close", mustEcho, story(textMessage("hello"), harnessCloses, closed(1000), reset),
			judged{verdict.OK, verdict.CloseOK, verdict.Pass, ""}},
		{"Close answered with another code", mustEcho, story(textMessage("hello"), harnessCloses, closed(1001), eof),
			judged{verdict.OK, verdict.CloseWrongCode, verdict.Warn, "The peer closed with 1001 where 1000 fits."}},
		{"Close answered, TCP left open", mustEcho, story(textMessage("hello"), harnessCloses, closed(1000), harnessDrops),
			judged{verdict.OK, verdict.CloseFailedByClient, verdict.Fail, "The server left it to the client to close TCP, which was still open after 10 s (RFC 6455 7.1.1). --slow gives more time."}},
		{"Close answered with another code, TCP left open", mustEcho, story(textMessage("hello"), harnessCloses, closed(1001), harnessDrops),
			judged{verdict.OK, verdict.CloseFailedByClient, verdict.Fail, "The server left it to the client to close TCP, which was still open after 10 s (RFC 6455 7.1.1). --slow gives more time."}},
		{"Close answered with 1005 on the wire", mustEcho, story(textMessage("hello"), harnessCloses, closedWith("\x03\xed"), violation(wire.RuleCloseCode1005), eof),
			judged{verdict.Failed, verdict.CloseWrongCode, verdict.Fail, "The peer sent something wrong (RFC 6455 7.4.1)."}},
		{"Close answered with a body of one octet", mustEcho, story(textMessage("hello"), harnessCloses, closedWith("a"), violation(wire.RuleCloseBody), eof),
			judged{verdict.Failed, verdict.CloseWrongCode, verdict.Fail, "The peer sent something wrong (RFC 6455 5.5.1)."}},
		{"a second Close behind the answer", mustEcho, story(textMessage("hello"), harnessCloses, closed(1000), closed(1000), eof),
			judged{verdict.OK, verdict.CloseOK, verdict.Pass, ""}},
		{"Close not answered, TCP closed", mustEcho, story(textMessage("hello"), harnessCloses, eof),
			judged{verdict.OK, verdict.CloseUnclean, verdict.Fail, "The peer closed TCP without answering the Close (RFC 6455 5.5.1)."}},
		{"Close not answered, TCP reset", mustEcho, story(textMessage("hello"), harnessCloses, reset),
			judged{verdict.OK, verdict.CloseUnclean, verdict.Fail, "The peer closed TCP without answering the Close (RFC 6455 5.5.1)."}},
		{"Close not answered at all", mustEcho, story(textMessage("hello"), harnessCloses, closeInVain),
			judged{verdict.OK, verdict.CloseUnclean, verdict.Fail, "The peer did not answer the Close within 3 s (RFC 6455 5.5.1). --slow gives more time."}},
		{"the peer closes though nothing was wrong", mustEcho, story(textMessage("hello"), closed(1000), harnessCloses, eof),
			judged{verdict.OK, verdict.CloseFailed, verdict.Fail, "The peer ended the connection before the harness did (Close 1000)."}},
		{"the peer closes TCP though nothing was wrong", mustEcho, story(textMessage("hello"), eof),
			judged{verdict.OK, verdict.CloseFailed, verdict.Fail, "The peer ended the connection before the harness did (TCP closed)."}},
		{"silence where an echo is due", mustEcho, story(harnessWaits, harnessCloses),
			judged{verdict.Failed, verdict.CloseUnclean, verdict.Fail, `Expected text message "hello", and nothing came within 2 s. --slow gives more time.`}},
		{"an echo that comes only on the harness's Close", mustEcho, story(harnessWaits, harnessCloses, textMessage("hello"), closed(1000), eof),
			judged{verdict.Failed, verdict.CloseOK, verdict.Fail, `Expected text message "hello", and nothing came within 2 s: something came only when the harness had sent Close. --slow gives more time.`}},
		{"an echo that is marked as late", mustEcho, story(harnessWaits, harnessCloses, observed.Event{Kind: observed.EventMessage, Type: wire.OpText, Payload: []byte("hello!"), Late: true}, closed(1000), eof),
			judged{verdict.Failed, verdict.CloseOK, verdict.Fail, `Expected text message "hello", and text message "hello!" came. --slow gives more time.`}},
		{"silence where an echo is due, but the Close is answered", mustEcho, story(harnessWaits, harnessCloses, closed(1000), eof),
			judged{verdict.Failed, verdict.CloseOK, verdict.Fail, `Expected text message "hello", and nothing came within 2 s. --slow gives more time.`}},
		{"the peer closes where an echo is due", mustEcho, story(closed(1011), harnessCloses, eof),
			judged{verdict.Failed, verdict.CloseFailed, verdict.Fail, `Expected text message "hello", and the peer ended the connection (Close 1011).`}},
		{"the echo is another", mustEcho, story(textMessage("jello"), harnessCloses, closed(1000), eof),
			judged{verdict.Failed, verdict.CloseOK, verdict.Fail, `Expected text message "hello", and text message "jello" came.`}},
		{"the echo comes twice", mustEcho, story(textMessage("hello"), harnessCloses, textMessage("hello"), closed(1000), eof),
			judged{verdict.Failed, verdict.CloseOK, verdict.Fail, `Text message "hello" came where the peer had to send nothing more.`}},
		{"the echo breaks the protocol", mustEcho, story(violation(wire.RuleMaskForbidden), harnessCloses),
			judged{verdict.Failed, verdict.CloseUnclean, verdict.Fail, "The peer sent something wrong (RFC 6455 5.1)."}},
		{"a flood instead of the echo", mustEcho, story(observed.Event{Kind: observed.EventFlood, Name: "a text frame of 9 octets"}, harnessCloses),
			judged{verdict.Failed, verdict.CloseUnclean, verdict.Fail, "The peer sent a text frame of 9 octets, more than the case can account for."}},
		{"the peer's own pings and unasked pongs between", mustEcho,
			story(ping("up?"), textMessage("hello"), pong("heartbeat"), harnessCloses, ping(""), closed(1000), eof),
			judged{verdict.OK, verdict.CloseOK, verdict.Pass, ""}},
		{"a ping of the peer's own instead of the echo", mustEcho, story(ping("up?"), harnessWaits, harnessCloses, closed(1000), eof),
			judged{verdict.Failed, verdict.CloseOK, verdict.Fail, `Expected text message "hello", and nothing came within 2 s but ping "up?". --slow gives more time.`}},

		// A pong.
		{"pong", mustPong, story(pong("p"), harnessCloses, closed(1000), eof),
			judged{verdict.OK, verdict.CloseOK, verdict.Pass, ""}},
		{"an unasked pong and the one that was asked for", mustPong, story(pong("mine"), pong("p"), harnessCloses, closed(1000), eof),
			judged{verdict.OK, verdict.CloseOK, verdict.Pass, ""}},
		{"only an unasked pong", mustPong, story(pong("mine"), harnessWaits, harnessCloses, closed(1000), eof),
			judged{verdict.Failed, verdict.CloseOK, verdict.Fail, `Expected pong "p", and nothing but pong "mine" came, which answers no ping.`}},
		{"the pong twice", mustPong, story(pong("p"), pong("p"), harnessCloses, closed(1000), eof),
			judged{verdict.Failed, verdict.CloseOK, verdict.Fail, `Pong "p" came where the peer had to send nothing more.`}},

		// A failure of the connection.
		{"refused with the code", mustRefuse, story(closed(1002), harnessCloses, eof),
			judged{verdict.OK, verdict.CloseOK, verdict.Pass, ""}},
		{"refused without a code", mustRefuse, story(closed(none), harnessCloses, eof),
			judged{verdict.OK, verdict.CloseOK, verdict.Pass, ""}},
		{"refused by closing TCP (7.1.7)", mustRefuse, story(eof),
			judged{verdict.OK, verdict.CloseOK, verdict.Pass, ""}},
		{"refused by resetting TCP (7.1.7)", mustRefuse, story(reset),
			judged{verdict.OK, verdict.CloseOK, verdict.Pass, ""}},
		{"refused with the code, then a reset", mustRefuse, story(closed(1002), harnessCloses, reset),
			judged{verdict.OK, verdict.CloseOK, verdict.Pass, ""}},
		{"refused with another code", mustRefuse, story(closed(1011), harnessCloses, eof),
			judged{verdict.OK, verdict.CloseWrongCode, verdict.Warn, "The peer closed with 1011 where 1002 fits."}},
		{"refused, TCP left open", mustRefuse, story(closed(1002), harnessCloses, harnessDrops),
			judged{verdict.OK, verdict.CloseFailedByClient, verdict.Fail, "The server left it to the client to close TCP, which was still open after 10 s (RFC 6455 7.1.1). --slow gives more time."}},
		{"silence; the harness has to close", mustRefuse, story(harnessWaits, harnessCloses, closed(1000), eof),
			judged{verdict.Failed, verdict.CloseFailed, verdict.Fail, "The peer stayed silent for 2 s where it had to fail the connection with 1002. --slow gives more time."}},
		{"nothing but a heartbeat", mustRefuse, story(pong(""), harnessWaits, harnessCloses, closed(1000), eof),
			judged{verdict.Failed, verdict.CloseFailed, verdict.Fail, "The peer sent nothing for 2 s but an empty pong where it had to fail the connection with 1002. --slow gives more time."}},
		{"nothing but a ping", mustRefuse, story(ping("up?"), harnessWaits, harnessCloses, closed(1000), eof),
			judged{verdict.Failed, verdict.CloseFailed, verdict.Fail, `The peer sent nothing for 2 s but ping "up?" where it had to fail the connection with 1002. --slow gives more time.`}},
		{"silence for good", mustRefuse, story(harnessWaits, harnessCloses),
			judged{verdict.Failed, verdict.CloseFailed, verdict.Fail, "The peer stayed silent for 2 s where it had to fail the connection with 1002. --slow gives more time."}},
		{"an echo of what had to be refused", mustRefuse, story(textMessage("hello"), harnessCloses, closed(1000), eof),
			judged{verdict.Failed, verdict.CloseFailed, verdict.Fail, `Text message "hello" came where the peer had to fail the connection with 1002.`}},
		{"an echo, and the end of TCP on the script's own Close", mustRefuse, story(scriptCloses, textMessage("hello"), eof),
			judged{verdict.Failed, verdict.CloseFailed, verdict.Fail, `Text message "hello" came where the peer had to fail the connection with 1002.`}},
		{"an echo, and an answer to the script's own Close", mustRefuse, story(scriptCloses, textMessage("hello"), closed(1000), eof),
			judged{verdict.Failed, verdict.CloseFailed, verdict.Fail, `Text message "hello" came where the peer had to fail the connection with 1002.`}},
		{"an echo, and then refused all the same", mustRefuse, story(scriptCloses, textMessage("hello"), closed(1002), eof),
			judged{verdict.Failed, verdict.CloseOK, verdict.Fail, `Text message "hello" came where the peer had to fail the connection with 1002.`}},
		{"a pong after a frame that had to be refused", mustRefuse, story(pong("p"), harnessCloses, closed(1000), eof),
			judged{verdict.Failed, verdict.CloseFailed, verdict.Fail, `Pong "p" came where the peer had to fail the connection with 1002.`}},
		{"an unasked pong, then refused", mustRefuse, story(pong("heartbeat"), closed(1002), harnessCloses, eof),
			judged{verdict.OK, verdict.CloseOK, verdict.Pass, ""}},
		{"a breach of its own where it had to refuse", mustRefuse, story(violation(wire.RuleReservedBits), harnessCloses),
			judged{verdict.Failed, verdict.CloseFailed, verdict.Fail, "The peer had to fail the connection with 1002 and went on: it sent something wrong (RFC 6455 5.2)."}},
		{"refused with a code that must not be sent", mustRefuse, story(closed(1006), violation(wire.RuleCloseCode1006), harnessCloses, eof),
			judged{verdict.Failed, verdict.CloseWrongCode, verdict.Fail, "The peer had to fail the connection with 1002 and went on: it sent something wrong (RFC 6455 7.4.1)."}},

		// An echo, then a failure.
		{"echo, then refused", mayRefuseEarly, story(textMessage("hello"), closed(1002), harnessCloses, eof),
			judged{verdict.OK, verdict.CloseOK, verdict.Pass, ""}},
		{"refused before the echo", mayRefuseEarly, story(closed(1002), harnessCloses, eof),
			judged{verdict.NonStrict, verdict.CloseOK, verdict.Warn, `Allowed, but not preferred. Preferred: send the text message "hello", then fail the connection with 1002. This peer sent Close 1002.`}},
		{"TCP closed before the echo", mayRefuseEarly, story(eof),
			judged{verdict.NonStrict, verdict.CloseOK, verdict.Warn, `Allowed, but not preferred. Preferred: send the text message "hello", then fail the connection with 1002. This peer closed TCP.`}},
		{"echo, then a pong for the ping behind", mayRefuseEarly, story(textMessage("hello"), pong("p"), harnessCloses, closed(1000), eof),
			judged{verdict.Failed, verdict.CloseFailed, verdict.Fail, `Pong "p" came where the peer had to fail the connection with 1002.`}},
		{"echo, pong, and only then refused", mayRefuseEarly, story(textMessage("hello"), pong("p"), closed(1002), harnessCloses, eof),
			judged{verdict.Failed, verdict.CloseOK, verdict.Fail, `Pong "p" came where the peer had to fail the connection with 1002.`}},
		{"echo twice", mayRefuseEarly, story(textMessage("hello"), textMessage("hello"), harnessCloses, closed(1000), eof),
			judged{verdict.Failed, verdict.CloseFailed, verdict.Fail, `Text message "hello" came where the peer had to fail the connection with 1002.`}},

		// Failing fast.
		{"failed as soon as the text cannot become valid", mustFailFast, story(quiet("A"), closed(1007), harnessCloses, eof),
			judged{verdict.OK, verdict.CloseOK, verdict.Pass, ""}},
		{"failed at the end of the message", mustFailFast, story(quiet("A"), quiet("B"), closed(1007), harnessCloses, eof),
			judged{verdict.NonStrict, verdict.CloseOK, verdict.Warn, "Allowed, but not preferred. Preferred: fail the connection with 1007 at once. This peer kept the connection open for 2 s, then sent Close 1007. --slow gives more time."}},
		{"failed while the text was valid", mustFailFast, story(closed(1007), harnessCloses, eof),
			judged{verdict.Failed, verdict.CloseOK, verdict.Fail, "Expected the connection still open (mark A), and the peer ended the connection (Close 1007)."}},
		{"not failed at all", mustFailFast, story(quiet("A"), quiet("B"), harnessWaits, harnessCloses, closed(1000), eof),
			judged{verdict.Failed, verdict.CloseFailed, verdict.Fail, "The peer stayed silent for 2 s where it had to fail the connection with 1007. --slow gives more time."}},

		// An answer to the script's Close.
		{"answered with the same code", mustAnswer, story(scriptCloses, closed(3000), eof),
			judged{verdict.OK, verdict.CloseOK, verdict.Pass, ""}},
		{"answered with 1000", mustAnswer, story(scriptCloses, closed(1000), eof),
			judged{verdict.OK, verdict.CloseOK, verdict.Pass, ""}},
		{"answered without a code", mustAnswer, story(scriptCloses, closed(none), eof),
			judged{verdict.OK, verdict.CloseOK, verdict.Pass, ""}},
		{"answered with another code", mustAnswer, story(scriptCloses, closed(1002), eof),
			judged{verdict.OK, verdict.CloseWrongCode, verdict.Warn, "The peer closed with 1002 where 1000 or 3000 fits."}},
		{"answered, TCP left open", mustAnswer, story(scriptCloses, closed(1000), harnessDrops),
			judged{verdict.OK, verdict.CloseFailedByClient, verdict.Fail, "The server left it to the client to close TCP, which was still open after 10 s (RFC 6455 7.1.1). --slow gives more time."}},
		{"not answered, TCP closed", mustAnswer, story(scriptCloses, eof),
			judged{verdict.OK, verdict.CloseUnclean, verdict.Fail, "The peer closed TCP without answering the Close (RFC 6455 5.5.1)."}},
		{"not answered at all", mustAnswer, story(scriptCloses, harnessWaits),
			judged{verdict.Failed, verdict.CloseUnclean, verdict.Fail, "The peer stayed silent for 2 s where it had to answer the Close. --slow gives more time."}},
		{"the peer closed first", mustAnswer, story(closed(1000), scriptCloses, eof),
			judged{verdict.OK, verdict.CloseFailed, verdict.Fail, "The peer ended the connection before the harness did (Close 1000)."}},
		{"a message behind the Close is echoed", mustAnswer, story(scriptCloses, textMessage("hello"), closed(1000), eof),
			judged{verdict.Failed, verdict.CloseOK, verdict.Fail, `Text message "hello" came where the peer had to answer the Close.`}},
		{"a ping behind the Close is answered", mustAnswer, story(scriptCloses, pong("p"), closed(1000), eof),
			judged{verdict.Failed, verdict.CloseOK, verdict.Fail, `Pong "p" came where the peer had to answer the Close.`}},
		{"answered, and a message behind the answer", mustAnswer, story(scriptCloses, closed(1000), violation(wire.RuleDataAfterClose), eof),
			judged{verdict.Failed, verdict.CloseOK, verdict.Fail, "The peer sent something wrong (RFC 6455 5.5.1)."}},

		// Endings of which the Close frame is a part.
		{"a known code repeated", mustAnswerKnown, story(scriptCloses, closed(1014), eof),
			judged{verdict.OK, verdict.CloseOK, verdict.Pass, ""}},
		{"a known code answered without one", mustAnswerKnown, story(scriptCloses, closed(none), eof),
			judged{verdict.OK, verdict.CloseOK, verdict.Pass, ""}},
		{"an unknown code refused", mustAnswerKnown, story(scriptCloses, closed(1002), eof),
			judged{verdict.NonStrict, verdict.CloseOK, verdict.Warn, "Allowed, but not preferred. Preferred: answer the Close with 1000 or 1014. This peer sent Close 1002."}},
		{"an unknown code refused by closing TCP", mustAnswerKnown, story(scriptCloses, eof),
			judged{verdict.NonStrict, verdict.CloseOK, verdict.Warn, "Allowed, but not preferred. Preferred: answer the Close with 1000 or 1014. This peer closed TCP."}},
		{"too big", mayLimit, story(closed(1009), harnessCloses, eof),
			judged{verdict.NonStrict, verdict.CloseOK, verdict.Warn, `Allowed, but not preferred. Preferred: send the text message "hello". This peer sent Close 1009.`}},
		{"closed with another code than that of too big", mayLimit, story(closed(1002), harnessCloses, eof),
			judged{verdict.Failed, verdict.CloseFailed, verdict.Fail, `Expected text message "hello", and the peer ended the connection (Close 1002).`}},
		{"closed without saying that it is too big", mayLimit, story(closed(none), harnessCloses, eof),
			judged{verdict.Failed, verdict.CloseFailed, verdict.Fail, `Expected text message "hello", and the peer ended the connection (Close without a code).`}},

		// What is still expected is told from the events, not from their number.
		{"the first of two pongs alone", twoPings, story(pong("p"), harnessWaits, harnessCloses),
			judged{verdict.Failed, verdict.CloseUnclean, verdict.Fail, `Expected pong "q", and nothing more came within 2 s. --slow gives more time.`}},
		{"the first of two pongs, then the message, and no more", lateIsPermitted, story(pong("p"), textMessage("hello"), harnessWaits, harnessCloses, closed(1000), eof),
			judged{verdict.Failed, verdict.CloseOK, verdict.Fail, `Expected pong "q", and text message "hello" came.`}},

		// A refusal of the script's wrong Close.
		{"a wrong Close refused with the code", mustRefuseClose, story(scriptCloses, closed(1002), eof),
			judged{verdict.OK, verdict.CloseOK, verdict.Pass, ""}},
		{"a wrong Close refused by closing TCP", mustRefuseClose, story(scriptCloses, eof),
			judged{verdict.OK, verdict.CloseOK, verdict.Pass, ""}},
		{"a wrong Close answered as if it were right", mustRefuseClose, story(scriptCloses, closed(1000), eof),
			judged{verdict.Failed, verdict.CloseWrongCode, verdict.Fail, "The peer answered the Close with 1000, as if it were valid, where it had to fail the connection with 1002."}},
		{"a wrong Close answered with another error code", mustRefuseClose, story(scriptCloses, closed(1008), eof),
			judged{verdict.OK, verdict.CloseWrongCode, verdict.Warn, "The peer closed with 1008 where 1002 fits."}},
		{"a wrong Close answered without a code", mustRefuseClose, story(scriptCloses, closed(none), eof),
			judged{verdict.OK, verdict.CloseOK, verdict.Pass, ""}},
		{"a wrong Close answered with 1005 on the wire", mustRefuseClose, story(scriptCloses, closedWith("\x03\xed"), violation(wire.RuleCloseCode1005), eof),
			judged{verdict.Failed, verdict.CloseWrongCode, verdict.Fail, "The peer sent something wrong (RFC 6455 7.4.1)."}},
		{"a wrong Close answered with a body of one octet", mustRefuseClose, story(scriptCloses, closedWith("a"), violation(wire.RuleCloseBody), eof),
			judged{verdict.Failed, verdict.CloseWrongCode, verdict.Fail, "The peer sent something wrong (RFC 6455 5.5.1)."}},
		{"a wrong Close not answered", mustRefuseClose, story(scriptCloses, harnessWaits),
			judged{verdict.Failed, verdict.CloseFailed, verdict.Fail, "The peer stayed silent for 2 s where it had to fail the connection with 1002. --slow gives more time."}},

		// The way in which TCP ends.
		{"TCP ends by a FIN", mustEndByFIN, story(scriptCloses, closed(1000), eof),
			judged{verdict.OK, verdict.CloseOK, verdict.Pass, ""}},
		{"TCP ends by a reset", mustEndByFIN, story(scriptCloses, closed(1000), reset),
			judged{verdict.NonStrict, verdict.CloseOK, verdict.Warn, "Allowed, but not preferred. Preferred: answer the Close and end TCP with a FIN. This peer sent Close 1000, then reset TCP."}},
		{"the harness drops TCP", abandoned, story(harnessDrops),
			judged{verdict.OK, verdict.CloseInformational, verdict.Pass, ""}},
		{"an answer before the harness drops TCP", abandoned, story(textMessage("hello"), harnessDrops),
			judged{verdict.Failed, verdict.CloseInformational, verdict.Fail, `Text message "hello" came where the peer had to send nothing more.`}},

		// Any end.
		{"any end: Close", anyEnd, story(scriptCloses, closed(4999), eof),
			judged{verdict.Informational, verdict.CloseInformational, verdict.Pass, ""}},
		{"any end: echo, then Close", anyEnd, story(scriptCloses, textMessage("hello"), closed(1000), eof),
			judged{verdict.Informational, verdict.CloseInformational, verdict.Pass, ""}},
		{"any end: TCP closed", anyEnd, story(scriptCloses, eof),
			judged{verdict.Informational, verdict.CloseInformational, verdict.Pass, ""}},
		{"any end: TCP reset", anyEnd, story(scriptCloses, reset),
			judged{verdict.Informational, verdict.CloseInformational, verdict.Pass, ""}},
		{"any end: but none came", anyEnd, story(scriptCloses, harnessWaits),
			judged{verdict.Failed, verdict.CloseFailed, verdict.Fail, "The peer stayed silent for 2 s where it had to answer the Close. --slow gives more time."}},
		{"any end: but the echo is another", anyEnd, story(scriptCloses, textMessage("jello"), closed(1000), eof),
			judged{verdict.Failed, verdict.CloseInformational, verdict.Fail, `Text message "jello" came where the peer had to answer the Close.`}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			j := decide(tt.outcomes, tt.observed)
			got := judged{j.Behavior, j.Close, verdict.Overall(j.Behavior, j.Close), ""}
			if got.Verdict != verdict.Pass {
				got.Why = explain(&script.Case{Script: script.Script{Outcomes: tt.outcomes}}, tt.observed, j)
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("after %v (-want +got):\n%s", observed.Describe(tt.observed.Events), diff)
			}
		})
	}
}

// The overall verdict of every pair.
func TestOverall(t *testing.T) {
	closes := []verdict.CloseBehavior{verdict.CloseOK, verdict.CloseInformational, verdict.CloseWrongCode, verdict.CloseFailedByClient, verdict.CloseUnclean, verdict.CloseFailed}
	for _, tt := range []struct {
		behavior verdict.Behavior
		want     []verdict.Verdict // in the order of closes
	}{
		{verdict.OK, []verdict.Verdict{verdict.Pass, verdict.Pass, verdict.Warn, verdict.Fail, verdict.Fail, verdict.Fail}},
		{verdict.Informational, []verdict.Verdict{verdict.Pass, verdict.Pass, verdict.Warn, verdict.Fail, verdict.Fail, verdict.Fail}},
		{verdict.NonStrict, []verdict.Verdict{verdict.Warn, verdict.Warn, verdict.Warn, verdict.Fail, verdict.Fail, verdict.Fail}},
		{verdict.Failed, []verdict.Verdict{verdict.Fail, verdict.Fail, verdict.Fail, verdict.Fail, verdict.Fail, verdict.Fail}},
		{verdict.Unimplemented, []verdict.Verdict{verdict.Skip, verdict.Skip, verdict.Skip, verdict.Skip, verdict.Skip, verdict.Skip}},
	} {
		for i, c := range closes {
			if got := verdict.Overall(tt.behavior, c); got != tt.want[i] {
				t.Errorf("%s and %s: %s, want %s", tt.behavior, c, got, tt.want[i])
			}
		}
	}
}

func TestJudgeRecordsTheCode(t *testing.T) {
	for code, seen := range map[wire.StatusCode]observed.Conversation{
		0:    story(eof),
		none: story(closed(none), eof),
		1002: story(closed(1002), harnessCloses, eof),
	} {
		if got := decide(mustRefuse, seen).Code; got != code {
			t.Errorf("after %v: code %d, want %d", observed.Describe(seen.Events), got, code)
		}
	}
}

// Behind a breach the harness fails the connection with the code of the rule (RFC 6455
// 7.4.1), 1007 for text. A Close that only repeats that code is an answer, which does not
// count (RFC6455-7.1.7-7). Any other one is the peer's own.
func TestTheCodeBehindABreach(t *testing.T) {
	text, mask := violation(wire.RuleText), violation(wire.RuleMaskForbidden)
	for _, tt := range []struct {
		name  string
		seen  observed.Conversation
		code  wire.StatusCode
		close verdict.CloseBehavior
	}{
		{"text: its own Close 1002", story(textMessage("jello"), text, harnessCloses, closed(1002), eof), 1002, verdict.CloseWrongCode},
		{"text: its own Close 1002 before the harness's", story(text, closed(1002), harnessCloses, eof), 1002, verdict.CloseFailed},
		{"text: an answer to the harness's Close", story(textMessage("jello"), text, harnessCloses, closed(1007), eof), 0, verdict.CloseUnclean},
		{"text: an answer without a code", story(text, harnessCloses, closed(none), eof), 0, verdict.CloseUnclean},
		{"text: no Close", story(text, harnessCloses, eof), 0, verdict.CloseUnclean},
		{"a mask: its own Close 1007", story(mask, harnessCloses, closed(1007), eof), 1007, verdict.CloseWrongCode},
		{"a mask: an answer to the harness's Close", story(mask, harnessCloses, closed(1002), eof), 0, verdict.CloseUnclean},
	} {
		got := Judge(&script.Case{Script: script.Script{Outcomes: mustEcho}}, tt.seen)
		if got.Code != tt.code || got.Close != tt.close {
			t.Errorf("%s: code %d, %s, want %d, %s", tt.name, got.Code, got.Close, tt.code, tt.close)
		}
	}
}

// An informational case only records what a peer does. It fails a peer that breaks a
// rule, that leaves the script's Close unanswered, or that never stops sending, whether
// the script came to its Close by then or not.
func TestAnInformationalCaseRecords(t *testing.T) {
	flood := observed.Event{Kind: observed.EventFlood, Name: "over 4096 messages"}
	for _, tt := range []struct {
		name string
		seen observed.Conversation
		want verdict.Verdict
	}{
		{"an echo that is another", story(scriptCloses, textMessage("jello"), closed(1000), eof), verdict.Pass},
		{"TCP closed early", story(eof), verdict.Pass},
		{"a broken rule", story(violation(wire.RuleText), harnessCloses, eof), verdict.Fail},
		{"the script's Close unanswered", story(scriptCloses, harnessWaits), verdict.Fail},
		{"a flood behind the script's Close", story(scriptCloses, flood, harnessCloses), verdict.Fail},
		{"a flood before it", story(flood, harnessCloses), verdict.Fail},
	} {
		if got := Verdicts(&script.Case{Script: script.Script{Outcomes: anyEnd}}, tt.seen).Verdict; got != tt.want {
			t.Errorf("%s: %s, want %s", tt.name, got, tt.want)
		}
	}
}

// A judgement rests on what was observed and nothing else: a second look at the
// same observation gives the same.
func TestJudgeIsPure(t *testing.T) {
	o := story(ping("x"), textMessage("hello"), pong("p"), harnessCloses, closed(1000), eof)
	before := fmt.Sprint(o)
	first := decide(mayRefuseEarly, o)
	if second := decide(mayRefuseEarly, o); first != second {
		t.Errorf("judged %+v first and %+v again", first, second)
	}
	if after := fmt.Sprint(o); after != before {
		t.Errorf("the judge changed the observation from %s to %s", before, after)
	}
}

// A client that takes long over a bad response is slow; one that answers a Close
// frame has opened the connection.
func TestAClientThatAnswersCloseHasOpened(t *testing.T) {
	outcomes := []script.Outcome{
		{Behavior: verdict.OK, Ending: script.FailedByPeer()},
		{Behavior: verdict.NonStrict, Events: []script.Expect{script.Quiet("a second")}, Ending: script.NotOpened()},
	}
	quiet, gone := quiet("a second"), observed.Event{Kind: observed.EventEOF}
	for _, tt := range []struct {
		name string
		seen observed.Conversation
		want verdict.Behavior
	}{
		{"TCP closed at once", story(gone), verdict.OK},
		{"TCP closed behind the mark", story(quiet, harnessCloses, gone), verdict.NonStrict},
		{"TCP not closed at all", story(quiet, harnessCloses, harnessWaits), verdict.NonStrict},
		{"a Close frame behind the mark", story(quiet, harnessCloses, observed.Event{Kind: observed.EventClose, Code: 1000}, gone), verdict.Failed},
		{"silence without the mark", story(harnessWaits), verdict.Failed},
	} {
		if got := decide(outcomes, tt.seen).Behavior; got != tt.want {
			t.Errorf("%s: %s, want %s", tt.name, got, tt.want)
		}
	}
}
