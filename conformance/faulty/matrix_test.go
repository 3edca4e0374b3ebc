package faulty_test

import (
	"bytes"
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/wsspec/wsspec/conformance"
	"github.com/wsspec/wsspec/conformance/faulty"
	"github.com/wsspec/wsspec/conformance/observed"
	"github.com/wsspec/wsspec/conformance/script"
	"github.com/wsspec/wsspec/conformance/verdict"
	"github.com/wsspec/wsspec/ref/wire"
)

var (
	update = flag.Bool("update", false, "measure the whole matrix and write matrix.json, and both packed files")
	whole  = flag.Bool("whole", false, "measure the whole matrix and compare it with matrix.json")
	only   = flag.String("only", "", "with -whole, -update or -update-noecho: only the faults whose names match this regular expression")
)

// sample returns the cases of the matrix for a fault in a role.
func sample(f faulty.Fault, role wire.Role) []*script.Case {
	return slices.DeleteFunc(casesFor(role), func(c *script.Case) bool { return !faulty.Measures(f, c.ID) })
}

// everything is the sample for faults of any kind.
func everything(role wire.Role) []*script.Case { return sample(faulty.Fault{}, role) }

// A case that fails with the short timeout counts only if it also fails with the long
// one, so that a busy machine adds nothing to the matrix. Most faults show
// immediately.
const (
	short = 400 * time.Millisecond
	long  = 1500 * time.Millisecond
)

// catchers returns the cases that fail, and that warn, because of a fault. why has
// the explanation of each failure.
func catchers(t testing.TB, f faulty.Fault, role wire.Role, cases []*script.Case) (fails, warns []string, why map[string]string) {
	t.Helper()
	fails, warns = play(t, f, role, cases, short)
	suspects := map[string]bool{}
	for _, id := range slices.Concat(fails, warns) {
		suspects[id] = true
	}
	if len(suspects) == 0 {
		return nil, nil, nil
	}
	fails, warns, why = nil, nil, map[string]string{}
	for _, r := range results(t, f, role, pick(f, role, suspects), long) {
		switch {
		case r.Flaky:
		case r.Verdict == verdict.Fail:
			fails = append(fails, r.Case.ID)
			why[r.Case.ID] = r.Explanation
		case r.Verdict == verdict.Warn:
			warns = append(warns, r.Case.ID)
		}
	}
	return fails, warns, why
}

// play runs cases against a faulty peer. A flaky case does not count.
func play(t testing.TB, f faulty.Fault, role wire.Role, cases []*script.Case, patience time.Duration) (fails, warns []string) {
	t.Helper()
	for _, r := range results(t, f, role, cases, patience) {
		switch {
		case r.Flaky:
		case r.Verdict == verdict.Fail:
			fails = append(fails, r.Case.ID)
		case r.Verdict == verdict.Warn:
			warns = append(warns, r.Case.ID)
		}
	}
	return fails, warns
}

// results runs cases against a faulty peer and returns all results.
func results(t testing.TB, f faulty.Fault, role wire.Role, cases []*script.Case, patience time.Duration) []conformance.Result {
	t.Helper()
	return resultsWith(t, f, role, cases, conformance.Options{Parallel: 48, Deadlines: conformance.NewDeadlines(patience, 0, 1)})
}

// resultsWith runs cases against a faulty peer as the options say.
func resultsWith(t testing.TB, f faulty.Fault, role wire.Role, cases []*script.Case, opts conformance.Options) []conformance.Result {
	t.Helper()
	var results []conformance.Result
	var err error
	if role == wire.RoleServer {
		ctx, cancel := context.WithCancel(t.Context())
		var target *conformance.Target
		var stopped <-chan struct{}
		if target, stopped, err = listen(ctx, t, f); err == nil {
			results, err = conformance.RunServer(ctx, target, cases, opts)
			cancel()
			<-stopped
		}
		cancel()
	} else {
		opts.Starter = starter(f)
		results, err = conformance.RunClients(t.Context(), nil, cases, opts)
	}
	if err != nil { // not Fatal: this may run outside the test's goroutine
		t.Errorf("%s as %v: %v", f.Name, role, err)
	}
	for _, r := range results {
		if err := departure(r); err != "" {
			t.Errorf("%s as %v: %s: %s: %s", f.Name, role, r.Case.ID, err, r.Explanation)
		}
		if r.Verdict == verdict.Error {
			t.Errorf("%s as %v: %s: the harness failed: %s", f.Name, role, r.Case.ID, r.Explanation)
		}
	}
	return results
}

// silence lists parts of explanations for something that a peer did not send. Such a
// failure has no wrong octet.
var silence = []string{
	"nothing came within", "nothing more came within", "of a frame came within", "stayed silent", "sent nothing for", "no answer to the opening request within", "did not fail the connection",
	"kept the connection", "it did not come within", "left it to the client", "did not answer the Close", "neither answered the Close", "did not connect within", "did not run the case", "ended without having run",
	"still running", "cannot connect", "while this case was played",
	"in its TLS handshake", "with a certificate", "the client was gone before", "opening request within", "no whole response to the request before",
	"took the connection and not the opening request", "on the opening request without an answer",
}

