package reports_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/wsspec/wsspec/conformance/verdict"
	"github.com/wsspec/wsspec/reports"
	"github.com/wsspec/wsspec/reports/internal/fixture"
)

// A run without echoes says how much was judged of each peer, in all and by section. A run
// with echoes says nothing of it.
func TestHowMuchWasJudgedWithoutEchoes(t *testing.T) {
	result := func(agent, id, requirement string, j reports.Judged) reports.Result {
		r := fixture.Passing(agent, verdict.Server, id, id)
		r.Requirements, r.Judged = []string{requirement}, j
		return r
	}
	s := reports.Summarize([]reports.Target{{Agent: "a", Role: verdict.Server}, {Agent: "b", Role: verdict.Server}}, []reports.Result{
		result("a", "1", "RFC7692-7.2.1-1", reports.JudgedNone), result("a", "2", "RFC6455-10.4-1", reports.JudgedFull),
		result("a", "3", "RFC6455-5.4-1", reports.JudgedPart), result("a", "4", "RFC6455-5.4-2", reports.JudgedNone),
		result("b", "1", "RFC6455-5.4-2", ""),
	})
	want := &reports.JudgedSummary{Full: 1, Part: 1, None: 2, Clauses: []reports.ClauseJudged{
		{RFC: 6455, Section: "5.4", Part: 1, None: 1}, {RFC: 6455, Section: "10.4", Full: 1}, {RFC: 7692, Section: "7.2.1", None: 1},
	}}
	if diff := cmp.Diff(want, s.Agents[0].Judged); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	if got := s.Agents[0].Judged.Sentence(); got != "Judged without echoes: 1 in full, 1 by whether the connection lives, 2 not at all. Nothing was judged of RFC 7692 7.2.1." {
		t.Error(got)
	}
	if s.Agents[1].Judged != nil {
		t.Errorf("with echoes: %+v", s.Agents[1].Judged)
	}
}

// The command that runs a case again judges it without echoes again.
func TestACaseIsRunAgainWithoutEchoes(t *testing.T) {
	for _, tt := range []struct{ given, want string }{
		{"--no-echo", "--no-echo"}, {"--ask x --answer=y", "--ask x --answer=y"}, {"--dialogue mqtt", "--dialogue mqtt"},
	} {
		r := fixture.Part("alpha", verdict.Server, "1.1.1")
		r.Command = append([]string{"wsspec", "server", "alpha=ws://alpha/", "beta=ws://beta/"}, strings.Fields(tt.given)...)
		r.Results[0].Judged = reports.JudgedPart
		if got, want := r.Rerun(&r.Results[0]), "wsspec server alpha=ws://alpha/ "+tt.want+" --run 1.1.1"; got != want {
			t.Errorf("%s: %s, want %s", tt.given, got, want)
		}
	}
}
