package faulty_test

import (
	"bytes"
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/wsspec/wsspec/conformance"
	"github.com/wsspec/wsspec/conformance/faulty"
	"github.com/wsspec/wsspec/ref/wire"
)

var (
	update = flag.Bool("update", false, "measure the whole matrix and write matrix.json")
	whole  = flag.Bool("whole", false, "measure the whole matrix and compare it with matrix.json")
	only   = flag.String("only", "", "with -whole or -update: only this fault")
)

// heavy are the sections of large and many messages, light what stands for them
// in the matrix: each size, fragmentation and parameter that a fault could mind.
var (
	heavy = []string{"9.*", "12.*", "13.*"}
	light = []string{
		"9.1.1", "9.1.3", "9.2.2", "9.3.4", "9.5.6", "9.7.1", "9.8.2",
		"12.1.1", "12.1.4", "12.1.10", "12.1.11", "12.2.10", "12.3.9", "12.5.13",
		"13.1.3", "13.2.7", "13.3.9", "13.4.9", "13.5.9", "13.6.7", "13.7.9",
	}
)

// sample returns the cases of the matrix for a role.
func sample(role wire.Role) []*conformance.Case {
	stands := map[string]bool{}
	for _, id := range light {
		stands[id] = true
	}
	return slices.DeleteFunc(casesFor(role), func(c *conformance.Case) bool {
		for _, h := range heavy {
			if strings.HasPrefix(c.ID, strings.TrimSuffix(h, "*")) {
				return !stands[c.ID]
			}
		}
		return false
	})
}

// patience is short: most faults show at once, and those that show by silence
// show it in every case.
var patience = conformance.NewDeadlines(500*time.Millisecond, 0, 1)

// play runs cases against a faulty peer. A case that failed only once does not
// count.
func play(t testing.TB, f faulty.Fault, role wire.Role, cases []*conformance.Case) (fails, warns []string) {
	t.Helper()
	opts := conformance.Options{Parallel: 32, Deadlines: patience}
	var results []conformance.Result
	var err error
	if role == wire.RoleServer {
		ctx, cancel := context.WithCancel(t.Context())
		target, stopped := listen(ctx, t, f)
		results, err = conformance.RunServer(ctx, target, cases, opts)
		cancel()
		<-stopped
	} else {
		launch := func(ctx context.Context, url string) []string {
			if err := faulty.Connect(ctx, url, f); err != nil {
				return []string{err.Error()}
			}
			return nil
		}
		results, err = conformance.RunClients(t.Context(), launch, cases, opts)
	}
	if err != nil {
		t.Fatalf("%s as %v: %v", f.Name, role, err)
	}
	for _, r := range results {
		switch {
		case r.Flaky:
		case r.Verdict == conformance.Fail:
			fails = append(fails, r.Case.ID)
		case r.Verdict == conformance.Warn:
			warns = append(warns, r.Case.ID)
		case r.Verdict == conformance.Error:
			t.Errorf("%s as %v: %s: the harness failed: %s", f.Name, role, r.Case.ID, r.Explanation)
		}
	}
	return fails, warns
}

func measure(t testing.TB, f faulty.Fault, role wire.Role) faulty.Row {
	cases := sample(role)
	fails, warns := play(t, f, role, cases)
	all := ids(cases)
	row := faulty.Row{Fault: f.Name, Role: role.String(), Fails: globs(fails, all), Warns: globs(warns, all)}
	if len(fails)+len(warns) == 0 {
		row.Uncaught = "needs a case for " + strings.Join(f.Requires, " or ")
	}
	return row
}

// TestMatrix holds the harness to what it caught before. By default it plays a
// few of the cases that caught each fault, and every case that is new against
// the faults that none caught; -whole plays everything.
func TestMatrix(t *testing.T) {
	if *update || *whole {
		measureAll(t)
		return
	}
	m := faulty.Catches()
	rows := map[string]faulty.Row{}
	for _, r := range m.Rows {
		rows[r.Fault+" "+r.Role] = r
	}
	known := expand(t, m.Cases, ids(slices.Concat(sample(wire.RoleServer), sample(wire.RoleClient))))
	inParallel(faultsByRole(), func(f faulty.Fault, role wire.Role) {
		row, ok := rows[f.Name+" "+role.String()]
		if !ok {
			t.Errorf("%s as %v is not in matrix.json: run the test with -update", f.Name, role)
			return
		}
		if row.Uncaught != "" {
			fresh := slices.DeleteFunc(sample(role), func(c *conformance.Case) bool { return known[c.ID] })
			if fails, warns := play(t, f, role, fresh); len(fails)+len(warns) > 0 {
				t.Errorf("%s as %v is uncaught in matrix.json and now caught by %v: run the test with -update", f.Name, role, append(fails, warns...))
			}
			return
		}
		cases := spread(pick(role, expand(t, append(row.Fails, row.Warns...), ids(sample(role)))), 3)
		if fails, warns := play(t, f, role, cases); len(fails)+len(warns) == 0 {
			t.Errorf("%s as %v is no longer caught by any of %v", f.Name, role, ids(cases))
		}
	})
}

