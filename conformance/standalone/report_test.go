package standalone

import "testing"

// report tells the test what came of the case.
func report(t *testing.T, c Case, v Verdict) {
	t.Helper()
	switch {
	case v.Failed():
		t.Errorf("case %s: %s, closing %s: %s", c.ID, v.Behavior, v.Close, v.Sentence)
	case v.Behavior == "UNIMPLEMENTED":
		t.Skipf("case %s: the peer does not take part in what the case is about", c.ID)
	case v.Behavior != "OK" || v.Close != "OK":
		t.Logf("case %s: permitted, but %s, closing %s: %s", c.ID, v.Behavior, v.Close, v.Sentence)
	}
}
