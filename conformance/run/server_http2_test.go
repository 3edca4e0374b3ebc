package run

import (
	"fmt"
	"testing"
	"time"

	"github.com/wsspec/wsspec/conformance/h2"
	"github.com/wsspec/wsspec/conformance/observed"
	"github.com/wsspec/wsspec/conformance/opening"
	"github.com/wsspec/wsspec/conformance/script"
	"github.com/wsspec/wsspec/conformance/verdict"
	"github.com/wsspec/wsspec/ref/wire"
)

// RST_STREAM with PROTOCOL_ERROR refuses a request as an HTTP error does; any other end of the
// stream says less, and does not refuse a request that has to be accepted.
func TestAStreamErrorRefuses(t *testing.T) {
	refused := script.Outcome{Behavior: verdict.OK, Events: []script.Expect{script.Refused()}, Ending: script.NotOpened()}
	accepted := script.Outcome{Behavior: verdict.OK, Events: []script.Expect{script.Accepted()}, Ending: script.ClosedByHarness()}
	dropped := script.Outcome{Behavior: verdict.NonStrict, Ending: script.NotOpened()}
	reset := func(code uint32) error {
		return fmt.Errorf("the request: %w", &h2.ResetError{Code: code, EndError: h2.EndError{Text: "reset the stream"}})
	}
	for _, tt := range []struct {
		name     string
		outcomes []script.Outcome
		err      error
		want     verdict.Verdict
	}{
		{"PROTOCOL_ERROR where the request has to be refused", []script.Outcome{refused, dropped}, reset(1), verdict.Pass},
		{"CANCEL there", []script.Outcome{refused, dropped}, reset(8), verdict.Warn},
		{"the end of TCP there", []script.Outcome{refused, dropped}, &h2.EndError{Text: "closed TCP"}, verdict.Warn},
		{"PROTOCOL_ERROR where the request has to be accepted", []script.Outcome{accepted}, reset(1), verdict.Fail},
		{"a rule broken", []script.Outcome{refused, dropped}, ruleNoTunnel.Violation("a tunnel"), verdict.Fail},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c := &script.Case{ID: "sample", Requires: []string{"RFC8441-5-1"}, Level: verdict.Must, Script: script.Script{HTTP2: &script.HTTP2{}, Outcomes: tt.outcomes}}
			if got := newResult(withStreamErrors(c, tt.err), wire.RoleServer, endOf(tt.err), time.Now()); got.Verdict != tt.want {
				t.Errorf("the verdict is %s (%s), want %s", got.Verdict, got.Explanation, tt.want)
			}
		})
	}
}

// endOf is what was observed of a stream that ended so.
func endOf(err error) observed.Conversation {
	seen := observed.Conversation{ScriptClosedAt: -1, HarnessClosedAt: -1, OverHTTP2: true}
	opening.EndStream(&seen, err, time.Millisecond)
	return seen
}
