package faulty_test

import (
	"encoding/json"
	"os"
	"slices"
	"sync"
	"testing"

	"github.com/wsspec/wsspec/conformance"
	"github.com/wsspec/wsspec/conformance/faulty"
	"github.com/wsspec/wsspec/ref/wire"
)

// symptoms plays some of the cases that fail because of a fault, and returns how
// each failure was explained.
func symptoms(t testing.TB, f faulty.Fault, role wire.Role, row faulty.Row, most int) map[string]string {
	t.Helper()
	cases := spread(pick(f, role, expand(t, row.Fails, ids(sample(f, role)))), most)
	if len(cases) == 0 {
		return nil
	}
	shown := map[string]string{}
	for _, r := range results(t, f, role, cases, short) {
		if !r.Flaky && r.Verdict == conformance.Fail {
			shown[r.Case.ID] = r.Explanation
		}
	}
	return shown
}

// TestSymptoms holds what is known of how faults show, of which guesses are
// made, against how they show today. A busy machine may show a few in another
// way.
func TestSymptoms(t *testing.T) {
	known := faulty.Symptoms()
	most, workers := 3, 8
	if *shows {
		known, most, workers = map[string]map[string]string{}, 5, 4
	}
	compared, differ := 0, []string(nil)
	var mu sync.Mutex
	rows := map[string]faulty.Row{}
	for _, r := range faulty.Catches().Rows {
		rows[r.Fault+" "+r.Role] = r
	}
	inParallel(workers, func(f faulty.Fault, role wire.Role) {
		name := f.Name + " " + role.String()
		shown := symptoms(t, f, role, rows[name], most)
		mu.Lock()
		defer mu.Unlock()
		if *shows {
			if len(shown) > 0 {
				known[name] = shown
			}
			return
		}
		for id, why := range shown {
			if known[name][id] == "" {
				continue // another choice of cases
			}
			if compared++; !faulty.SameShape(known[name][id], why) {
				differ = append(differ, name+" in "+id+": "+why+" (known: "+known[name][id]+")")
			}
		}
	})
	if *shows {
		octets, err := json.MarshalIndent(known, "", "\t")
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile("symptoms.json", append(octets, '\n'), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	slices.Sort(differ)
	t.Logf("%d of %d failures are explained as symptoms.json has it", compared-len(differ), compared)
	if compared < len(rows) || len(differ)*20 > compared {
		t.Errorf("%d of %d failures (%d faults) are explained in another way than symptoms.json has it; run the test with -symptoms:\n%q",
			len(differ), compared, len(rows), differ[:min(len(differ), 10)])
	}
}
