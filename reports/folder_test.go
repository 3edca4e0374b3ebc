package reports

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// folderOf has the given files; a report's begins so many days after the
// sample's.
func folderOf(t *testing.T, files map[string]any) (*Folder, string) {
	t.Helper()
	dir := t.TempDir()
	for name, content := range files {
		path := filepath.Join(dir, name)
		var err error
		switch content := content.(type) {
		case *Report:
			err = WriteFile(path, content)
		case string:
			err = os.WriteFile(path, []byte(content), 0o600)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	f, err := OpenFolder(dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = f.Close() })
	return f, dir
}

// day is a report made so many days after the sample.
func day(n int, r *Report) *Report {
	r.Started = r.Started.AddDate(0, 0, n)
	return r
}

func contentsOf(t *testing.T, f *Folder) *Contents {
	t.Helper()
	c, err := f.Contents()
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func paths(c *Contents) (paths []string) {
	for _, r := range c.Runs {
		paths = append(paths, r.Path)
	}
	return paths
}

func TestFolderFindsReportsByWhatTheySay(t *testing.T) {
	f, dir := folderOf(t, map[string]any{
		"b/report.json":     day(1, sample()),
		"a/deep/other.json": day(0, sample()),
		"badge.json":        `{"schemaVersion":1}`,
		"empty.json":        "",
		"report.txt":        string(written(t, sample())),
		"half.json":         string(written(t, sample())[:3000]),
		"newer.json":        `{"schema":"wsspec-report/9"}`,
	})
	c := contentsOf(t, f)
	if got := paths(c); !cmp.Equal(got, []string{"a/deep/other.json", "b/report.json"}) {
		t.Errorf("found %q", got)
	}
	var said []string
	for _, err := range c.Unreadable {
		said = append(said, err.Error())
	}
	want := []string{
		"half.json: report is cut off: it ends in the middle of its JSON",
		`newer.json: report has schema "wsspec-report/9", this program reads "wsspec-report/1"`,
	}
	if diff := cmp.Diff(want, said); diff != "" {
		t.Errorf("unreadable (-want +got):\n%s", diff)
	}
	if r, err := f.Report("b/report.json"); err != nil || len(r.Results) != len(sample().Results) {
		t.Errorf("report: %v, %v", r, err)
	}
	// What changes is read again, what goes is forgotten.
	if err := os.Remove(filepath.Join(dir, "b", "report.json")); err != nil {
		t.Fatal(err)
	}
	if err := WriteFile(filepath.Join(dir, "half.json"), day(2, sample())); err != nil {
		t.Fatal(err)
	}
	if got := paths(contentsOf(t, f)); !cmp.Equal(got, []string{"a/deep/other.json", "half.json"}) {
		t.Errorf("after a change found %q", got)
	}
}

func TestFolderReadsNothingOutsideOfIt(t *testing.T) {
	f, dir := folderOf(t, map[string]any{"in/report.json": sample()})
	outside := t.TempDir()
	if err := WriteFile(filepath.Join(outside, "secret.json"), sample()); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(filepath.Join(outside, "secret.json"), filepath.Join(dir, "link.json")); err != nil {
		t.Skip("NOT TESTED with links: ", err)
	}
	if got := paths(contentsOf(t, f)); !cmp.Equal(got, []string{"in/report.json"}) {
		t.Errorf("found %q", got)
	}
	relative, err := filepath.Rel(dir, filepath.Join(outside, "secret.json"))
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"link.json", relative, filepath.Join(outside, "secret.json"), "in/../../" + filepath.Base(outside) + "/secret.json"} {
		if r, err := f.Report(name); err == nil {
			t.Errorf("%s was read: %v", name, r.Tool)
		}
	}
}

func TestFolderTellsEachPeersHistory(t *testing.T) {
	good, bad := part("alpha", Server, "1.1.1", "1.1.2"), part("alpha", Server, "1.1.1")
	bad.Results = append(bad.Results, failing("alpha", Server, "1.1.2"))
	both := part("alpha", Server, "1.1.1", "1.1.2")
	both.Targets = append(both.Targets, Target{"beta", Client, "ws://beta/"})
	both.Results = append(both.Results, passing("beta", Client, "1.1.1", ""))
	f, _ := folderOf(t, map[string]any{"1.json": good, "2 %#?.json": day(1, bad), "3.json": day(2, both)})
	peers := contentsOf(t, f).histories()
	type line struct{ When, Word, Change, Link, DiffLink string }
	got := make(map[string][]line)
	for _, p := range peers {
		for _, r := range p.Runs {
			got[p.Agent] = append(got[p.Agent], line{r.When, r.Word, r.Change, r.Link, r.DiffLink})
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
	if got := peers[0].Chart.Words; got != "3 runs, the last one 2026-03-16 15:09:26: 2 pass" {
		t.Errorf("the chart says %q", got)
	}
}

func TestFolderChartStaysWithinItself(t *testing.T) {
	var runs []historyRun
	for i := range 200 {
		runs = append(runs, historyRun{When: time.Unix(int64(i), 0).UTC().String(), Cases: 1 + i*17%600, Counts: map[Verdict]int{Fail: 1, Error: i % 2, Pass: i * 17 % 600}})
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
		if fail := c.Parts[0]; fail.Verdict != Fail || fail.Height < 3 {
			t.Fatalf("one failure cannot be seen: %+v", fail)
		}
	}
}

func TestFolderPageInABrowser(t *testing.T) {
	hostileOne := sample()
	hostileOne.Targets[0].Agent = hostile
	for i := range hostileOne.Results {
		if hostileOne.Results[i].Agent == "alpha" {
			hostileOne.Results[i].Agent = hostile
		}
	}
	f, _ := folderOf(t, map[string]any{"1.json": sample(), "2.json": day(1, sample()), "3.json": day(2, hostileOne), "bad.json": `{"schema":"wsspec-report/2"}`})
	var b strings.Builder
	if err := contentsOf(t, f).WriteHTML(&b); err != nil {
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
