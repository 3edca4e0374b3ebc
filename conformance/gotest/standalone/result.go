package standalone

import (
	"fmt"
	"strings"

	"github.com/wsspec/wsspec/conformance/judge"
	"github.com/wsspec/wsspec/conformance/observed"
	"github.com/wsspec/wsspec/conformance/verdict"
	"github.com/wsspec/wsspec/ref/wire"
)

// A Result is what the judge says of the peer, and what it rests on.
type Result struct {
	judge.Judgement
	// Events are what the peer was seen to do, in words.
	Events []string
}

// Failed reports whether the peer broke a rule.
func (v Result) Failed() bool { return v.Verdict == verdict.Fail }

// judge gives the verdict on what was observed.
func (c *Case) judge(seen observed.Conversation) Result {
	j := judge.Verdicts(c.script(), seen)
	if j.Behavior == verdict.Unimplemented {
		j.Explanation = c.why
	}
	return Result{j, observed.Describe(seen.Events)}
}

// failure is the verdict where there was no connection to play the case on.
func failure(format string, args ...any) Result {
	return Result{Judgement: judge.Judgement{
		Verdict: verdict.Fail, Behavior: verdict.Failed, Close: verdict.CloseFailed, Outcome: -1, Explanation: fmt.Sprintf(format, args...),
	}}
}

// notAgreed is why the peer does not take part in a case about compression.
const notAgreed = "The peer did not agree to what the case needs of permessage-deflate."

// badHandshake is the verdict where the peer's part of the opening handshake broke
// a rule.
func badHandshake(v *wire.Violation) Result { return failure("%s", judge.ViolationSentence(v)) }

// describe says what was expected, what came instead, and where the RFCs say so.
func (c *Case) describe(v Result) string {
	events := strings.Join(v.Events, ", then ")
	if events == "" {
		events = "nothing"
	}
	return fmt.Sprintf("%s\n  expected: %s\n  came:     %s\n  see:      %s", v.Explanation, c.Outcomes[0], events, c.Clauses)
}
