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
	shows  = flag.Bool("symptoms", false, "measure how failures are explained and write symptoms.json")
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

// opening are the cases of the opening handshake and of negotiation. A fault in
// frames that are in order until then shows in the first of them or in none.
var opening = []string{"rfc6455/3/*", "rfc6455/4.*", "rfc6455/9.1/*", "rfc6455/10.6/*", "rfc6455/11.3*", "rfc7692/7/*", "rfc7692/7-client/*", "rfc7692/7.1/*"}

// sample returns the cases of the matrix for a fault in a role: all but the heavy
// ones, those that differ by their text alone where the fault is not about text,
// and those that differ in the opening handshake alone where it is in order.
func sample(f faulty.Fault, role wire.Role) []*conformance.Case {
	stands := map[string]bool{}
	for _, id := range light {
		stands[id] = true
	}
	aboutOpening := f.Area == faulty.ServerHandshake || f.Area == faulty.ClientHandshake || f.Area == faulty.Deflate || f.Name == ""
	return slices.DeleteFunc(casesFor(role), func(c *conformance.Case) bool {
		switch {
		case matches(c.ID, heavy):
			return !stands[c.ID]
		case matches(c.ID, opening):
			return !aboutOpening && !strings.HasSuffix(c.ID, "/1")
		case strings.HasPrefix(c.ID, "6.") && f.Area != faulty.Text && f.Name != "":
			return !matches(c.ID, []string{"6.1.*", "6.2.*", "6.3.*", "6.4.*"}) && !strings.HasSuffix(c.ID, ".1")
		}
		return false
	})
}

// everything is the sample for faults of any kind.
func everything(role wire.Role) []*conformance.Case { return sample(faulty.Fault{}, role) }

// matches reports whether one of the globs takes an id.
func matches(id string, globs []string) bool {
	return slices.ContainsFunc(globs, func(g string) bool {
		group, open := strings.CutSuffix(g, "*")
		return id == group || open && strings.HasPrefix(id, group)
	})
}

// Most faults show at once, and those that show by silence show it in every
// case. What failed in short time counts if it fails in long time as well, so
// that a machine with much to do adds nothing to the matrix.
const (
	short = 400 * time.Millisecond
	long  = 1500 * time.Millisecond
)

// catchers returns the cases that fail, and that warn, because of a fault.
func catchers(t testing.TB, f faulty.Fault, role wire.Role, cases []*conformance.Case) (fails, warns []string) {
	t.Helper()
	fails, warns = play(t, f, role, cases, short)
	suspects := map[string]bool{}
	for _, id := range slices.Concat(fails, warns) {
		suspects[id] = true
	}
	if len(suspects) == 0 {
		return nil, nil
	}
	return play(t, f, role, pick(f, role, suspects), long)
}

// play runs cases against a faulty peer. A case that failed only once does not
// count.
func play(t testing.TB, f faulty.Fault, role wire.Role, cases []*conformance.Case, patience time.Duration) (fails, warns []string) {
	t.Helper()
	for _, r := range results(t, f, role, cases, patience) {
		switch {
		case r.Flaky:
		case r.Verdict == conformance.Fail:
			fails = append(fails, r.Case.ID)
		case r.Verdict == conformance.Warn:
			warns = append(warns, r.Case.ID)
		}
	}
	return fails, warns
}

// results is play with all that was found out.
func results(t testing.TB, f faulty.Fault, role wire.Role, cases []*conformance.Case, patience time.Duration) []conformance.Result {
	t.Helper()
	opts := conformance.Options{Parallel: 48, Deadlines: conformance.NewDeadlines(patience, 0, 1)}
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
		launch := func(ctx context.Context, url string) []string {
			if err := faulty.Connect(ctx, url, f); err != nil {
				return []string{err.Error()}
			}
			return nil
		}
		results, err = conformance.RunClients(t.Context(), launch, cases, opts)
	}
	if err != nil { // not Fatal: this may be called beside the test's goroutine
		t.Errorf("%s as %v: %v", f.Name, role, err)
	}
	for _, r := range results {
		if err := departure(r); err != "" {
			t.Errorf("%s as %v: %s: %s: %s", f.Name, role, r.Case.ID, err, r.Explanation)
		}
		if r.Verdict == conformance.Error {
			t.Errorf("%s as %v: %s: the harness failed: %s", f.Name, role, r.Case.ID, r.Explanation)
		}
	}
	return results
}

