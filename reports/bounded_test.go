package reports_test

import (
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"unicode"

	"github.com/wsspec/wsspec/reports"
	"github.com/wsspec/wsspec/reports/internal/fixture"
)

// Whatever is in a file, the error about it has short lines that can be seen.
func TestErrorsHaveShortLines(t *testing.T) {
	long := strings.Repeat("long\u202e\x1b[2J ", 100_000)
	good := string(fixture.Written(t, fixture.Sample()))
	quoted := strings.ReplaceAll(strings.ReplaceAll(long, "\x1b", `\u001b`), "\u202e", `\u202e`)
	dir := t.TempDir()
	baseline := filepath.Join(dir, "baseline.json")
	if err := os.WriteFile(baseline, []byte(`{"schema":"`+quoted+`"}`), 0o600); err != nil {
		t.Fatal(err)
	}
	journal := filepath.Join(dir, "journal.jsonl")
	if err := os.WriteFile(journal, []byte(`{"journal":"wsspec-journal/`+quoted+`"}`+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	read := func(file string) error {
		_, err := reports.Read(strings.NewReader(file))
		return err
	}
	wrong := fixture.Sample()
	wrong.Results[0].Agent = long
	other := fixture.Sample()
	other.Tool.Version = long
	_, readBaseline := reports.ReadBaselineFile(baseline)
	_, readJournal := reports.ReadFile(journal)
	_, merge := reports.Merge(fixture.Sample(), other)
	for name, err := range map[string]error{
		"the schema":          read(`{"schema":"` + quoted + `"}`),
		"a verdict":           read(strings.Replace(good, `"verdict": "pass"`, `"verdict": "`+quoted+`"`, 1)),
		"an agent":            read(strings.Replace(good, `"agent": "alpha"`, `"agent": "`+quoted+`"`, 1)),
		"a report to write":   reports.Write(io.Discard, wrong),
		"a baseline":          readBaseline,
		"a journal":           readJournal,
		"the tool of a shard": merge,
	} {
		if err == nil {
			t.Errorf("%s: no error", name)
			continue
		}
		if text := err.Error(); len(text) > 20_000 || strings.ContainsFunc(text, func(c rune) bool { return c != '\n' && unicode.In(c, unicode.Cc, unicode.Cf) }) {
			t.Errorf("%s: %d octets, %.200q", name, len(text), text)
		}
		for line := range strings.Lines(err.Error()) {
			if len(line) > 8000 {
				t.Errorf("%s: a line of %d octets", name, len(line))
			}
		}
	}
}

// endless is a report whose title never ends.
type endless struct {
	head string
	read int64
}

func (e *endless) Read(p []byte) (int, error) {
	if e.head != "" {
		n := copy(p, e.head)
		e.head = e.head[n:]
		return n, nil
	}
	for i := range p {
		p[i] = 'a'
	}
	e.read += int64(len(p))
	if e.read > 200<<20 {
		return 0, io.EOF
	}
	return len(p), nil
}

// A string of 200 MB costs no more memory than one of a few MB.
func TestALongStringCostsLittle(t *testing.T) {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	file := &endless{head: `{"schema":"` + reports.Schema + `","tool":{"name":"\"`}
	_, err := reports.Read(file)
	runtime.ReadMemStats(&after)
	if err == nil || !strings.Contains(err.Error(), "is longer than 4194304 octets") {
		t.Errorf("error is %v", err)
	}
	if file.read > 8<<20 || after.TotalAlloc-before.TotalAlloc > 64<<20 {
		t.Errorf("%d octets were read, %d allocated", file.read, after.TotalAlloc-before.TotalAlloc)
	}
}

// Strings just below the limit, with quotation marks and backslashes in them, are read.
func TestStringsBelowTheLimitAreRead(t *testing.T) {
	r := fixture.Sample()
	r.Results[0].Title = strings.Repeat(`a"\`, 700_000)
	got, err := reports.Read(strings.NewReader(string(fixture.Written(t, r))))
	if err != nil {
		t.Fatal(err)
	}
	if got.Results[0].Title != r.Results[0].Title {
		t.Error("the title is another one")
	}
}
