package reports

import (
	"strings"
	"testing"

	"github.com/wsspec/wsspec/conformance/verdict"
)

// A renewed baseline has the new verdicts of its peers, and the old ones of the others.
func TestRenewedBaseline(t *testing.T) {
	of := func(agent, id string) KnownAgent {
		return KnownAgent{Agent: agent, Role: verdict.Server, Deviations: map[string][2]string{id: {"FAILED", "OK"}}, Cases: []string{id}}
	}
	before := &Baseline{Agents: []KnownAgent{of("b", "1.1.1"), of("c", "1.1.1")}}
	by := &Baseline{Agents: []KnownAgent{of("c", "1.1.2"), of("a", "1.1.2")}}
	for _, test := range []struct {
		before *Baseline
		want   string
	}{
		{before, "a 1.1.2, b 1.1.1, c 1.1.2"},
		{nil, "a 1.1.2, c 1.1.2"},
	} {
		var got []string
		for _, a := range test.before.Renewed(by).Agents {
			got = append(got, a.Agent+" "+a.Cases[0])
		}
		if text := strings.Join(got, ", "); text != test.want {
			t.Errorf("the baseline has %s, want %s", text, test.want)
		}
	}
	if len(by.Agents) != 2 || by.Agents[0].Agent != "c" {
		t.Error("the baseline by which another is renewed has changed")
	}
}

// A baseline knows the cases and the peers that it has.
func TestWhatABaselineKnows(t *testing.T) {
	b := &Baseline{Agents: []KnownAgent{{Agent: "a", Role: verdict.Server, Cases: []string{"1.1.1"}}}}
	a, client := Peer{"a", verdict.Server}, Peer{"a", verdict.Client}
	if !b.HasCase(a, "1.1.1") || b.HasCase(a, "1.1.2") || b.HasCase(client, "1.1.1") || (*Baseline)(nil).HasCase(a, "1.1.1") {
		t.Error("HasCase is wrong")
	}
	if err := b.CheckKnows(a); err != nil {
		t.Error(err)
	}
	if err := b.CheckKnows(client); err == nil || err.Error() != "does not know a as a client; it knows a as a server" {
		t.Error(err)
	}
}
