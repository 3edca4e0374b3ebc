package standalone

import (
	"testing"

	"github.com/wsspec/wsspec/conformance/verdict"
)

// report tells the test what came of the case.
func report(t *testing.T, c Case, v Result) {
	t.Helper()
	switch v.Verdict {
	case verdict.Fail:
		t.Errorf("case %s: %s, closing %s: %s", c.ID, v.Behavior, v.Close, c.describe(v))
	case verdict.Skip:
		t.Skipf("case %s: %s", c.ID, v.Explanation)
	case verdict.Warn:
		t.Logf("case %s: permitted, but %s, closing %s: %s", c.ID, v.Behavior, v.Close, c.describe(v))
	}
}
