package project_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/wsspec/wsspec/conformance/catalog"
	"github.com/wsspec/wsspec/conformance/project"
	"github.com/wsspec/wsspec/conformance/script"
)

// The question has the shape of the case's messages.
func TestAsk(t *testing.T) {
	for _, tt := range []struct{ request, id, steps, outcomes string }{
		{"what?", "1.1.2", `send text "what?"`, `a message that matches "that"; then a clean close with 1000 that the harness starts`},
		{"what?", "5.4", `send text "wh", FIN clear; continuation "at?" (a write for each frame)`, `a message that matches "that"; then a clean close with 1000 that the harness starts`},
		{`{"ask":1}`, "5.3", `send text "{\"ask\":1}", FIN clear; continuation "         " (in one write)`, `a message that matches "that"; then a clean close with 1000 that the harness starts`},
		// A pong may come before the answer, which may take its time.
		{"what?", "5.6", `send text "wh", FIN clear; ping "ping payload"; continuation "at?" (in one write)`,
			`pong "ping payload", then a message that matches "that"; then a clean close with 1000 that the harness starts`},
		// What the text says is what the case is about, or the peer has to fail.
		{"what?", "6.2.1", "", ""}, {"what?", "3.2", "", ""}, {"what?", "rfc6455/4.2.1/1", "", ""}, {"what?", "1.1.1", "", ""},
	} {
		q, err := script.NewQuestion(tt.request, "that")
		if err != nil {
			t.Fatal(err)
		}
		c := catalog.ByID(tt.id)
		got := project.Ask(c, q)
		if project.Asks(c) != (tt.steps != "") || (got.Script.Application.Question != nil) != (tt.steps != "") {
			t.Errorf("%s asks: %t", tt.id, project.Asks(c))
		}
		if tt.steps == "" {
			continue
		}
		var steps []string
		for _, s := range got.Script.Steps {
			steps = append(steps, s.String())
		}
		if diff := cmp.Diff(tt.steps, strings.Join(steps, "; ")); diff != "" {
			t.Errorf("%s: steps (-want +got):\n%s", tt.id, diff)
		}
		if diff := cmp.Diff(tt.outcomes, got.Script.Outcomes[0].String()); diff != "" {
			t.Errorf("%s: outcomes (-want +got):\n%s", tt.id, diff)
		}
	}
}

// One answer is enough to several questions, unless the script waits for answers between
// them.
func TestAskCountsTheWaits(t *testing.T) {
	q, err := script.NewQuestion("what?", "that")
	if err != nil {
		t.Fatal(err)
	}
	wait := script.Await{Events: []script.Expect{script.Echo(hello), script.Echo(octets)}}
	outcomes := []script.Outcome{outcome(closes, script.Echo(hello), script.Echo(octets), script.Echo(hello))}
	for want, steps := range map[int][]script.Step{
		1: {send(hello, octets, hello)},
		2: {send(hello, octets), wait, send(hello)},
	} {
		got := project.Ask(&script.Case{ID: "x", Script: script.Script{Steps: steps, Outcomes: outcomes}}, q)
		if n := len(got.Script.Outcomes[0].Events); n != want {
			t.Errorf("%d answers have to come, want %d: %s", n, want, got.Script.Outcomes[0])
		}
	}
}

// The sections that are about the shape of messages are asked in.
func TestAskOfTheCatalogue(t *testing.T) {
	asked := map[string]int{}
	for _, c := range catalog.Cases() {
		if project.Asks(c) {
			section, _, _ := strings.Cut(c.ID, ".")
			asked[section]++
		}
	}
	for section, least := range map[string]int{"1": 14, "5": 6, "10": 1, "12": 90, "13": 126} {
		if asked[section] < least {
			t.Errorf("section %s: %d cases are asked in, want at least %d", section, asked[section], least)
		}
	}
}
