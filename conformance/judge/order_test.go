package judge

import (
	"fmt"
	"testing"

	"github.com/wsspec/wsspec/conformance/observed"
	"github.com/wsspec/wsspec/conformance/script"
	"github.com/wsspec/wsspec/conformance/verdict"
	"github.com/wsspec/wsspec/ref/wire"
)

// A conduct is how a peer reacts in one case. Each part has its ways from best to
// worst.
type conduct struct {
	answer int // says what is due; says it twice; says something else; says nothing
	close  int // a code that fits; an error code that does not; 1000 where an error is due; a body that breaks a rule; no Close frame
	tcp    int // closes TCP; leaves TCP open
	breach int // keeps to the protocol; sends a frame that breaks a rule
}

// A kindOfCase is a shape that cases have: what is due, and who closes.
type kindOfCase struct {
	name     string
	outcomes []script.Outcome
	due      []observed.Event
	// fits and wrong are status codes that fit the ending, and that do not.
	fits, wrong wire.StatusCode
	// closes is what the harness does before the peer's Close, empty if the peer has
	// to close first.
	closes turn
	// accepts is 1000 where the peer has to refuse the Close, and 0 elsewhere.
	accepts wire.StatusCode
	// needsClose: without a Close frame the end is worse than with any.
	needsClose bool
}

var kindsOfCases = []kindOfCase{
	{"an echo", mustEcho, []observed.Event{textMessage("hello")}, 1000, 1003, harnessCloses, 0, true},
	{"a pong", mustPong, []observed.Event{pong("p")}, 1000, 1003, harnessCloses, 0, true},
	{"a failed connection", mustRefuse, nil, 1002, 1003, "", 0, false},
	{"an echo, then a failed connection", mayRefuseEarly, []observed.Event{textMessage("hello")}, 1002, 1003, "", 0, false},
	{"an answer to the script's Close", mustAnswer, nil, 3000, 1003, scriptCloses, 0, true},
	{"a known code", mustAnswerKnown, nil, 1014, 1003, scriptCloses, 0, false},
	{"a refusal of the script's Close", mustRefuseClose, nil, 1002, 1003, scriptCloses, 1000, false},
	{"TCP that ends by a FIN", mustEndByFIN, nil, 1000, 1003, scriptCloses, 0, true},
}

// play is the conversation with a peer of that conduct.
func (k kindOfCase) play(c conduct) (o observed.Conversation, possible bool) {
	var items []any
	switch c.answer {
	case 0:
		for _, e := range k.due {
			items = append(items, e)
		}
	case 1:
		if len(k.due) == 0 {
			return o, false
		}
		items = append(items, k.due[0], k.due[0])
	case 2:
		items = append(items, textMessage("something else"))
	case 3:
		if len(k.due) == 0 {
			return o, false
		}
	}
	if c.breach == 1 {
		items = append(items, violation(wire.RuleOpcode))
	}
	if k.closes != "" {
		items = append(items, k.closes)
	}
	switch c.close {
	case 0:
		items = append(items, closed(k.fits))
	case 1:
		items = append(items, closed(k.wrong))
	case 2:
		if k.accepts == 0 {
			return o, false
		}
		items = append(items, closed(k.accepts))
	case 3:
		items = append(items, closedWith("\x03\xed"), violation(wire.RuleCloseCode1005))
	case 4:
		if k.needsClose && c.tcp == 1 {
			items = append(items, harnessWaits)
		}
		if !k.needsClose && c.tcp == 1 { // it does not end the connection at all
			items = append(items, harnessWaits, harnessCloses)
		}
	}
	switch {
	case c.tcp == 0:
		items = append(items, eof)
	case c.close != 4:
		items = append(items, harnessDrops)
	}
	return story(items...), true
}

// worse reports whether the first conduct is no better in any part, and worse in one.
// A peer that may close TCP instead of sending a Close frame does not become worse
// by that alone.
func worse(k kindOfCase, a, b conduct) bool {
	if !k.needsClose && a.close == 4 && a.tcp == 0 {
		return false
	}
	if a.answer != b.answer && b.answer != 0 {
		return false // to say nothing, too much or something else are three mistakes
	}
	return a != b && a.close >= b.close && a.tcp >= b.tcp && a.breach >= b.breach
}

// A peer that is worse in one thing and no better in another never has the better
// verdict, in any kind of case.
func TestWorsePeersNeverHaveTheBetterVerdict(t *testing.T) {
	compared := 0
	for _, k := range kindsOfCases {
		type result struct {
			conduct
			verdict verdict.Verdict
			said    string
		}
		var results []result
		for i := range 4 * 5 * 2 * 2 {
			c := conduct{i % 4, i / 4 % 5, i / 20 % 2, i / 40}
			o, possible := k.play(c)
			if !possible {
				continue
			}
			j := Judge(&script.Case{Script: script.Script{Outcomes: k.outcomes}}, o)
			results = append(results, result{c, j.Verdict, fmt.Sprintf("%v is %s, %s / %s", observed.Describe(o.Events), j.Verdict, j.Behavior, j.Close)})
		}
		if results[0].verdict != verdict.Pass {
			t.Errorf("%s: the best peer does not pass: %s", k.name, results[0].said)
		}
		for _, a := range results {
			for _, b := range results {
				if !worse(k, a.conduct, b.conduct) {
					continue
				}
				if compared++; b.verdict.Worse(a.verdict) {
					t.Errorf("%s: the worse peer %+v has the better verdict:\n%s\n%s", k.name, a.conduct, a.said, b.said)
				}
			}
		}
	}
	if compared < 1000 {
		t.Errorf("%d pairs compared, want at least 1000", compared)
	}
}
