package command

import (
	"strings"
	"testing"

	"github.com/wsspec/wsspec/conformance/verdict"
)

// A fault by name is a peer that the catalogue catches; a name that is none is
// answered by those like it.
func TestEchoWithAFault(t *testing.T) {
	s := serves(t, "echo", "--addr", "127.0.0.1:0", "--fault", "masks-frames")
	wsspec(t, "server", strings.TrimSpace(s.url), "--run", "1.1.2", "--timeout", "500ms").want(t, exitNonconformant, "a masked text frame from a server")
	s.interrupt()
	s.wait().want(t, exitPass)
	wsspec(t, "echo", "--fault", "masks-frame").want(t, exitUsage, "no such fault", "masks-frames")
}

// A report says where a peer departs, and what mistake is likely behind it.
func TestReportSaysTheLikelyCause(t *testing.T) {
	s := serves(t, "echo", "--addr", "127.0.0.1:0", "--fault", "accepts-unmasked")
	out := t.TempDir()
	wsspec(t, "server", strings.TrimSpace(s.url), "--run", "[12].*", "--run", "5.[678]", "--run", "rfc6455/5.1/[1245]", "--timeout", "500ms", "--out", out).want(t, exitNonconformant)
	s.interrupt()
	s.wait().want(t, exitPass)
	failed := 0
	report := readReport(t, out)
	for _, res := range report.Results {
		if res.Verdict != verdict.Fail {
			if res.LikelyCause != "" || res.FirstWrong != nil {
				t.Errorf("%s: %s: %s %+v", res.ID, res.Verdict, res.LikelyCause, res.FirstWrong)
			}
			continue
		}
		failed++
		if want := "Likely cause: the server accepts unmasked frames"; !strings.HasPrefix(res.LikelyCause, want) {
			t.Errorf("%s: %q, want %q", res.ID, res.LikelyCause, want)
		}
	}
	if failed == 0 || len(report.GoTests) != failed {
		t.Errorf("%d cases failed, %d have a Go test", failed, len(report.GoTests))
	}
	for _, test := range report.GoTests {
		o := wsspec(t, "explain", test.ID, "--go")
		if o.stdout != test.Source+report.GoTestCode[test.Code] {
			t.Errorf("the Go test of %s is not what explain --go prints", test.ID)
		}
	}
}
