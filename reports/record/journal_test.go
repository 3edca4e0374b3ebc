package record

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/wsspec/wsspec/conformance"
	"github.com/wsspec/wsspec/conformance/catalog"
	"github.com/wsspec/wsspec/conformance/judge"
	"github.com/wsspec/wsspec/conformance/verdict"
	"github.com/wsspec/wsspec/ref/wire"
	"github.com/wsspec/wsspec/reports"
)

// resultWith is a result of a case with a transcript of some entries.
func resultWith(v verdict.Verdict, id string, entries, octets int) conformance.Result {
	c := *catalog.Cases()[0]
	c.ID = id
	r := conformance.Result{
		Case: &c, Role: wire.RoleServer, Verdict: v, Behavior: verdict.OK, Close: verdict.CloseOK,
		Attempts: 1, Explanation: "So it went.", Transcript: chatter(entries, octets),
	}
	if v == verdict.Fail {
		r.Behavior = verdict.Failed
		r.FirstWrong = &judge.WrongOctet{Entry: entries / 2, Octet: 1}
	}
	return r
}

// journaledRun is a record with a journal: one case passes, one fails, one is planned.
func journaledRun(t *testing.T) (r *Record, path string) {
	t.Helper()
	path = filepath.Join(t.TempDir(), reports.JournalFile)
	r = New(Options{Journal: path, Command: []string{"wsspec", "server", "ws://localhost/"}})
	r.AddTarget("mine", wire.RoleServer, "ws://localhost/")
	r.Plan("mine", wire.RoleServer, []string{"1.1.1", "2.1", "3.1"})
	r.Add("mine", resultWith(verdict.Pass, "1.1.1", 3, 20), resultWith(verdict.Fail, "2.1", 4, 20))
	if err := r.JournalErr(); err != nil {
		t.Fatal(err)
	}
	return r, path
}

func TestTheJournalHasTheWholeReport(t *testing.T) {
	r, path := journaledRun(t)
	r.Interrupted("signal interrupt")
	if err := r.Close(); err != nil {
		t.Fatal(err)
	}
	want := r.Report()
	want.Transcripts = nil
	got, err := reports.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for _, report := range []*reports.Report{want, got} {
		report.DurationMs = 0
		for i := range report.Results {
			report.Results[i].LikelyCause = "" // added to the whole report
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-report +journal):\n%s", diff)
	}
	if got.Interrupted != "signal interrupt" || len(got.GoTests) == 0 || len(got.Results) != 3 || len(got.Results[0].Transcript) != 3 || got.Results[1].FirstWrong == nil {
		t.Errorf("%d results, %d Go tests, interrupted is %q", len(got.Results), len(got.GoTests), got.Interrupted)
	}
}

// Whatever ends the run, what had ended before is there. The journal is cut at each
// end of a line and within lines.
func TestAJournalCutAnywhereReadsUpToThere(t *testing.T) {
	r, path := journaledRun(t)
	if err := r.Close(); err != nil {
		t.Fatal(err)
	}
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	firstLine := bytes.IndexByte(whole, '\n') + 1
	planned := bytes.Index(whole, []byte(`{"plan":`))
	planned += bytes.IndexByte(whole[planned:], '\n') + 1
	cut := filepath.Join(t.TempDir(), "cut.jsonl")
	for n := 0; n < len(whole); n++ {
		// Every octet beside the end of a line, and some within lines.
		if beside := bytes.ContainsRune(whole[max(0, n-2):min(n+2, len(whole))], '\n'); !beside && n%149 != 0 {
			continue
		}
		if err := os.WriteFile(cut, whole[:n], 0o600); err != nil {
			t.Fatal(err)
		}
		got, err := reports.ReadJournal(cut)
		if n < firstLine {
			if err == nil {
				t.Fatalf("%d octets, less than a line, are a report", n)
			}
			continue
		}
		if err != nil {
			t.Fatalf("%d of %d octets: %v", n, len(whole), err)
		}
		results := bytes.Count(whole[:n], []byte(`"result":{`))
		if last := bytes.LastIndexByte(whole[:n], '\n'); bytes.Contains(whole[last+1:n], []byte(`"result":{`)) {
			results--
		}
		if got.Interrupted == "" || got.Summary.Ran != results || n >= planned && got.Summary.Cases != 3 {
			t.Fatalf("%d of %d octets: %d of %d ran, want %d; interrupted is %q", n, len(whole), got.Summary.Ran, got.Summary.Cases, results, got.Interrupted)
		}
	}
}