// departure checks the first wrong octet of a result, and returns what is wrong with
// it. A peer that failed by what it sent has a wrong octet in what it sent. The
// transcript of an exchange has only samples.
func departure(r conformance.Result) string {
	d := r.FirstWrong
	switch {
	case d == nil:
		silent := slices.ContainsFunc(silence, func(s string) bool { return strings.Contains(r.Explanation, s) })
		if r.Verdict == verdict.Fail && !silent && !sampled(r.Case) && !ofVariant(r) && !leftOut(r) {
			return "the first wrong octet is missing"
		}
	case d.Entry < 0 || d.Entry >= len(r.Transcript):
		return fmt.Sprintf("the first wrong octet is in entry %d of %d", d.Entry, len(r.Transcript))
	case d.Octet > 0 && d.Octet >= r.Transcript[d.Entry].Size():
		return fmt.Sprintf("the first wrong octet is octet %d of %d", d.Octet, r.Transcript[d.Entry].Size())
	case r.Transcript[d.Entry].Dir != observed.Received && !sampled(r.Case) && !ofVariant(r):
		return "the first wrong octet is not one that the peer sent"
	}
	return ""
}

// leftOut reports whether the transcript does not have all entries.
func leftOut(r conformance.Result) bool {
	return slices.ContainsFunc(r.Transcript, func(e observed.Entry) bool { return strings.HasPrefix(e.Text, "left out here") })
}

// ofVariant reports whether the result shows a variant of its case.
func ofVariant(r conformance.Result) bool { return r.Variants != nil && r.Variants.Shown != nil }

// sampled reports whether the transcript of the case has only samples.
func sampled(c *script.Case) bool {
	return slices.ContainsFunc(c.Script.Steps, func(s script.Step) bool { _, ok := s.(script.Exchange); return ok })
}

// measure returns the row of a fault, and how its failures look.
func measure(t testing.TB, f faulty.Fault, role wire.Role) (faulty.Row, map[string][]string) {
	cases := sample(f, role)
	fails, warns, why := catchers(t, f, role, cases)
	all := ids(cases)
	row := faulty.Row{Fault: f.Name, Role: role.String(), Fails: globs(fails, all), Warns: globs(warns, all)}
	bySign := map[string][]string{}
	for _, id := range fails {
		bySign[faulty.Shape(why[id])] = append(bySign[faulty.Shape(why[id])], id)
	}
	for sign, ids := range bySign {
		bySign[sign] = globs(ids, all)
	}
	if len(fails)+len(warns) == 0 {
		row.Variants = variantsThatCatch(t, f, role, cases)
	}
	if len(fails)+len(warns)+len(row.Variants) == 0 {
		row.Uncaught = "needs a case for " + strings.Join(f.Requires, " or ")
	}
	return row, bySign
}

// variantsThatCatch returns the ids of variants of cases that fail because of a fault, out
// of those that every run plays.
func variantsThatCatch(t testing.TB, f faulty.Fault, role wire.Role, cases []*script.Case) (found []string) {
	t.Helper()
	opts := conformance.Options{Parallel: 16, Deadlines: conformance.NewDeadlines(long, 0, 1), Vary: conformance.CoveringVariants}
	for _, r := range resultsWith(t, f, role, cases, opts) {
		if r.Variants != nil && r.Variants.Shown != nil {
			found = append(found, r.Variants.Shown.Case.ID)
		}
	}
	return found
}

// checkVariants runs the variants that catch a fault. One of them has to fail again.
func checkVariants(t testing.TB, f faulty.Fault, role wire.Role, row faulty.Row) {
	t.Helper()
	const most = 12
	variants, err := conformance.Choose(conformance.Selection{Run: row.Variants[:min(most, len(row.Variants))]}, casesFor(role), role)
	if err != nil {
		t.Error(err)
		return
	}
	checkCaught(t, f, role, variants)
}

// checkCaught runs three of the cases that catch a fault. One of them has to fail again. On
// a busy machine a peer may read two segments at once, so that nothing is cut for it. Then
// more cases are run, with ten times the pauses, and one that fails once is enough.
func checkCaught(t testing.TB, f faulty.Fault, role wire.Role, cases []*script.Case) {
	t.Helper()
	for _, try := range []struct {
		cases int
		slow  float64
	}{{3, 1}, {12, 10}} {
		opts := conformance.Options{Parallel: 48, Deadlines: conformance.NewDeadlines(short, 0, try.slow)}
		for _, r := range resultsWith(t, f, role, spread(cases, try.cases), opts) {
			if (r.Verdict == verdict.Fail || r.Verdict == verdict.Warn) && (!r.Flaky || try.slow > 1) {
				return
			}
		}
	}
	t.Errorf("%s as %v is no longer caught by any of %v", f.Name, role, ids(spread(cases, 12)))
}

