package faulty_test

import (
	"bytes"
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/wsspec/wsspec/conformance/faulty"
	"github.com/wsspec/wsspec/conformance/verdict"
	"github.com/wsspec/wsspec/ref/wire"
)

// symptoms runs some of the cases that fail because of a fault, and returns the
// explanation of each failure by case id.
func symptoms(t testing.TB, f faulty.Fault, role wire.Role, row faulty.Row, most int) map[string]string {
	t.Helper()
	cases := spread(pick(f, role, expand(t, row.Fails, ids(sample(f, role)))), most)
	if len(cases) == 0 {
		return nil
	}
	shown := map[string]string{}
	for _, r := range results(t, f, role, cases, short) {
		if !r.Flaky && r.Verdict == verdict.Fail {
			shown[r.Case.ID] = r.Explanation
		}
	}
	return shown
}

// TestSymptoms compares what [faulty.Symptoms] says, which [faulty.Likely] uses, with the
// explanations of today. A few may differ on a busy machine.
func TestSymptoms(t *testing.T) {
	compared, differ := 0, []string(nil)
	var mu sync.Mutex
	rows := map[string]faulty.Row{}
	for _, r := range faulty.Catches().Rows {
		rows[r.Fault+" "+r.Role] = r
	}
	known := faulty.Symptoms()
	inParallel(8, func(f faulty.Fault, role wire.Role) {
		name := f.Name + " " + role.String()
		shown := symptoms(t, f, role, rows[name], 2)
		all := ids(sample(f, role))
		mu.Lock()
		defer mu.Unlock()
		for id, why := range shown {
			compared++
			if !expand(t, known[name][faulty.Shape(why)], all)[id] {
				differ = append(differ, name+" in "+id+": "+why)
			}
		}
	})
	slices.Sort(differ)
	for _, d := range differ {
		t.Log(d)
	}
	t.Logf("%d of %d failures have the explanation of the symptoms", compared-len(differ), compared)
	if compared < len(rows) || len(differ)*20 > compared {
		t.Errorf("%d of %d failures (%d faults) have another explanation than the symptoms say; run TestMatrix with -update:\n%q",
			len(differ), compared, len(rows), differ[:min(len(differ), 10)])
	}
}

// writeSymptoms writes symptoms.json.gz: each shape once, and one fault for each line.
func writeSymptoms(t *testing.T, m faulty.Matrix, signs map[string]map[string][]string) {
	t.Helper()
	seen := map[string]bool{}
	for _, row := range signs {
		for shape := range row {
			seen[shape] = true
		}
	}
	shapes := slices.Sorted(maps.Keys(seen))
	line := func(v any) string {
		var b bytes.Buffer
		enc := json.NewEncoder(&b)
		enc.SetEscapeHTML(false)
		if err := enc.Encode(v); err != nil {
			t.Fatal(err)
		}
		return strings.TrimSpace(b.String())
	}
	var texts, rows []string
	for _, s := range shapes {
		texts = append(texts, line(s))
	}
	for _, r := range m.Rows {
		name := r.Fault + " " + r.Role
		if len(signs[name]) == 0 {
			continue
		}
		row := map[int]string{}
		for shape, globs := range signs[name] {
			i, _ := slices.BinarySearch(shapes, shape)
			row[i] = strings.Join(globs, " ")
		}
		rows = append(rows, line(name)+": "+line(row))
	}
	file := "{\n\"shapes\": [\n" + strings.Join(texts, ",\n") + "\n],\n\"rows\": {\n" + strings.Join(rows, ",\n") + "\n}\n}\n"
	pack(t, "symptoms.json", []byte(file))
}
