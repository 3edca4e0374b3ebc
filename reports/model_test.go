package reports

import (
	"bytes"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

func written(t *testing.T, r *Report) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := Write(&b, r); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestReadReturnsWhatWriteWrote(t *testing.T) {
	want := sample()
	octets := written(t, want)
	got, err := Read(bytes.NewReader(octets))
	if err != nil {
		t.Fatal(err)
	}
	want.Schema = Schema
	want.Summary = Summarize(want.Targets, want.Results)
	// JSON strings are Unicode: octets that are no UTF-8 come back as U+FFFD
	// each, and the fixture has them in pairs.
	utf8 := cmp.Transformer("utf8", func(s string) string { return strings.ToValidUTF8(s, "\uFFFD\uFFFD") })
	if diff := cmp.Diff(want, got, utf8, cmpopts.EquateEmpty()); diff != "" {
		t.Errorf("report changed on its way (-written +read):\n%s", diff)
	}
	second := written(t, got)
	again, err := Read(bytes.NewReader(second))
	if err != nil {
		t.Fatal(err)
	}
	if third := written(t, again); !bytes.Equal(second, third) {
		t.Error("a report that was read is written with other octets")
	}
}

func TestWriteRefusesWhatReadWouldRefuse(t *testing.T) {
	r := sample()
	r.Results[0].Verdict = "good"
	var b bytes.Buffer
	err := Write(&b, r)
	if err == nil || !strings.Contains(err.Error(), `"good", want one of pass, warn, fail, skip, error`) {
		t.Errorf("error is %v", err)
	}
	if b.Len() != 0 {
		t.Errorf("%d octets were written", b.Len())
	}
}

func TestReadSaysWhatIsWrong(t *testing.T) {
	good := string(written(t, sample()))
	for _, c := range []struct{ name, file, want string }{
		{"nothing", "", "report is empty"},
		{"no JSON", "<html>", "no JSON at offset 1"},
		{"another JSON", `[1]`, "no object with a schema member"},
		{"no schema", `{"results":[]}`, "no object with a schema member"},
		{"a newer schema", `{"schema":"wsspec-report/2","results":7}`, `schema "wsspec-report/2", this program reads "wsspec-report/1"`},
		{"cut off", good[:len(good)/2], "cut off"},
		{"two reports", good + good, "after the report's end"},
		{"a wrong type", strings.Replace(good, `"attempts": 1`, `"attempts": "1"`, 1), "attempts is a JSON string"},
		{"an unknown verdict", strings.Replace(good, `"verdict": "pass"`, `"verdict": "fine"`, 1), `(alpha, case 1.1.1): verdict is "fine"`},
		{"an unknown behavior", strings.Replace(good, `"behavior": "OK"`, `"behavior": "ok"`, 1), `behavior is "ok"`},
		{"no behavior", strings.Replace(good, `"behaviorClose": "OK"`, `"behaviorClose": ""`, 1), `behaviorClose is ""`},
		{"an unknown level", strings.Replace(good, `"level": "SHOULD"`, `"level": "should"`, 1), `level is "should"`},
		{"a doubled case", strings.Replace(good, `"id": "1.1.10"`, `"id": "1.1.1"`, 1), "(alpha, case 1.1.1) is there twice"},
		{"no such target", strings.Replace(good, `"agent": "alpha"`, `"agent": "gamma"`, 1), `no target is agent "alpha"`},
		{"no such clause", strings.Replace(good, `"RFC6455-5.2-3": {`, `"RFC6455-5.2-4": {`, 1), `"RFC6455-5.2-3" is not among the report's clauses`},
		{"another summary", strings.Replace(good, `"cases": 11`, `"cases": 12`, 1), "summary counts 12 cases"},
		{"cut octets without a hash", strings.Replace(good, `"length": 104857600`, `"length": 256`, 1), "exactly when octets were cut"},
		{"a frame without a header", strings.Replace(good, `"kind": "eof"`, `"kind": "frame"`, 1), `kind is "frame" and frame is there: false`},
		{"departs nowhere", strings.Replace(good, `"entry": 4`, `"entry": 8`, 1), "departs points outside"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if c.file == good {
				t.Fatal("the fixture has nothing to damage here")
			}
			report, err := Read(strings.NewReader(c.file))
			if err == nil || report != nil {
				t.Fatalf("Read returned %v, %v", report, err)
			}
			if !strings.Contains(err.Error(), c.want) {
				t.Errorf("error is %q, want %q in it", err, c.want)
			}
		})
	}
}

func TestReadIgnoresMembersItDoesNotKnow(t *testing.T) {
	good := string(written(t, sample()))
	if _, err := Read(strings.NewReader(strings.Replace(good, `"tool"`, `"later":{"x":1},"tool"`, 1))); err != nil {
		t.Error(err)
	}
}

func TestSummaryCountsEveryResult(t *testing.T) {
	r := sample()
	got := Summarize(r.Targets, r.Results)
	if want := map[Verdict]int{Pass: 5, Warn: 1, Fail: 3, Skip: 1, Error: 1}; !cmp.Equal(got.Verdicts, want) {
		t.Errorf("verdicts are %v", got.Verdicts)
	}
	if want := map[Behavior]int{OK: 4, NonStrict: 1, Informational: 1, Unimplemented: 1, Failed: 3}; !cmp.Equal(got.Behaviors, want) {
		t.Errorf("behaviors are %v", got.Behaviors)
	}
	if got.Cases != 11 || got.Flaky != 1 {
		t.Errorf("%d cases, %d flaky", got.Cases, got.Flaky)
	}
	var sections []string
	for _, s := range got.Sections {
		sections = append(sections, s.Section)
	}
	if want := []string{"1", "2", "3", "9", "12", "rfc6455/4.2.1", "robust"}; !cmp.Equal(sections, want) {
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
		if got := SectionOf(id); got != want {
			t.Errorf("SectionOf(%q) = %q, want %q", id, got, want)
		}
	}
}

func TestCompareIDsCountsAsPeopleDo(t *testing.T) {
	order := []string{"1", "1.1.1", "1.1.2", "1.1.10", "1.2.1", "2.1", "9.1.1", "10.1.1", "rfc6455/4.2.1/3", "rfc6455/4.2.1/11", "robust/a", "robust/b"}
	for i, a := range order {
		for j, b := range order {
			got := CompareIDs(a, b)
			if (got < 0) != (i < j) || (got > 0) != (i > j) {
				t.Errorf("CompareIDs(%q, %q) = %d", a, b, got)
			}
		}
	}
}

func TestFileIsReplacedAtOnceOrNotAtAll(t *testing.T) {
	path := filepath.Join(t.TempDir(), "new", "report.json")
	if err := WriteFile(path, sample()); err != nil {
		t.Fatal(err)
	}
	before, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	full := errors.New("no space left on device")
	err = ReplaceFile(path, func(w io.Writer) error {
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
	later := sample()
	later.Started = later.Started.Add(time.Hour)
	if err := WriteFile(path, later); err != nil {
		t.Fatal(err)
	}
	got, err := ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if !got.Started.Equal(later.Started) {
		t.Error("the newer report did not replace the older")
	}
}

func TestReadFileNamesTheFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "x.json")
	if _, err := ReadFile(path); !errors.Is(err, os.ErrNotExist) || !strings.Contains(err.Error(), path) {
		t.Errorf("error is %v", err)
	}
	if err := os.WriteFile(path, []byte("{"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := ReadFile(path); err == nil || !strings.Contains(err.Error(), path) {
		t.Errorf("error is %v", err)
	}
}
