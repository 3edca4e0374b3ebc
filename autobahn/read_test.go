package autobahn

import (
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/wsspec/wsspec/conformance/verdict"
	"github.com/wsspec/wsspec/reports"
	"github.com/wsspec/wsspec/reports/autobahn"
)

// indexOf is an index of one case, 1.1.1 of the agent a.
func indexOf(behavior, closing string) string {
	return fmt.Sprintf(`{"a": {"1.1.1": {"behavior": %q, "behaviorClose": %q, "duration": 2, "remoteCloseCode": 1000, "reportfile": "a_case_1_1_1.json"}}}`, behavior, closing)
}

// caseOf is its file.
func caseOf(behavior, closing, more string) string {
	return fmt.Sprintf(`{"id": "1.1.1", "isServer": false, "behavior": %q, "behaviorClose": %q%s}`, behavior, closing, more)
}

// Both of Autobahn's verdicts decide.
func TestVerdictGatesOnBoth(t *testing.T) {
	for _, tt := range []struct {
		behavior, closing string
		want              verdict.Verdict
	}{
		{"OK", "OK", verdict.Pass},
		{"OK", "INFORMATIONAL", verdict.Pass},
		{"INFORMATIONAL", "INFORMATIONAL", verdict.Pass},
		{"NON-STRICT", "OK", verdict.Warn},
		{"OK", "WRONG CODE", verdict.Warn},
		{"OK", "UNCLEAN", verdict.Fail},
		{"OK", "FAILED", verdict.Fail},
		{"OK", "FAILED BY CLIENT", verdict.Fail},
		{"FAILED", "OK", verdict.Fail},
		{"UNIMPLEMENTED", "UNIMPLEMENTED", verdict.Skip},
		{"UNIMPLEMENTED", "OK", verdict.Skip},
	} {
		dir := t.TempDir()
		put(t, dir, "index.json", indexOf(tt.behavior, tt.closing))
		put(t, dir, "a_case_1_1_1.json", caseOf(tt.behavior, tt.closing, ""))
		r, err := Read(dir, Options{Role: verdict.Server})
		if err != nil {
			t.Errorf("%s/%s: %v", tt.behavior, tt.closing, err)
			continue
		}
		if got := r.Results[0].Verdict; got != tt.want {
			t.Errorf("%s/%s is %s, want %s", tt.behavior, tt.closing, got, tt.want)
		}
	}
}

// Nothing tested is no success, and neither are cases that are missing.
func TestEmptyAndIncomplete(t *testing.T) {
	for _, index := range []string{`{}`, `{"a": {}}`, `null`} {
		dir := t.TempDir()
		put(t, dir, "index.json", index)
		if r, err := Read(dir, Options{Role: verdict.Server}); !errors.Is(err, ErrEmpty) || r != nil {
			t.Errorf("%s: %v, %v", index, r, err)
		}
	}
	dir := t.TempDir()
	put(t, dir, "index.json", indexOf("OK", "OK"))
	r, err := Read(dir, Options{Role: verdict.Server, Want: []string{"1.1.1", "1.1.2"}, Agents: []string{"a", "b"}})
	if r == nil || len(r.Results) != 1 {
		t.Fatalf("what is there is lost: %v", r)
	}
	want := "Autobahn's report has 1 of 2 cases for a; missing: 1.1.2\nAutobahn's report has 0 of 2 cases for b; missing: 1.1.1, 1.1.2"
	if err == nil || err.Error() != want {
		t.Errorf("%v, want %s", err, want)
	}
}

// The index has the verdicts: a case whose file is gone keeps them.
func TestMissingCaseFile(t *testing.T) {
	dir := t.TempDir()
	put(t, dir, "index.json", indexOf("FAILED", "UNCLEAN"))
	r, err := Read(dir, Options{Role: verdict.Client})
	if err != nil {
		t.Fatal(err)
	}
	got := []string{string(r.Results[0].Behavior), string(r.Results[0].BehaviorClose), r.Results[0].Explanation}
	if d := cmp.Diff([]string{"FAILED", "UNCLEAN", "Autobahn's file about the case, a_case_1_1_1.json, is missing."}, got); d != "" {
		t.Error(d)
	}
}

