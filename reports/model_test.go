package reports_test

import (
	"bytes"
	"errors"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/wsspec/wsspec/conformance/verdict"
	"github.com/wsspec/wsspec/reports"
	"github.com/wsspec/wsspec/reports/internal/fixture"
)

func TestReadReturnsWhatWriteWrote(t *testing.T) {
	want := fixture.Sample()
	octets := fixture.Written(t, want)
	got, err := reports.Read(bytes.NewReader(octets))
	if err != nil {
		t.Fatal(err)
	}
	want.Schema = reports.Schema
	want.Summary = reports.Summarize(want.Targets, want.Results)
	// JSON strings are Unicode: octets that are not UTF-8 come back as U+FFFD. The
	// fixture has them in pairs.
	utf8 := cmp.Transformer("utf8", func(s string) string { return strings.ToValidUTF8(s, "\uFFFD\uFFFD") })
	if diff := cmp.Diff(want, got, utf8, cmpopts.EquateEmpty()); diff != "" {
		t.Errorf("report changed on its way (-written +read):\n%s", diff)
	}
	second := fixture.Written(t, got)
	again, err := reports.Read(bytes.NewReader(second))
	if err != nil {
		t.Fatal(err)
	}
	if third := fixture.Written(t, again); !bytes.Equal(second, third) {
		t.Error("a report that was read is written with other octets")
	}
}

func TestWriteRefusesWhatReadWouldRefuse(t *testing.T) {
	r := fixture.Sample()
	r.Results[0].Verdict = "good"
	var b bytes.Buffer
	err := reports.Write(&b, r)
	if err == nil || !strings.Contains(err.Error(), `"good", want one of pass, warn, fail, skip, error, not run`) {
		t.Errorf("error is %v", err)
	}
	if b.Len() != 0 {
		t.Errorf("%d octets were written", b.Len())
	}
}

func TestReadSaysWhatIsWrong(t *testing.T) {
	good := string(fixture.Written(t, fixture.Sample()))
	for _, c := range []struct{ name, file, want string }{
		{"nothing", "", "report is empty"},
		{"no JSON", "<html>", "invalid JSON at offset 1"},
		{"another JSON", `[1]`, "no object with a schema member"},
		{"no schema", `{"results":[]}`, "no object with a schema member"},
		{"a newer schema", `{"schema":"wsspec-report/9","results":7}`, `schema "wsspec-report/9", this program reads "wsspec-report/3", "wsspec-report/2"`},
		{"cut off", good[:len(good)/2], "incomplete"},
		{"two reports", good + good, "after the end of the report"},
		{"a wrong type", strings.Replace(good, `"attempts": 1`, `"attempts": "1"`, 1), "attempts is a JSON string"},
		{"an unknown verdict", strings.Replace(good, `"verdict": "pass"`, `"verdict": "fine"`, 1), `(alpha, case 1.1.1): verdict is "fine"`},
		{"an unknown behavior", strings.Replace(good, `"behavior": "OK"`, `"behavior": "ok"`, 1), `behavior is "ok"`},
		{"no behavior", strings.Replace(good, `"behaviorClose": "OK"`, `"behaviorClose": ""`, 1), `behaviorClose is ""`},
		{"an unknown level", strings.Replace(good, `"level": "SHOULD"`, `"level": "should"`, 1), `level is "should"`},
		{"a doubled case", strings.Replace(good, `"id": "1.1.10"`, `"id": "1.1.1"`, 1), "(alpha, case 1.1.1) is there twice"},
		{"no such target", strings.Replace(good, `"agent": "alpha"`, `"agent": "gamma"`, 1), `no target is agent "alpha"`},
		{"no such clause", strings.Replace(good, `"RFC6455-5.2-3": {`, `"RFC6455-5.2-4": {`, 1), `"RFC6455-5.2-3" is not among the report's clauses`},
		{"another summary", strings.Replace(good, `"cases": 12`, `"cases": 13`, 1), "summary counts 13 cases"},
		{"cut octets without a hash", strings.Replace(good, `"length": 104857600`, `"length": 256`, 1), "exactly when octets were cut"},
		{"a frame without a header", strings.Replace(good, `"kind": "eof"`, `"kind": "frame"`, 1), `kind is "frame" and frame is present: false`},
		{"a position outside of the transcript", strings.Replace(good, `"entry": 4`, `"entry": 8`, 1), "departs is outside"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if c.file == good {
				t.Fatal("the fixture has nothing to damage here")
			}
			report, err := reports.Read(strings.NewReader(c.file))
			if err == nil || report != nil {
				t.Fatalf("Read returned %v, %v", report, err)
			}
			if !strings.Contains(err.Error(), c.want) {
				t.Errorf("error is %q, want %q in it", err, c.want)
			}
		})
	}
}

