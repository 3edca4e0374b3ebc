package autobahn

import (
	"errors"
	"maps"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/wsspec/wsspec/conformance/verdict"
	"github.com/wsspec/wsspec/reports"
)

// folder makes a folder with files.
func folder(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range files {
		put(t, dir, name, text)
	}
	return dir
}

// contents reads a folder, without the list that Place writes.
func contents(t *testing.T, dir string) map[string]string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	files := map[string]string{}
	for _, e := range entries {
		if e.Name() == listFile {
			continue
		}
		octets, err := os.ReadFile(filepath.Join(dir, e.Name()))
		if err != nil {
			t.Fatal(err)
		}
		files[e.Name()] = string(octets)
	}
	return files
}

// A report replaces the one before it. Files of somebody else stay.
func TestPlace(t *testing.T) {
	to := filepath.Join(t.TempDir(), "made", "autobahn")
	first := map[string]string{"index.json": "1", "a_case_1_1_1.json": "1", "a_case_1_1_2.json": "1"}
	second := map[string]string{"index.json": "2", "a_case_1_1_1.json": "2"}
	if err := Place(folder(t, first), to); err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(first, contents(t, to)); d != "" {
		t.Errorf("the first report (-want +got):\n%s", d)
	}
	put(t, to, "fuzzingclient.json", "mine")
	put(t, to, "notes.txt", "mine")
	if err := CheckPlace(to); err != nil {
		t.Errorf("before the second report: %v", err)
	}
	if err := Place(folder(t, second), to); err != nil {
		t.Fatal(err)
	}
	want := maps.Clone(second)
	want["fuzzingclient.json"], want["notes.txt"] = "mine", "mine"
	if d := cmp.Diff(want, contents(t, to)); d != "" {
		t.Errorf("the second report (-want +got):\n%s", d)
	}
}

// A report never takes the place of a file that wsspec did not write, nor does it
// remove one. Nothing is lost of either.
func TestPlaceKeepsForeignFiles(t *testing.T) {
	report := map[string]string{"index.json": "new", "a_case_1_1_1.json": "new"}
	for _, tt := range []struct {
		name   string
		first  map[string]string // a report of wsspec's
		files  map[string]string // what somebody else then puts there
		file   string            // the one that is in the way; "" if none is
		before bool              // whether that is known before the run
	}{
		{name: "a report that Autobahn wrote", files: map[string]string{"index.json": "theirs", "b_case_1_1_1.json": "theirs"}, file: "index.json", before: true},
		{name: "a page", files: map[string]string{"index.html": "theirs"}, before: true, file: "index.html"},
		{name: "a file of a case", files: map[string]string{"a_case_1_1_1.json": "theirs"}, file: "a_case_1_1_1.json"},
		{name: "a report of wsspec that somebody changed", first: map[string]string{"index.json": "old"}, files: map[string]string{"index.json": "changed"}, file: "index.json", before: true},
		{name: "a changed file that the new report does not have", first: map[string]string{"index.json": "old", "c_case_1_1_1.json": "old"}, files: map[string]string{"c_case_1_1_1.json": "changed"}},
		{name: "a list that is not wsspec's", files: map[string]string{listFile: "x"}, file: listFile, before: true},
		{name: "a list that names files elsewhere", files: map[string]string{listFile: `{"../x": ""}`}, file: listFile, before: true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			to := t.TempDir()
			if tt.first != nil {
				if err := Place(folder(t, tt.first), to); err != nil {
					t.Fatal(err)
				}
			}
			for name, text := range tt.files {
				put(t, to, name, text)
			}
			// A new report with a page has one file more.
			from := maps.Clone(report)
			if tt.file == "index.html" {
				from["index.html"] = "new"
			}
			dir := folder(t, from)
			before := contents(t, to)
			early, late := CheckPlace(to), Place(dir, to)
			var foreign *ForeignError
			if early != nil != tt.before || errors.As(late, &foreign) != (tt.file != "") {
				t.Fatalf("before the run %v, after it %v", early, late)
			}
			if tt.file == "" {
				for name, text := range tt.files {
					if got := contents(t, to)[name]; got != text {
						t.Errorf("%s has %q, want %q", name, got, text)
					}
				}
				return
			}
			if foreign.Path != filepath.Join(to, tt.file) {
				t.Errorf("%s is in the way, want %s", foreign.Path, tt.file)
			}
			if d := cmp.Diff(before, contents(t, to)); d != "" {
				t.Errorf("the folder changed (-want +got):\n%s", d)
			}
			if d := cmp.Diff(from, contents(t, dir)); d != "" {
				t.Errorf("the new report changed (-want +got):\n%s", d)
			}
		})
	}
	file := filepath.Join(folder(t, map[string]string{"autobahn": "a file"}), "autobahn")
	if err := CheckPlace(file); err == nil {
		t.Error("a file where the folder goes is not noticed")
	}
	if err := CheckPlace(filepath.Join(t.TempDir(), "none")); err != nil {
		t.Errorf("a folder that is not there yet: %v", err)
	}
}

func TestCheckPage(t *testing.T) {
	dir := folder(t, map[string]string{"theirs.html": "<title>My notes</title>"})
	var foreign *ForeignError
	if err := CheckPage(filepath.Join(dir, "theirs.html")); !errors.As(err, &foreign) {
		t.Errorf("a page of somebody else: %v", err)
	}
	if err := CheckPage(filepath.Join(dir, "none.html")); err != nil {
		t.Errorf("no page: %v", err)
	}
	c, err := Compare(report(result("1.1.1", verdict.OK, verdict.CloseOK)), report(result("1.1.1", verdict.OK, verdict.CloseOK)))
	if err != nil {
		t.Fatal(err)
	}
	own := filepath.Join(dir, "own.html")
	if err := reports.ReplaceFile(own, c.WriteHTML); err != nil {
		t.Fatal(err)
	}
	if err := CheckPage(own); err != nil {
		t.Errorf("a comparison: %v", err)
	}
}