// Whatever is in the folder, the error says what is wrong, and in which file.
func TestHostileFolders(t *testing.T) {
	deep := strings.Repeat("[", 20000) + strings.Repeat("]", 20000)
	for _, tt := range []struct {
		name, index, file, err string // a part of the error
	}{
		{"no index", "", "", "there is no "},
		{"empty index", " ", "", "index.json is empty"},
		{"cut off", `{"a": {`, "", "index.json: no JSON in line 1"},
		{"a list", `[]`, "", "index.json:  is a JSON array"},
		{"endless nesting", deep, "", "index.json: "},
		{"behavior is a number", `{"a": {"1.1.1": {"behavior": 1}}}`, "", "index.json: behavior is a JSON number"},
		{"an unknown word", indexOf("GREAT", "OK"), caseOf("GREAT", "OK", ""), `behavior is "GREAT"`},
		{"an unknown end", indexOf("OK", "GREAT"), caseOf("OK", "GREAT", ""), `behaviorClose is "GREAT"`},
		{"no verdict", `{"a": {"1.1.1": {}}}`, "", `behavior is ""`},
		{"a path out of the folder", strings.Replace(indexOf("OK", "OK"), "a_case", "../a_case", 1), "", "which is no name of a file in the folder"},
		{"a file of the system", strings.Replace(indexOf("OK", "OK"), "a_case_1_1_1.json", "/etc/passwd", 1), "", "which is no name of a file in the folder"},
		{"the parent", strings.Replace(indexOf("OK", "OK"), "a_case_1_1_1.json", "..", 1), "", "a, case 1.1.1: "},
		{"a code that is none", strings.Replace(indexOf("OK", "OK"), "1000", "70000", 1), "", "remoteCloseCode is 70000"},
		{"negative time", strings.Replace(indexOf("OK", "OK"), `"duration": 2`, `"duration": -2`, 1), caseOf("OK", "OK", ""), "durationMs is negative"},
		{"time without end", strings.Replace(indexOf("OK", "OK"), `"duration": 2`, `"duration": 1e999`, 1), "", "is a JSON number"},
		{"an agent without a name", `{"": {"1.1.1": {"behavior": "OK", "behaviorClose": "OK"}}}`, "", "has no agent"},
		{"empty file", indexOf("OK", "OK"), " ", "a_case_1_1_1.json is empty"},
		{"another case", indexOf("OK", "OK"), strings.Replace(caseOf("OK", "OK", ""), "1.1.1", "1.1.2", 1), `a_case_1_1_1.json is about case "1.1.2"`},
		{"another verdict", indexOf("OK", "OK"), caseOf("FAILED", "OK", ""), "says FAILED/OK, index.json OK/OK"},
		{"another role", indexOf("OK", "OK"), strings.Replace(caseOf("OK", "OK", ""), "false", "true", 1), "is about a client, not a server"},
		{"an unknown expectation", indexOf("OK", "OK"), caseOf("OK", "OK", `, "expected": {"FINE": []}`), `expected has "FINE"`},
		{"wirelog of strings", indexOf("OK", "OK"), caseOf("OK", "OK", `, "wirelog": ["TO"]`), "wirelog[0]: "},
		{"an empty line", indexOf("OK", "OK"), caseOf("OK", "OK", `, "wirelog": [[]]`), "wirelog[0]: "},
		{"octets that are none", indexOf("OK", "OK"), caseOf("OK", "OK", `, "wirelog": [["TO", [2, "xy"], false]]`), "wirelog[0]: TO without octets in hex"},
		{"octets of negative length", indexOf("OK", "OK"), caseOf("OK", "OK", `, "wirelog": [["RO", [-2, "00"]]]`), "wirelog[0]: RO without octets in hex"},
		{"no octets", indexOf("OK", "OK"), caseOf("OK", "OK", `, "wirelog": [["RO"]]`), "wirelog[0]: RO without octets"},
		{"a short frame", indexOf("OK", "OK"), caseOf("OK", "OK", `, "wirelog": [["RF", [0, ""], 1]]`), "wirelog[0]: RF has 3 members"},
		{"an opcode that is none", indexOf("OK", "OK"), caseOf("OK", "OK", `, "wirelog": [["RF", [0, ""], 16, true, 0, false, null]]`), "wirelog[0]: RF is no frame"},
		{"a negative opcode", indexOf("OK", "OK"), caseOf("OK", "OK", `, "wirelog": [["RF", [0, ""], -1, true, 0, false, null]]`), "wirelog[0]: RF is no frame"},
		{"an endless length", indexOf("OK", "OK"), caseOf("OK", "OK", `, "wirelog": [["RF", [1e300, ""], 1, true, 0, false, null]]`), "wirelog[0]: RF is no frame"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			dir := t.TempDir()
			if tt.index != "" {
				put(t, dir, "index.json", tt.index)
			}
			if tt.file != "" {
				put(t, dir, "a_case_1_1_1.json", tt.file)
			}
			r, err := Read(dir, Options{Role: verdict.Server})
			if err == nil || !strings.Contains(err.Error(), tt.err) {
				t.Errorf("the error is %v, want one with %q", err, tt.err)
			}
			if r != nil {
				t.Errorf("and a report of %d results", len(r.Results))
			}
		})
	}
}

