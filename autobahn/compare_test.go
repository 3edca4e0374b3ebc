package autobahn

import (
	"bytes"
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/wsspec/wsspec/conformance/verdict"
	"github.com/wsspec/wsspec/reports"
)

func result(id string, b verdict.Behavior, c verdict.CloseBehavior) reports.Result {
	return reports.Result{ID: id, Behavior: b, BehaviorClose: c, Explanation: "because <b>|\x1b[31m"}
}

// Cases are counted by section; what only one has, and wsspec's own, is not.
func TestCompare(t *testing.T) {
	ours := report(
		result("1.1.1", verdict.OK, verdict.CloseOK),
		result("1.1.2", verdict.OK, verdict.CloseOK),
		reports.Result{ID: "2.10", Behavior: verdict.OK, BehaviorClose: verdict.CloseOK, Transcript: slices.Concat(opening, sent(9, "1", "2"), received(10, "2"))},
		result("3.1", verdict.OK, verdict.CloseOK),
		result("12.1.1", verdict.Unimplemented, ""),
		result("rfc6455/4.1/1", verdict.Failed, verdict.CloseFailed),
	)
	theirs := report(
		result("1.1.1", verdict.OK, verdict.CloseOK),
		result("1.1.2", verdict.OK, verdict.CloseUnclean),
		result("2.10", verdict.Failed, verdict.CloseFailed),
		result("12.1.1", verdict.Unimplemented, verdict.CloseOK),
		result("1.1.3", verdict.OK, verdict.CloseOK),
	)
	c, err := Compare(ours, theirs)
	if err != nil {
		t.Fatal(err)
	}
	p := c.Peers[0]
	if d := cmp.Diff([]SectionComparison{{"1", 2, 1, 0}, {"2", 1, 0, 1}, {"12", 1, 1, 0}}, p.Sections); d != "" {
		t.Errorf("sections (-want +got):\n%s", d)
	}
	if d := cmp.Diff([][]string{{"3.1"}, {"1.1.3"}}, [][]string{p.OnlyOurs, p.OnlyTheirs}); d != "" {
		t.Errorf("what one has alone (-want +got):\n%s", d)
	}
	if c.Agrees() {
		t.Error("1.1.2 ended in another way, and all agrees")
	}
	if got, want := c.Total().Sentence(), "2 of 4 cases agree, 1 differ for a documented reason, 1 differ without a documented reason"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
	for name, tt := range map[string]struct {
		write    func(*Comparison) (string, error)
		has, not []string
	}{
		"text": {func(c *Comparison) (string, error) {
			var b bytes.Buffer
			err := c.WriteText(&b)
			return b.String(), err
		},
			[]string{"DIFFER 1.1.2: wsspec OK/OK, Autobahn OK/UNCLEAN", "documented 2.10: wsspec OK/OK, Autobahn FAILED/FAILED", "1 that only Autobahn has run: 1.1.3"}, []string{"\x1b"}},
		"markdown": {func(c *Comparison) (string, error) {
			var b bytes.Buffer
			err := c.WriteMarkdown(&b)
			return b.String(), err
		},
			[]string{"| 2 Pings and pongs | 1 | 0 | 1 | 0 |", `\<b\>\|`}, []string{"\x1b", "<b>"}},
		"html": {func(c *Comparison) (string, error) {
			var b bytes.Buffer
			err := c.WriteHTML(&b)
			return b.String(), err
		},
			[]string{"<th scope=\"row\">1.1.2</th><td>OK/OK</td><td>OK/UNCLEAN</td>", "default-src &#39;none&#39;", "&lt;b&gt;"}, []string{"<b>", "<script"}},
	} {
		text, err := tt.write(c)
		if err != nil {
			t.Errorf("%s: %v", name, err)
		}
		text = strings.ReplaceAll(text, "default-src 'none'", "default-src &#39;none&#39;")
		for _, s := range tt.has {
			if !strings.Contains(text, s) {
				t.Errorf("%s has no %q:\n%s", name, s, text)
			}
		}
		for _, s := range tt.not {
			if strings.Contains(text, s) {
				t.Errorf("%s has %q", name, s)
			}
		}
	}
}

// Peers belong together by name, or as the only ones in their role.
func TestCompareMatchesPeers(t *testing.T) {
	named := func(agent string, role verdict.Role) *reports.Report {
		r := report(result("1.1.1", verdict.OK, verdict.CloseOK))
		r.Targets[0].Agent, r.Targets[0].Role = agent, role
		r.Results[0].Agent, r.Results[0].Role = agent, role
		return r
	}
	two := named("a", verdict.Server)
	two.Targets = append(two.Targets, reports.Target{Agent: "b", Role: verdict.Server})
	for _, tt := range []struct {
		name         string
		ours, theirs *reports.Report
		want         error
	}{
		{"the same name", named("a", verdict.Server), two, nil},
		{"one each", named("a", verdict.Server), named("AutobahnServer", verdict.Server), nil},
		{"another role", named("a", verdict.Server), named("a", verdict.Client), ErrNothing},
		{"none of two", named("c", verdict.Server), two, ErrNothing},
		{"no results", named("a", verdict.Server), report(), ErrNothing},
	} {
		if _, err := Compare(tt.ours, tt.theirs); !errors.Is(err, tt.want) {
			t.Errorf("%s: %v, want %v", tt.name, err, tt.want)
		}
	}
}