// The version before had no verdict "not run".
func TestReadReadsTheVersionBefore(t *testing.T) {
	r := fixture.Sample()
	r.Results = slices.DeleteFunc(r.Results, func(res reports.Result) bool { return res.Verdict == verdict.NotRun })
	older := strings.Replace(string(fixture.Written(t, r)), reports.Schema, "wsspec-report/1", 1)
	older = regexp.MustCompile(`\n *"not run": 0,`).ReplaceAllString(older, "")
	if strings.Contains(older, "not run") {
		t.Fatal("the fixture has the newer verdict")
	}
	got, err := reports.Read(strings.NewReader(older))
	if err != nil {
		t.Fatal(err)
	}
	if got.Schema != reports.Schema || len(got.Results) != len(r.Results) {
		t.Errorf("schema %q with %d results", got.Schema, len(got.Results))
	}
	if _, err := reports.Read(bytes.NewReader(fixture.Written(t, got))); err != nil {
		t.Errorf("it is not written as the newer version: %v", err)
	}
}

func TestReadIgnoresUnknownMembers(t *testing.T) {
	good := string(fixture.Written(t, fixture.Sample()))
	if _, err := reports.Read(strings.NewReader(strings.Replace(good, `"tool"`, `"later":{"x":1},"tool"`, 1))); err != nil {
		t.Error(err)
	}
}

func TestSummaryCountsEveryResult(t *testing.T) {
	r := fixture.Sample()
	got := reports.Summarize(r.Targets, r.Results)
	if want := map[verdict.Verdict]int{verdict.Pass: 5, verdict.Warn: 1, verdict.Fail: 3, verdict.Skip: 1, verdict.Error: 1, verdict.NotRun: 1}; !cmp.Equal(got.Verdicts, want) {
		t.Errorf("verdicts are %v", got.Verdicts)
	}
	if want := map[verdict.Behavior]int{verdict.OK: 4, verdict.NonStrict: 1, verdict.Informational: 1, verdict.Unimplemented: 1, verdict.Failed: 3}; !cmp.Equal(got.Behaviors, want) {
		t.Errorf("behaviors are %v", got.Behaviors)
	}
	if got.Cases != 12 || got.Flaky != 1 {
		t.Errorf("%d cases, %d flaky", got.Cases, got.Flaky)
	}
	var sections []string
	for _, s := range got.Sections {
		sections = append(sections, s.Section)
	}
	if want := []string{"1", "2", "3", "7", "9", "12", "rfc6455/4.2.1", "robust"}; !cmp.Equal(sections, want) {
		t.Errorf("sections are %q", sections)
	}
	var cases int
	for _, a := range got.Agents {
		cases += a.Cases
	}
	if cases != got.Cases || len(got.Agents) != 3 {
		t.Errorf("%d cases in %d agents", cases, len(got.Agents))
	}
}

func TestSectionOf(t *testing.T) {
	for id, want := range map[string]string{
		"1.1.1": "1", "13.7.18": "13", "rfc6455/4.2.1/3": "rfc6455/4.2.1", "rfc7692/7.1.2/1": "rfc7692/7.1.2",
		"robust/slow-handshake": "robust", "rfc6455/4.2.1/3/more": "rfc6455/4.2.1", "odd": "odd",
	} {
		if got := reports.SectionOf(id); got != want {
			t.Errorf("SectionOf(%q) = %q, want %q", id, got, want)
		}
	}
}

func TestCompareIDsOrdersNumbersByValue(t *testing.T) {
	order := []string{"1", "1.1.1", "1.1.2", "1.1.10", "1.2.1", "2.1", "9.1.1", "10.1.1", "rfc6455/4.2.1/3", "rfc6455/4.2.1/11", "robust/a", "robust/b"}
	for i, a := range order {
		for j, b := range order {
			got := reports.CompareIDs(a, b)
			if (got < 0) != (i < j) || (got > 0) != (i > j) {
				t.Errorf("CompareIDs(%q, %q) = %d", a, b, got)
			}
		}
	}
}

func TestFileIsReplacedAtOnceOrNotAtAll(t *testing.T) {
	path := filepath.Join(t.TempDir(), "new", "report.json")
	if err := reports.WriteFile(path, fixture.Sample()); err != nil {
		t.Fatal(err)
	}
	before, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	full := errors.New("no space left on device")
	err = reports.ReplaceFile(path, func(w io.Writer) error {
		if _, err := w.Write(make([]byte, 1<<20)); err != nil {
			return err
		}
		return full
	})
	if !errors.Is(err, full) || !strings.Contains(err.Error(), path) {
		t.Errorf("error is %v, want the path and the cause", err)
	}
	after, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(before, after) {
		t.Error("the older report was not kept")
	}
	files, err := os.ReadDir(filepath.Dir(path))
	if err != nil {
		t.Fatal(err)
	}
	if len(files) != 1 {
		t.Errorf("left beside the report: %v", files)
	}
	later := fixture.Sample()
	later.Started = later.Started.Add(time.Hour)
	if err := reports.WriteFile(path, later); err != nil {
		t.Fatal(err)
	}
	got, err := reports.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if !got.Started.Equal(later.Started) {
		t.Error("the newer report did not replace the older")
	}
}

func TestReadFileNamesTheFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "x.json")
	if _, err := reports.ReadFile(path); !errors.Is(err, os.ErrNotExist) || !strings.Contains(err.Error(), path) {
		t.Errorf("error is %v", err)
	}
	if err := os.WriteFile(path, []byte("{"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := reports.ReadFile(path); err == nil || !strings.Contains(err.Error(), path) {
		t.Errorf("error is %v", err)
	}
}

func TestJSONOfTheSample(t *testing.T) { fixture.Form(t, reports.JSONForm) }
