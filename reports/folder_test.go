package reports_test

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/wsspec/wsspec/reports"
	"github.com/wsspec/wsspec/reports/internal/fixture"
)

func paths(c *reports.Contents) (paths []string) {
	for _, r := range c.Runs {
		paths = append(paths, r.Path)
	}
	return paths
}

func TestFolderFindsReportsByTheirContent(t *testing.T) {
	f, dir := fixture.FolderOf(t, map[string]any{
		"b/report.json":     fixture.Day(1, fixture.Sample()),
		"a/deep/other.json": fixture.Day(0, fixture.Sample()),
		"badge.json":        `{"schemaVersion":1}`,
		"empty.json":        "",
		"report.txt":        string(fixture.Written(t, fixture.Sample())),
		"half.json":         string(fixture.Written(t, fixture.Sample())[:3000]),
		"newer.json":        `{"schema":"wsspec-report/9"}`,
	})
	c := fixture.ContentsOf(t, f)
	if got := paths(c); !cmp.Equal(got, []string{"a/deep/other.json", "b/report.json"}) {
		t.Errorf("found %q", got)
	}
	var said []string
	for _, err := range c.Unreadable {
		said = append(said, err.Error())
	}
	want := []string{
		"half.json: report is incomplete: it ends in the middle of its JSON",
		`newer.json: report has schema "wsspec-report/9", this program reads "wsspec-report/3", "wsspec-report/2" and "wsspec-report/1"`,
	}
	if diff := cmp.Diff(want, said); diff != "" {
		t.Errorf("unreadable (-want +got):\n%s", diff)
	}
	if r, err := f.Report("b/report.json"); err != nil || len(r.Results) != len(fixture.Sample().Results) {
		t.Errorf("report: %v, %v", r, err)
	}
	// Changed files are read again, deleted files are forgotten.
	if err := os.Remove(filepath.Join(dir, "b", "report.json")); err != nil {
		t.Fatal(err)
	}
	if err := reports.WriteFile(filepath.Join(dir, "half.json"), fixture.Day(2, fixture.Sample())); err != nil {
		t.Fatal(err)
	}
	if got := paths(fixture.ContentsOf(t, f)); !cmp.Equal(got, []string{"a/deep/other.json", "half.json"}) {
		t.Errorf("after a change found %q", got)
	}
}

// A journal is a run of its own, unless the report of that run is beside it.
func TestFolderFindsJournals(t *testing.T) {
	f, dir := fixture.FolderOf(t, map[string]any{"done/report.json": fixture.Day(1, fixture.Sample()), "killed/report.json": fixture.Day(1, fixture.Sample())})
	for name, day := range map[string]int{"done": 1, "killed": 2, "alone": 0} {
		path := filepath.Join(dir, name, reports.JournalFile)
		if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
			t.Fatal(err)
		}
		r := fixture.Day(day, fixture.Sample())
		j, err := reports.CreateJournal(path, r)
		if err != nil {
			t.Fatal(err)
		}
		if err := errors.Join(j.Target(r.Targets[0]), j.Clauses(r.Clauses), j.Plan(r.Targets[0].Peer(), r.Results[:2])); err != nil {
			t.Fatal(err)
		}
	}
	c := fixture.ContentsOf(t, f)
	if got := paths(c); !cmp.Equal(got, []string{"alone/journal.jsonl", "done/report.json", "killed/report.json", "killed/journal.jsonl"}) || len(c.Unreadable) > 0 {
		t.Errorf("found %q, unreadable %v", got, c.Unreadable)
	}
	if r, err := f.Report("killed/journal.jsonl"); err != nil || r.Interrupted == "" || r.Summary.Cases != 2 {
		t.Errorf("report: %v, %v", r, err)
	}
}

func TestFolderReadsNothingOutsideOfIt(t *testing.T) {
	f, dir := fixture.FolderOf(t, map[string]any{"in/report.json": fixture.Sample()})
	outside := t.TempDir()
	if err := reports.WriteFile(filepath.Join(outside, "secret.json"), fixture.Sample()); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(filepath.Join(outside, "secret.json"), filepath.Join(dir, "link.json")); err != nil {
		t.Skip("NOT TESTED with links: ", err)
	}
	if got := paths(fixture.ContentsOf(t, f)); !cmp.Equal(got, []string{"in/report.json"}) {
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