// silence are the explanations of what a peer did not do, which no octet shows.
var silence = []string{
	"nothing came in time", "stayed silent", "no answer to the opening request in time", "did not fail the connection",
	"left it to the client", "did not answer the Close", "neither answered the Close", "did not connect in time", "ended without having run", "still running", "cannot connect",
}

// departure says what is wrong with the place that a result names for its
// failure: a peer that failed by what it sent has one, in what it sent. Of an
// exchange the transcript has samples only.
func departure(r conformance.Result) string {
	d := r.Departs
	switch {
	case d == nil:
		silent := slices.ContainsFunc(silence, func(s string) bool { return strings.Contains(r.Explanation, s) })
		if r.Verdict == conformance.Fail && !silent && !sampled(r.Case) {
			return "the first octet that departs is missing"
		}
	case d.Entry < 0 || d.Entry >= len(r.Transcript):
		return fmt.Sprintf("departs at entry %d of %d", d.Entry, len(r.Transcript))
	case d.Octet > 0 && d.Octet >= len(r.Transcript[d.Entry].Octets):
		return fmt.Sprintf("departs at octet %d of %d", d.Octet, len(r.Transcript[d.Entry].Octets))
	case r.Transcript[d.Entry].Dir != conformance.Received && !sampled(r.Case):
		return "departs in what the peer did not send"
	}
	return ""
}

// sampled reports whether the transcript need not have everything.
func sampled(c *conformance.Case) bool {
	return slices.ContainsFunc(c.Script.Steps, func(s conformance.Step) bool { _, ok := s.(conformance.Exchange); return ok })
}

func measure(t testing.TB, f faulty.Fault, role wire.Role) faulty.Row {
	cases := sample(f, role)
	fails, warns := catchers(t, f, role, cases)
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
	known := map[string]bool{}
	for _, id := range m.Cases {
		known[id] = true
	}
	inParallel(8, func(f faulty.Fault, role wire.Role) {
		row, ok := rows[f.Name+" "+role.String()]
		if !ok {
			t.Errorf("%s as %v is not in matrix.json: run the test with -update", f.Name, role)
			return
		}
		if row.Uncaught != "" {
			fresh := slices.DeleteFunc(sample(f, role), func(c *conformance.Case) bool { return known[c.ID] })
			if len(fresh) == 0 {
				return
			}
			if fails, warns := catchers(t, f, role, fresh); len(fails)+len(warns) > 0 {
				t.Errorf("%s as %v is uncaught in matrix.json and now caught by %v: run the test with -update", f.Name, role, append(fails, warns...))
			}
			return
		}
		cases := spread(pick(f, role, expand(t, slices.Concat(row.Fails, row.Warns), ids(sample(f, role)))), 3)
		if fails, warns := play(t, f, role, cases, short); len(fails)+len(warns) == 0 {
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
	inParallel(3, func(f faulty.Fault, role wire.Role) {
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
	all := ids(slices.Concat(everything(wire.RoleServer), everything(wire.RoleClient)))
	slices.Sort(all)
	all = slices.Compact(all)
	m := faulty.Matrix{Cases: all} // each by its id, so that new ones are known
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

// inParallel calls do for every fault in each of its roles, so many at a time.
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

func ids(cases []*conformance.Case) []string {
	out := make([]string, len(cases))
	for i, c := range cases {
		out[i] = c.ID
	}
	return out
}

// pick returns the sample's cases with those ids.
func pick(f faulty.Fault, role wire.Role, wanted map[string]bool) []*conformance.Case {
	return slices.DeleteFunc(sample(f, role), func(c *conformance.Case) bool { return !wanted[c.ID] })
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