func measureAll(t *testing.T) {
	pinned := faulty.Catches()
	rows := map[string]faulty.Row{}
	for _, r := range pinned.Rows {
		rows[r.Fault+" "+r.Role] = r
	}
	var mu sync.Mutex
	fresh := map[string]faulty.Row{}
	// A few at a time: most of the time is spent waiting for what does not come.
	inParallel(faultsByRole(), func(f faulty.Fault, role wire.Role) {
		name := f.Name + " " + role.String()
		row, ok := rows[name]
		if !ok || *only == "" || *only == f.Name {
			began := time.Now()
			row = measure(t, f, role)
			t.Logf("%s: %v", name, time.Since(began).Round(time.Millisecond))
		}
		mu.Lock()
		defer mu.Unlock()
		fresh[name] = row
	})
	all := ids(slices.Concat(sample(wire.RoleServer), sample(wire.RoleClient)))
	slices.Sort(all)
	all = slices.Compact(all)
	m := faulty.Matrix{Cases: globs(all, all)}
	for _, p := range faultsByRole() {
		m.Rows = append(m.Rows, fresh[p.fault.Name+" "+p.role.String()])
	}
	if *update {
		write(t, m)
		return
	}
	if diff := cmp.Diff(pinned.Rows, m.Rows); diff != "" {
		t.Errorf("what catches what (-matrix.json +now):\n%s", diff)
	}
}

// write writes matrix.json, a row a line.
func write(t *testing.T, m faulty.Matrix) {
	t.Helper()
	var b bytes.Buffer
	line := func(v any) string {
		var one bytes.Buffer
		enc := json.NewEncoder(&one)
		enc.SetEscapeHTML(false)
		if err := enc.Encode(v); err != nil {
			t.Fatal(err)
		}
		return strings.TrimSpace(one.String())
	}
	fmt.Fprintf(&b, "{\n\"cases\": %s,\n\"rows\": [\n", line(m.Cases))
	for i, r := range m.Rows {
		b.WriteString(line(r))
		if i < len(m.Rows)-1 {
			b.WriteByte(',')
		}
		b.WriteByte('\n')
	}
	b.WriteString("]\n}\n")
	if err := os.WriteFile("matrix.json", b.Bytes(), 0o644); err != nil {
		t.Fatal(err)
	}
}

type pair struct {
	fault faulty.Fault
	role  wire.Role
}

func faultsByRole() []pair {
	var pairs []pair
	for _, f := range faulty.Faults() {
		for _, role := range f.Roles() {
			pairs = append(pairs, pair{f, role})
		}
	}
	return pairs
}

// inParallel calls do for every pair, a few at a time.
func inParallel(pairs []pair, do func(faulty.Fault, wire.Role)) {
	next := make(chan pair)
	var wg sync.WaitGroup
	for range 6 {
		wg.Go(func() {
			for p := range next {
				do(p.fault, p.role)
			}
		})
	}
	for _, p := range pairs {
		next <- p
	}
	close(next)
	wg.Wait()
}

func ids(cases []*conformance.Case) []string {
	out := make([]string, len(cases))
	for i, c := range cases {
		out[i] = c.ID
	}
	return out
}

// pick returns the sample's cases with those ids.
func pick(role wire.Role, wanted map[string]bool) []*conformance.Case {
	return slices.DeleteFunc(sample(role), func(c *conformance.Case) bool { return !wanted[c.ID] })
}

// spread returns at most n of the cases, the first, the last and those between
// at even distances.
func spread(cases []*conformance.Case, n int) []*conformance.Case {
	if len(cases) <= n {
		return cases
	}
	var some []*conformance.Case
	for i := range n {
		some = append(some, cases[i*(len(cases)-1)/(n-1)])
	}
	return some
}

// above returns the number or name that stands above an id: 6.5 above 6.5.1.
func above(id string) string {
	i := strings.LastIndexAny(id, "./")
	if slash := strings.LastIndexByte(id, '/'); slash >= 0 {
		i = slash // rfc6455/5.1 has no parts
	}
	return id[:max(i, 0)]
}

// globs writes a set of ids shortly: a group is one glob where all of it is in
// the set.
func globs(set, all []string) []string {
	in := map[string]bool{}
	for _, id := range set {
		in[id] = true
	}
	missing := map[string]bool{} // groups that are not whole
	for _, id := range all {
		if !in[id] {
			for g := above(id); g != ""; g = above(g) {
				missing[g] = true
			}
		}
	}
	var out []string
	for _, id := range set {
		best := id
		for g := above(id); g != ""; g = above(g) {
			if missing[g] {
				break
			}
			best = g + id[len(g):len(g)+1] + "*"
		}
		if !slices.Contains(out, best) {
			out = append(out, best)
		}
	}
	return out
}

// expand is the opposite of globs.
func expand(t testing.TB, patterns, all []string) map[string]bool {
	t.Helper()
	out := map[string]bool{}
	for _, p := range patterns {
		group, isGroup := strings.CutSuffix(p, "*")
		for _, id := range all {
			if id == p || isGroup && strings.HasPrefix(id, group) {
				out[id] = true
			}
		}
	}
	return out
}