// TestMatrix checks that the harness still catches every fault that it caught before.
// By default, it runs a few of the cases that catch each fault, and runs new cases
// against uncaught faults. With -whole, it runs everything.
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
	known := map[string]bool{}
	for _, id := range m.Cases {
		known[id] = true
	}
	inParallel(16, func(f faulty.Fault, role wire.Role) {
		row, ok := rows[f.Name+" "+role.String()]
		if !ok {
			t.Errorf("%s as %v is not in matrix.json: run the test with -update", f.Name, role)
			return
		}
		if len(row.Variants) > 0 {
			checkVariants(t, f, role, row)
			return
		}
		if row.Uncaught != "" {
			fresh := slices.DeleteFunc(sample(f, role), func(c *script.Case) bool { return known[c.ID] })
			if len(fresh) == 0 {
				return
			}
			if fails, warns, _ := catchers(t, f, role, fresh); len(fails)+len(warns) > 0 {
				t.Errorf("%s as %v is uncaught in matrix.json and now caught by %v: run the test with -update", f.Name, role, append(fails, warns...))
			}
			return
		}
		checkCaught(t, f, role, pick(f, role, expand(t, slices.Concat(row.Fails, row.Warns), ids(sample(f, role)))))
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
	signs := faulty.Symptoms()
	all := ids(slices.Concat(everything(wire.RoleServer), everything(wire.RoleClient)))
	slices.Sort(all)
	all = slices.Compact(all)
	matrix := func() faulty.Matrix {
		m := faulty.Matrix{Cases: all} // no globs here, to tell new cases from old ones
		for _, p := range faultsByRole() {
			name := p.fault.Name + " " + p.role.String()
			if row, ok := fresh[name]; ok {
				m.Rows = append(m.Rows, row)
			} else if row, ok := rows[name]; ok {
				m.Rows = append(m.Rows, row)
			}
		}
		return m
	}
	save := func(m faulty.Matrix) {
		write(t, m)
		writeSymptoms(t, m, signs)
	}
	// Run some at a time, because they mostly wait for answers that never come; not many,
	// because each connection keeps a port of this machine for a minute.
	inParallel(8, func(f faulty.Fault, role wire.Role) {
		name := f.Name + " " + role.String()
		row, ok := rows[name]
		var bySign map[string][]string
		if !ok || *only == "" || regexp.MustCompile("^("+*only+")$").MatchString(f.Name) {
			began := time.Now()
			row, bySign = measure(t, f, role)
			t.Logf("%s: %v", name, time.Since(began).Round(time.Millisecond))
		}
		mu.Lock()
		defer mu.Unlock()
		fresh[name] = row
		if len(bySign) > 0 {
			signs[name] = bySign
		}
		if *update && len(fresh)%50 == 0 { // nothing that was measured is lost if the rest is not
			save(matrix())
		}
	})
	if *update {
		save(matrix())
		return
	}
	if diff := cmp.Diff(pinned.Rows, matrix().Rows); diff != "" {
		t.Errorf("caught faults (-matrix.json +now):\n%s", diff)
	}
}

// write writes matrix.json, with one row for each line.
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
	pack(t, "matrix.json", b.Bytes())
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

// inParallel calls do for every fault in each of its roles, with the number of workers.
func inParallel(workers int, do func(faulty.Fault, wire.Role)) {
	next := make(chan pair)
	var wg sync.WaitGroup
	for range workers {
		wg.Go(func() {
			for p := range next {
				do(p.fault, p.role)
			}
		})
	}
	for _, p := range faultsByRole() {
		next <- p
	}
	close(next)
	wg.Wait()
}

func ids(cases []*script.Case) []string {
	out := make([]string, len(cases))
	for i, c := range cases {
		out[i] = c.ID
	}
	return out
}

// pick returns the cases of the sample with the wanted ids.
func pick(f faulty.Fault, role wire.Role, wanted map[string]bool) []*script.Case {
	return slices.DeleteFunc(sample(f, role), func(c *script.Case) bool { return !wanted[c.ID] })
}

// spread returns at most n cases, evenly spaced, with the first and the last one.
func spread(cases []*script.Case, n int) []*script.Case {
	if len(cases) <= n {
		return cases
	}
	var some []*script.Case
	for i := range n {
		some = append(some, cases[i*(len(cases)-1)/(n-1)])
	}
	return some
}

// groupOf returns the group of an id or a group: 6.5 for 6.5.1.
func groupOf(id string) string {
	i := strings.LastIndexAny(id, "./")
	if slash := strings.LastIndexByte(id, '/'); slash >= 0 {
		i = slash // rfc6455/5.1 has no parts
	}
	return id[:max(i, 0)]
}

// globs shortens a set of ids: a group is one glob if the set has all of its ids.
func globs(set, all []string) []string {
	in := map[string]bool{}
	for _, id := range set {
		in[id] = true
	}
	missing := map[string]bool{} // groups with an id that is not in the set
	for _, id := range all {
		if !in[id] {
			for g := groupOf(id); g != ""; g = groupOf(g) {
				missing[g] = true
			}
		}
	}
	var out []string
	for _, id := range set {
		best := id
		for g := groupOf(id); g != ""; g = groupOf(g) {
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

// expand is the inverse of globs.
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
