package page

import (
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/wsspec/wsspec/conformance/verdict"
	"github.com/wsspec/wsspec/reports"
	"github.com/wsspec/wsspec/reports/internal/fixture"
)

func TestFolderTellsEachPeersHistory(t *testing.T) {
	good, bad := fixture.Part("alpha", verdict.Server, "1.1.1", "1.1.2"), fixture.Part("alpha", verdict.Server, "1.1.1")
	bad.Results = append(bad.Results, fixture.Failing("alpha", verdict.Server, "1.1.2"))
	both := fixture.Part("alpha", verdict.Server, "1.1.1", "1.1.2")
	both.Targets = append(both.Targets, reports.Target{Agent: "beta", Role: verdict.Client, URL: "ws://beta/"})
	both.Results = append(both.Results, fixture.Passing("beta", verdict.Client, "1.1.1", ""))
	f, _ := fixture.FolderOf(t, map[string]any{"1.json": good, "2 %#?.json": fixture.Day(1, bad), "3.json": fixture.Day(2, both)})
	peers := histories(fixture.ContentsOf(t, f))
	type line struct{ When, Word, Change, URL, DiffURL string }
	got := make(map[string][]line)
	for _, p := range peers {
		for _, r := range p.Runs {
			got[p.Agent] = append(got[p.Agent], line{r.When, r.Word, r.Change, r.URL, r.DiffURL})
		}
	}
	want := map[string][]line{
		"alpha": {
			{"2026-03-16 15:09:26", "conforms", "−1 fail, +1 pass", "report/3.json", "diff?new=3.json&old=2+%25%23%3F.json"},
			{"2026-03-15 15:09:26", "does not conform", "+1 fail, −1 pass", "report/2%20%25%23%3F.json", "diff?new=2+%25%23%3F.json&old=1.json"},
			{"2026-03-14 15:09:26", "conforms", "", "report/1.json", ""},
		},
		"beta": {{"2026-03-16 15:09:26", "conforms", "", "report/3.json", ""}},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("histories (-want +got):\n%s", diff)
	}
	if got := peers[0].Chart.Words; got != "3 runs, the latest: 2026-03-16 15:09:26: 2 pass" {
		t.Errorf("the chart says %q", got)
	}
}

func TestFolderChartStaysWithinItself(t *testing.T) {
	var runs []historyRun
	for i := range 200 {
		runs = append(runs, historyRun{When: time.Unix(int64(i), 0).UTC().String(), Cases: 1 + i*17%600, Counts: map[verdict.Verdict]int{verdict.Fail: 1, verdict.Error: i % 2, verdict.Pass: i * 17 % 600}})
	}
	chart := newHistoryChart(runs)
	if len(chart.Columns) != mostColumns {
		t.Errorf("%d columns", len(chart.Columns))
	}
	for _, c := range chart.Columns {
		for _, p := range c.Parts {
			if p.X < 0 || p.Y < 0 || p.Height <= 0 || p.X+p.Width > chart.Width || p.Y+p.Height > chart.Height+1e-9 {
				t.Fatalf("%s: %+v is outside of %g by %g", c.Words, p, chart.Width, chart.Height)
			}
		}
		if fail := c.Parts[0]; fail.Verdict != verdict.Fail || fail.Height < 3 {
			t.Fatalf("one failure cannot be seen: %+v", fail)
		}
	}
}

func TestFolderPageInABrowser(t *testing.T) {
	hostileOne := fixture.Sample()
	hostileOne.Targets[0].Agent = fixture.Hostile
	for i := range hostileOne.Results {
		if hostileOne.Results[i].Agent == "alpha" {
			hostileOne.Results[i].Agent = fixture.Hostile
		}
	}
	f, _ := fixture.FolderOf(t, map[string]any{"1.json": fixture.Sample(), "2.json": fixture.Day(1, fixture.Sample()), "3.json": fixture.Day(2, hostileOne), "bad.json": `{"schema":"wsspec-report/9"}`})
	var b strings.Builder
	if err := WriteFolder(&b, fixture.ContentsOf(t, f)); err != nil {
		t.Fatal(err)
	}
	if links := regexp.MustCompile(`href="(?:report|diff)[^"]*"`).FindAllString(b.String(), -1); len(links) < 9 || !slices.Contains(links, `href="report/1.json"`) {
		t.Errorf("links are %q", links)
	}
	tab := openPage(t, b.String(), "")
	for what, expression := range map[string]string{
		"the style was not allowed":   `getComputedStyle(document.querySelector(".wide")).borderRadius === "12px"`,
		"the newest run is not first": `document.querySelector("tbody th").textContent < "2026-03-17" && document.querySelector("tbody th").textContent > "2026-03-15"`,
		"a failure has no colour":     `getComputedStyle(document.querySelector("svg.history .fail")).fill !== getComputedStyle(document.querySelector("svg.history .pass")).fill`,
		"the bad file is not told":    `document.body.innerText.includes("bad.json")`,
		"no heading for each peer":    `document.querySelectorAll("h2").length === 4`,
	} {
		if !eval[bool](tab, expression) {
			t.Error(what)
		}
	}
	tab.quiet()
}
