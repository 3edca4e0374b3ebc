package reports

import (
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// before and after differ in one case of each kind.
func before() *Report {
	r := part("alpha", Server, "1.1.1", "1.1.2", "3.1", "5.1", "6.1")
	fixed := failing("alpha", Server, "2.7")
	r.Results = append(r.Results, fixed, passing("alpha", Server, "7.1", "gone"))
	return r
}

func after() *Report {
	r := part("alpha", Server, "1.1.1", "2.7")
	broke := failing("alpha", Server, "1.1.2")
	flaky := passing("alpha", Server, "3.1", "flaky")
	flaky.Flaky, flaky.Attempts = true, 2
	r.Results = append(r.Results, broke, flaky, warning("alpha", Server, "5.1"), failing("alpha", Server, "9.9"), broken("alpha", Server, "6.1"))
	r.Results[4].Flaky = false
	return r
}

func TestDiffTellsEachKindOfChange(t *testing.T) {
	d := Diff(before(), after())
	ids := func(changes []Change) (ids []string) {
		for _, c := range changes {
			ids = append(ids, c.Result().ID+": "+c.Words())
		}
		return ids
	}
	for _, c := range []struct {
		name string
		got  []Change
		want []string
	}{
		{"new failures", d.NewFailures, []string{"1.1.2: FAILED/WRONG CODE, was OK/OK", "9.9: FAILED/WRONG CODE, is new"}},
		{"new remarks", d.NewRemarks, []string{"5.1: NON-STRICT/OK, was OK/OK"}},
		{"fixed", d.Fixed, []string{"2.7: OK/OK, was FAILED/WRONG CODE"}},
		{"changed", d.Changed, []string{"6.1: harness error, was OK/OK"}},
		{"flaky", d.Flaky, []string{"3.1: OK/OK"}},
		{"gone", d.Gone, []string{"7.1: was OK/OK"}},
	} {
		if diff := cmp.Diff(c.want, ids(c.got)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", c.name, diff)
		}
	}
	if d.Same != 2 || !d.Regressed() {
		t.Errorf("%d are the same, regressed is %t", d.Same, d.Regressed())
	}
	if got, want := d.Sentence(), "2 new failures, 1 new remark, 1 fixed, 1 changed, 1 flaky, 1 gone; 2 as before"; got != want {
		t.Errorf("sentence is %q, want %q", got, want)
	}
}

func TestDiffOfTheSameReportIsNothing(t *testing.T) {
	d := Diff(sample(), sample())
	if d.Regressed() || len(d.NewFailures)+len(d.Fixed)+len(d.Changed)+len(d.Gone) > 0 || d.Same != len(sample().Results) {
		t.Errorf("difference is %s", d.Sentence())
	}
	if got := Diff(before(), before()).Sentence(); got != "Nothing changed in 7 cases" {
		t.Errorf("sentence is %q", got)
	}
}

func TestDiffRegressesOnlyOnWhatGotWorse(t *testing.T) {
	if Diff(before(), part("alpha", Server, "1.1.1")).Regressed() {
		t.Error("cases that are gone count as failures")
	}
	if Diff(after(), after()).Regressed() {
		t.Error("cases that failed before count as new failures")
	}
}

func TestDiffForms(t *testing.T) {
	d := Diff(before(), after())
	for name, write := range map[string]func(io.Writer) error{"diff.txt": d.WriteText, "diff.md": d.WriteMarkdown} {
		golden(t, name, []byte(drawn(t, func(w io.Writer, _ *Report) error { return write(w) }, nil)))
	}
	page := drawn(t, func(w io.Writer, _ *Report) error { return d.WriteHTML(w) }, nil)
	for _, want := range []string{d.Sentence(), "FAILED/WRONG CODE, was OK/OK", "default-src &#39;none&#39;"} {
		if !strings.Contains(page, want) {
			t.Errorf("the page does not say %q", want)
		}
	}
	none := sample()
	none.Results = nil
	hostilePage := drawn(t, func(w io.Writer, _ *Report) error { return Diff(none, sample()).WriteHTML(w) }, nil)
	if strings.Contains(hostilePage, "<script") || !strings.Contains(hostilePage, "&lt;script") {
		t.Error("text of a report became a script, or is not there")
	}
}

func TestDiffMarkdownFits(t *testing.T) {
	many := part("alpha", Server)
	for i := range 20000 {
		many.Results = append(many.Results, failing("alpha", Server, fmt.Sprintf("1.%d", i)))
	}
	text := drawn(t, func(w io.Writer, _ *Report) error { return Diff(before(), many).WriteMarkdown(w) }, nil)
	if len(text) > MaxMarkdownOctets || !strings.Contains(text, "more found no room here") {
		t.Errorf("%d octets", len(text))
	}
}

func TestDiffPageInABrowser(t *testing.T) {
	page := drawn(t, func(w io.Writer, _ *Report) error { return Diff(before(), after()).WriteHTML(w) }, nil)
	b := openPage(t, page, "")
	if got := eval[string](b, `getComputedStyle(document.querySelector(".wide")).borderRadius`); got != "12px" {
		t.Errorf("the style was not allowed: %q", got)
	}
	b.quiet()
}
