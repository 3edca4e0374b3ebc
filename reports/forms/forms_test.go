package forms

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/wsspec/wsspec/reports"
	"github.com/wsspec/wsspec/reports/internal/fixture"
)

// files are the forms that are a single file.
func files() (files []reports.Form) {
	for _, f := range All() {
		if f.Write != nil {
			files = append(files, f)
		}
	}
	return files
}

func TestEachFormIsCompleteAndFoundByItsName(t *testing.T) {
	names, files := map[string]bool{}, map[string]bool{}
	for _, f := range All() {
		if f.Name == "" || f.File == "" || f.About == "" || (f.Write == nil) == (f.WriteFolder == nil) {
			t.Errorf("%q is not complete: %+v", f.Name, f)
		}
		if names[f.Name] || files[f.File] {
			t.Errorf("%s or its file %s is in the table twice", f.Name, f.File)
		}
		names[f.Name], files[f.File] = true, true
		if got, ok := ByName(f.Name); !ok || got.File != f.File {
			t.Errorf("ByName(%q) finds %q, %t", f.Name, got.File, ok)
		}
	}
	if _, ok := ByName("pdf"); ok {
		t.Error("a form is found that does not exist")
	}
}

func TestFormIsChosenByTheNameOfAFile(t *testing.T) {
	for path, want := range map[string]string{
		"a.json": "json", "dir/a.html": "html", "a.xml": "junit", "a.md": "markdown", "a.tap": "tap", "a.txt": "text", "a.sarif": "sarif", "a.pcapng": "pcapng",
		"a": "", "a.pdf": "", "index": "",
	} {
		if got, ok := ForFile(path); got.Name != want || ok != (want != "") {
			t.Errorf("ForFile(%q) is %q, %t; want %q", path, got.Name, ok, want)
		}
	}
}

func TestWriteFolderWritesTheDefaultForms(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "new")
	if err := WriteFolder(dir, fixture.Sample()); err != nil {
		t.Fatal(err)
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, e := range entries {
		got = append(got, e.Name())
	}
	if want := []string{"index.html", "junit.xml", "report.json"}; !slices.Equal(got, want) {
		t.Errorf("the folder has %q, want %q", got, want)
	}
	page, err := os.ReadFile(filepath.Join(dir, "index.html"))
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"report.json", "junit.xml"} {
		if !strings.Contains(string(page), `<a href="`+name+`" download>`) {
			t.Errorf("the page has no link to %s", name)
		}
	}
	bad := fixture.Sample()
	bad.Results[0].Verdict = "good"
	if err := WriteFolder(dir, bad); err == nil {
		t.Error("a report that is not sound was written")
	}
}

// TestFormsHaveNoControlCharacters: no form may carry an escape sequence
// or a NUL that a peer sent.
func TestFormsHaveNoControlCharacters(t *testing.T) {
	for _, f := range files() {
		if f.Binary {
			continue
		}
		text := fixture.Drawn(t, f.Write, fixture.Sample())
		if f.Name == "html" {
			text += strings.Join(fixture.BlocksOf(t, text), "")
		}
		if !utf8.ValidString(text) {
			t.Errorf("%s is not UTF-8", f.Name)
		}
		if i := strings.IndexFunc(text, func(c rune) bool { return c < ' ' && c != '\n' && c != '\t' }); i >= 0 {
			t.Errorf("%s has the control character %q at %d", f.Name, text[i], i)
		}
	}
}

func TestFormsOfAnEmptyReport(t *testing.T) {
	for _, f := range files() {
		if text := fixture.Drawn(t, f.Write, &reports.Report{}); text == "" {
			t.Errorf("%s writes nothing at all", f.Name)
		}
	}
}

func TestFormsReportAFullDisk(t *testing.T) {
	for _, f := range files() {
		for _, room := range []int{0, 60} {
			if err := f.Write(&fixture.FullDisk{Left: room}, fixture.Sample()); !errors.Is(err, fixture.ErrFull) {
				t.Errorf("%s on a disk with %d octets left returns %v", f.Name, room, err)
			}
		}
	}
}