// A line that is damaged ends what is believed.
func TestAJournalIsReadUpToDamage(t *testing.T) {
	_, path := journaledRun(t)
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct{ damaged, wants string }{
		"a changed line":   {strings.Replace(string(whole), `"result":{`, `"result":[`, 1), ""},
		"another file":     {`{"schema":"wsspec-report/2"}` + "\n", "not a journal"},
		"a newer journal":  {strings.Replace(string(whole), reports.JournalSchema, "wsspec-journal/9", 1), `"wsspec-journal/9"`},
		"an empty file":    {"", "within its first line"},
		"a file of zeroes": {strings.Repeat("\x00", 5000), "within its first line"},
	} {
		if err := os.WriteFile(path, []byte(c.damaged), 0o600); err != nil {
			t.Fatal(err)
		}
		got, err := reports.ReadJournal(path)
		switch {
		case c.wants == "" && (err != nil || got.Summary.Ran != 0 || got.Summary.Cases != 3):
			t.Errorf("%s: %+v, %v", name, got, err)
		case c.wants != "" && (err == nil || !strings.Contains(err.Error(), c.wants)):
			t.Errorf("%s: error is %v", name, err)
		}
	}
}

// Finished transcripts are in the journal and not in memory; the report has them.
func TestTranscriptsAreInTheJournalAndNotInMemory(t *testing.T) {
	r, _ := journaledRun(t)
	for i := range r.report.Results {
		if n := len(r.report.Results[i].Transcript); n > 0 {
			t.Errorf("%s: %d entries are in memory", r.report.Results[i].ID, n)
		}
	}
	report := r.Report()
	if n := len(report.Results[0].Transcript); n != 3 || report.LeftOut != 0 {
		t.Errorf("the report has %d entries, %d left out", n, report.LeftOut)
	}
	if err := report.Validate(); err != nil {
		t.Error(err)
	}
}

// However much peers send, memory and the report stay bounded, with a journal and
// without. Transcripts of cases that passed are left out first.
func TestLargeTranscriptsAreLeftOutOfTheReport(t *testing.T) {
	for _, journal := range []string{"", filepath.Join(t.TempDir(), reports.JournalFile)} {
		r := New(Options{Journal: journal})
		for i := range 40 {
			r.Add("mine", resultWith(verdict.Pass, fmt.Sprintf("1.%d", i), 600, 512), resultWith(verdict.Fail, fmt.Sprintf("2.%d", i), 600, 512))
		}
		inMemory := 0
		for i := range r.report.Results {
			inMemory += weight(r.report.Results[i].Transcript)
		}
		if limit := roomForGood + 2*roomForBad; inMemory > limit || journal != "" && inMemory > 0 {
			t.Errorf("journal %q: %d octets in memory", journal, inMemory)
		}
		report := r.Report()
		if err := report.Validate(); err != nil {
			t.Fatal(err)
		}
		bad, without := 0, 0
		for i := range report.Results {
			res := &report.Results[i]
			switch {
			case len(res.Transcript) == 0:
				without++
			case res.Verdict == verdict.Fail:
				bad += weight(res.Transcript)
			}
			if res.Verdict == verdict.Fail && (len(res.Transcript) == 0 || res.FirstWrong == nil) {
				t.Errorf("%s has %d entries, its first wrong octet is at %v", res.ID, len(res.Transcript), res.FirstWrong)
			}
		}
		if bad > 2*roomForBad || report.LeftOut != without || without == 0 {
			t.Errorf("journal %q: %d octets of failed cases, %d without a transcript, said to be %d", journal, bad, without, report.LeftOut)
		}
		if journal != "" {
			for i := range report.Results {
				res, err := report.Whole(i)
				if err != nil || len(res.Transcript) != 600 || res.Verdict == verdict.Fail && res.FirstWrong.Entry != 300 {
					t.Fatalf("the whole %s has %d entries, its first wrong octet at %v; %v", res.ID, len(res.Transcript), res.FirstWrong, err)
				}
			}
		}
	}
}

func TestAnotherFileIsNotReplacedByAJournal(t *testing.T) {
	path := filepath.Join(t.TempDir(), "notes.txt")
	if err := os.WriteFile(path, []byte("mine"), 0o600); err != nil {
		t.Fatal(err)
	}
	r := New(Options{Journal: path})
	r.Add("mine", resultWith(verdict.Pass, "1.1.1", 3, 20))
	octets, err := os.ReadFile(path)
	if err != nil || string(octets) != "mine" {
		t.Errorf("the file has %q, %v", octets, err)
	}
	if r.JournalErr() == nil || r.Close() == nil || len(r.Report().Results[0].Transcript) != 3 {
		t.Errorf("error %v; the result is %+v", r.JournalErr(), r.Report().Results[0])
	}
	// An older journal is replaced.
	older, old := journaledRun(t)
	if err := older.Close(); err != nil {
		t.Fatal(err)
	}
	if again := New(Options{Journal: old}); again.JournalErr() != nil {
		t.Error(again.JournalErr())
	}
}