// A file that is larger than any report is not read to its end.
func TestHugeIndex(t *testing.T) {
	dir := t.TempDir()
	put(t, dir, "index.json", "{}")
	if err := os.Truncate(dir+"/index.json", mostIndexOctets+1); err != nil { // a hole: no disk is used
		t.Fatal(err)
	}
	if _, err := Read(dir, Options{}); err == nil || !strings.Contains(err.Error(), "is larger than") {
		t.Error(err)
	}
}

// Text that comes from a peer has a bound in the report.
func TestLongTextsAreCut(t *testing.T) {
	dir := t.TempDir()
	long := strings.Repeat("x", 1<<20)
	put(t, dir, "index.json", indexOf("OK", "OK"))
	put(t, dir, "a_case_1_1_1.json", caseOf("OK", "OK", fmt.Sprintf(`, "result": %q, "received": [["message", %[1]q, false]], "wirelog": [["RF", [3, %[1]q], 1, true, 0, true, %[1]q]]`, long)))
	r, err := Read(dir, Options{})
	if err != nil {
		t.Fatal(err)
	}
	res := &r.Results[0]
	for _, s := range []string{res.Explanation, res.Observed[0], res.Transcript[0].Text, res.Transcript[0].Frame.MaskKey} {
		if len(s) > 2*mostSentence {
			t.Errorf("a text of %d octets", len(s))
		}
	}
}

// wsspec writes Autobahn's form itself: what it writes can be read.
func TestReadsWhatWsspecWrites(t *testing.T) {
	r, err := reports.ReadFile("../reports/testdata/report.json")
	if err != nil {
		t.Fatal(err)
	}
	one := *r
	one.Targets, one.Results = nil, nil
	for _, target := range r.Targets {
		if target.Role == verdict.Server {
			one.Targets = append(one.Targets, target)
		}
	}
	for _, res := range r.Results {
		if res.Role == verdict.Server && res.Behavior != "" && res.Verdict != verdict.Error {
			one.Results = append(one.Results, res)
		}
	}
	dir := t.TempDir()
	if err := autobahn.Write(dir, &one); err != nil {
		t.Fatal(err)
	}
	back, err := Read(dir, Options{Role: verdict.Server})
	if err != nil {
		t.Fatal(err)
	}
	c, err := Compare(&one, back)
	if err != nil {
		t.Fatal(err)
	}
	if total := c.Total(); total.Cases == 0 || total.Agree != total.Cases {
		t.Errorf("%s", total.Sentence())
	}
}
