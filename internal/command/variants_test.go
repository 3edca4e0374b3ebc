package command

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/wsspec/wsspec/conformance/verdict"
)

// A case that fails by a variant: what a run says, what the report has, and how to play the
// variant again.
func TestACaseThatFailsByAVariant(t *testing.T) {
	s := serves(t, "echo", "--addr", "127.0.0.1:0", "--fault", "loses-half-16-bit-length")
	url := strings.TrimSpace(s.url)
	dir, autobahnDir := t.TempDir(), t.TempDir()
	const says = "Passes as it is; fails when cut after octet 3 of the header of the text frame ("
	wsspec(t, "server", url, "--run", "1.1.2", "--run", "1.1.3", "--timeout", "500ms", "--out", dir, "--autobahn-out", autobahnDir).
		want(t, exitNonconformant, "FAIL 1.1.3 a text message of 126 octets: "+says, "; 1.1.3+cut@3)", "wsspec explain 1.1.3+cut@3", "--run 1.1.3+cut@3")
	report := readReport(t, dir)
	for _, res := range report.Results {
		failed := res.ID == "1.1.3"
		switch {
		case (res.Verdict == verdict.Fail) != failed, res.Behavior != verdict.OK, res.BehaviorClose != verdict.CloseOK:
			t.Errorf("%s: %s (%s, %s): %s", res.ID, res.Verdict, res.Behavior, res.BehaviorClose, res.Explanation)
		case failed && (res.Variants == nil || res.Variants.Shown != "1.1.3+cut@3" || res.Variants.Failed < 1 || res.Variants.Played < 10):
			t.Errorf("%s: the variants are %+v", res.ID, res.Variants)
		case failed && res.LikelyCause != "":
			t.Errorf("%s: %s, from cases that passed as they are", res.ID, res.LikelyCause)
		}
	}
	// The Go test of the report is that of the variant.
	if len(report.GoTests) != 1 || report.GoTests[0].Source+report.GoTestCode[0] != wsspec(t, "explain", "1.1.3+cut@3", "--go").stdout {
		t.Errorf("%d Go tests, want that of the variant", len(report.GoTests))
	}
	// Scripts that read Autobahn's form read the verdicts of the case.
	index, err := os.ReadFile(filepath.Join(autobahnDir, "index.json"))
	if err != nil || strings.Contains(string(index), "FAILED") || !strings.Contains(string(index), `"1.1.3"`) {
		t.Errorf("index.json is %s, %v", index, err)
	}
	wsspec(t, "server", url, "--run", "1.1.3+cut@3", "--timeout", "500ms").want(t, exitNonconformant, "FAIL 1.1.3+cut@3 a text message of 126 octets [when cut after octet 3 of the header of the text frame]: Expected")
	wsspec(t, "server", url, "--run", "1.1.3+cut@2", "--timeout", "500ms").want(t, exitPass)
	s.interrupt()
	s.wait().want(t, exitPass)
}

func TestExplainVariants(t *testing.T) {
	wsspec(t, "explain", "3.2+cut@3").want(t, exitPass, "3.2+cut@3: a text frame, one with RSV2 set, a ping [when cut after octet 3 of the header of frame 1 (text)]", "(cut after octet 3)")
	wsspec(t, "explain", "1.1.2+size@4088", "--role", "server").want(t, exitPass, "a frame of 4096")
	wsspec(t, "explain", "1.1.2+size@4092", "--role", "client").want(t, exitPass, "a frame of 4096")
	wsspec(t, "explain", "3.2+cut@3", "--go").want(t, exitPass, "func TestCase_3_2_cut_3(t *testing.T)", "Cuts")
	wsspec(t, "explain", "3.2+cut@3000").want(t, exitUsage, "the variant +cut@3000 does not fit case 3.2; there are +cut@1, ")
	wsspec(t, "explain", "3.2+cute@3").want(t, exitUsage, "there is no variant +cute; there are +cut, ")
	wsspec(t, "server", "ws://127.0.0.1:1/", "--run", "7.13.1+cut@3").want(t, exitUsage, "case 7.13.1 has no variants for a server")
}