// Two runs with one folder would mix their results.
func TestOneRunWritesAJournal(t *testing.T) {
	path := filepath.Join(t.TempDir(), reports.JournalFile)
	first := New(Options{Journal: path})
	first.Add("mine", resultWith(verdict.Pass, "1.1.1", 3, 20))
	second := New(Options{Journal: path})
	if err := second.JournalErr(); err == nil || !strings.Contains(err.Error(), "another run still writes "+path) {
		t.Errorf("the second run says %v", err)
	}
	if err := first.Close(); err != nil {
		t.Fatal(err)
	}
	if r, err := reports.ReadJournal(path); err != nil || len(r.Results) != 1 {
		t.Errorf("the journal has %+v, %v", r, err)
	}
	if third := New(Options{Journal: path}); third.JournalErr() != nil {
		t.Errorf("after the end of the first run: %v", third.JournalErr())
	}
}

// A full disk ends the journal and not the run.
func TestAFullDiskEndsOnlyTheJournal(t *testing.T) {
	if _, err := os.Stat("/dev/full"); err != nil {
		t.Skip("NOT TESTED without /dev/full: ", err)
	}
	r := New(Options{Journal: "/dev/full"})
	r.Add("mine", resultWith(verdict.Pass, "1.1.1", 3, 20))
	if err := r.JournalErr(); err == nil || !strings.Contains(err.Error(), "no space") {
		t.Errorf("error is %v", err)
	}
	if n := len(r.Report().Results[0].Transcript); n != 3 {
		t.Errorf("the report has %d entries", n)
	}
}

func TestPutReplacesAResult(t *testing.T) {
	r, path := journaledRun(t)
	r.Put("mine", resultWith(verdict.Warn, "1.1.1", 5, 20))
	r.Put("mine", resultWith(verdict.Pass, "3.1", 3, 20))
	fromJournal, err := reports.ReadJournal(path)
	if err != nil {
		t.Fatal(err)
	}
	for name, report := range map[string]*reports.Report{"record": r.Report(), "journal": fromJournal} {
		var got []string
		for _, res := range report.Results {
			got = append(got, fmt.Sprintf("%s %s %d", res.ID, res.Verdict, len(res.Transcript)))
		}
		if want := []string{"1.1.1 warn 5", "2.1 fail 4", "3.1 pass 3"}; !slices.Equal(got, want) {
			t.Errorf("%s: %q", name, got)
		}
		if report.Interrupted != "" {
			t.Errorf("%s: every planned case ran, but it is interrupted: %q", name, report.Interrupted)
		}
	}
}

// What is found of a variant counts until it is known how all went.
func TestWhatIsFoundOfVariantsInTheJournal(t *testing.T) {
	found := resultWith(verdict.Fail, "1.1.1", 7, 20)
	takenBack := resultWith(verdict.Pass, "1.1.1", 0, 0)
	for name, tt := range map[string]struct {
		then func(r *Record)
		want string
	}{
		"and nothing more":             {func(*Record) {}, "fail 7"},
		"and taken back":               {func(r *Record) { r.Found("mine", takenBack) }, "pass 3"},
		"and again":                    {func(r *Record) { r.Found("mine", takenBack); r.Found("mine", found) }, "fail 7"},
		"and the case has a result":    {func(r *Record) { r.Put("mine", resultWith(verdict.Warn, "1.1.1", 5, 20)) }, "warn 5"},
		"and all variants were played": {func(r *Record) { r.Varied("mine", wire.RoleServer, nil, true) }, "pass 3"},
	} {
		t.Run(name, func(t *testing.T) {
			r, path := journaledRun(t)
			r.PlanVariants("mine", wire.RoleServer)
			r.Found("mine", found)
			tt.then(r)
			got, err := reports.ReadJournal(path)
			if err != nil {
				t.Fatal(err)
			}
			if res := got.Results[0]; fmt.Sprintf("%s %d", res.Verdict, len(res.Transcript)) != tt.want {
				t.Errorf("the case has %s %d, want %s", res.Verdict, len(res.Transcript), tt.want)
			}
		})
	}
}
