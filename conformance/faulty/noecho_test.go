package faulty_test

import (
	"cmp"
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

	"github.com/wsspec/wsspec/conformance"
	"github.com/wsspec/wsspec/conformance/faulty"
	"github.com/wsspec/wsspec/conformance/script"
	"github.com/wsspec/wsspec/conformance/verdict"
	"github.com/wsspec/wsspec/ref/wire"
)

// noEchoFiles have the [noEchoTable] of each role.
var noEchoFiles = map[wire.Role]string{wire.RoleServer: "noecho.json", wire.RoleClient: "noecho_client.json"}

var measureNoEcho = flag.Bool("update-noecho", false, "measure again which faults a run without echoes detects")

// noEchoTable says which faults of peers that send no message back show in a run without
// echoes, each with a case that fails or warns, and which do not.
type noEchoTable struct {
	Caught map[string]string `json:"caught"`
	Unseen []string          `json:"unseen"`
}

// mostPlays is how often a case is played until it catches a fault. Where a fault is about
// the octets of one read, it is chance whether the peer reads by itself what was written by
// itself.
const mostPlays = 20

// withoutEcho plays cases without echoes with a peer that has a fault and sends no
// message back.
func withoutEcho(t testing.TB, f faulty.Fault, role wire.Role, cases []*script.Case, patience time.Duration) []conformance.Result {
	opts := conformance.Options{NoEcho: true, Parallel: 8, Deadlines: conformance.NewDeadlines(patience, 0, 1)}
	return resultsWith(t, f.WithoutEcho(), role, cases, opts)
}

// A peer without a fault that sends no message back fails nothing without echoes, and
// neither does one that sends messages back. Nothing is skipped but what such a peer
// would not be asked for with echoes either.
func TestWithoutEchoesNothingIsMadeOfACorrectPeer(t *testing.T) {
	for _, role := range []wire.Role{wire.RoleServer, wire.RoleClient} {
		t.Run(role.String(), func(t *testing.T) { nothingIsMadeOfACorrectPeer(t, role) })
	}
}

func nothingIsMadeOfACorrectPeer(t *testing.T, role wire.Role) {
	cases := everything(role)
	opts := conformance.Options{NoEcho: true, Deadlines: conformance.NewDeadlines(long, 0, 1)}
	for name, f := range map[string]faulty.Fault{"silent": faulty.Fault{}.WithoutEcho(), "echoing": {}} {
		skipped := map[string]bool{}
		for _, r := range resultsWith(t, faulty.Fault{}, role, cases, conformance.Options{Deadlines: conformance.NewDeadlines(long, 0, 1)}) {
			skipped[r.Case.ID] = r.Verdict == verdict.Skip
		}
		for _, r := range resultsWith(t, f, role, cases, opts) {
			if r.Verdict == verdict.Fail || r.Verdict == verdict.Skip && !skipped[r.Case.ID] {
				t.Errorf("%s peer: %s is %s: %s", name, r.Case.ID, r.Verdict, r.Explanation)
			}
		}
	}
}

// Each fault that a table calls caught is caught by the case that it names.
func TestFaultsThatShowWithoutEchoes(t *testing.T) {
	if !*measureNoEcho {
		t.Parallel() // most of the time is waiting
	}
	for role, file := range noEchoFiles {
		t.Run(role.String(), func(t *testing.T) {
			if *measureNoEcho {
				measureWithoutEcho(t, role, file)
			} else {
				t.Parallel() // it mostly waits
				faultsShowWithoutEchoes(t, role, file)
			}
		})
	}
}

func faultsShowWithoutEchoes(t *testing.T, role wire.Role, file string) {
	table := readNoEcho(t, file)
	var faults sync.WaitGroup
	running := make(chan struct{}, 32) // most of them wait for a peer that does nothing
	for _, f := range faulty.Faults() {
		id, caught := table.Caught[f.Name]
		if !f.HasRole(role) {
			continue
		}
		if !caught {
			if !slices.Contains(table.Unseen, f.Name) {
				t.Errorf("%s is not in %s: measure it with -run TestFaultsThatShowWithoutEchoes -update-noecho", f.Name, file)
			}
			continue
		}
		faults.Go(func() {
			running <- struct{}{}
			defer func() { <-running }()
			var last conformance.Result
			for range mostPlays {
				last = withoutEcho(t, f, role, pick(f, role, map[string]bool{id: true}), long)[0]
				if last.Verdict == verdict.Fail || last.Verdict == verdict.Warn {
					return
				}
			}
			t.Errorf("%s: case %s is %s: %s", f.Name, id, last.Verdict, last.Explanation)
		})
	}
	faults.Wait()
}

func readNoEcho(t *testing.T, file string) (table noEchoTable) {
	t.Helper()
	octets, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(octets, &table); err != nil {
		t.Fatal(err)
	}
	return table
}

// measureWithoutEcho writes the table anew, or with -only a part of it.
func measureWithoutEcho(t *testing.T, role wire.Role, file string) {
	table := noEchoTable{Caught: map[string]string{}}
	chosen := regexp.MustCompile("^(" + cmp.Or(*only, ".*") + ")$")
	if octets, err := os.ReadFile(file); err == nil && *only != "" {
		if err := json.Unmarshal(octets, &table); err != nil {
			t.Fatal(err)
		}
		table.Unseen = slices.DeleteFunc(table.Unseen, chosen.MatchString)
	}
	var mu sync.Mutex
	usual := map[string]verdict.Verdict{} // what a correct peer gets: without TLS, and over TLS
	for _, correct := range []faulty.Fault{{}, {Area: faulty.TLS}} {
		for _, r := range withoutEcho(t, correct, role, sample(correct, role), short) {
			usual[r.Case.ID] = r.Verdict
		}
	}
	t.Run("faults", func(t *testing.T) {
		for _, f := range faulty.Faults() {
			if !f.HasRole(role) || !chosen.MatchString(f.Name) {
				continue
			}
			delete(table.Caught, f.Name)
			t.Run(f.Name, func(t *testing.T) {
				t.Parallel()
				best := catcherWithoutEcho(t, f, role, usual)
				mu.Lock()
				defer mu.Unlock()
				if best == "" {
					table.Unseen = append(table.Unseen, f.Name)
				} else {
					table.Caught[f.Name] = best
				}
			})
		}
	})
	slices.Sort(table.Unseen)
	octets, err := json.MarshalIndent(table, "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, append(octets, '\n'), 0o644); err != nil {
		t.Fatal(err)
	}
}

// A client that ends while a case pauses has run the case: what it did is judged.
func TestAClientThatEndsInAPauseOfTheCase(t *testing.T) {
	f := byName(t, "resets-on-message")
	const pauses = "rfc6455/5.5/15"
	for _, r := range withoutEcho(t, f, wire.RoleClient, pick(f, wire.RoleClient, map[string]bool{pauses: true}), short) {
		if r.Verdict != verdict.Skip || !strings.Contains(r.Explanation, "the client ended the connection by itself") {
			t.Errorf("case %s is %s: %s", r.Case.ID, r.Verdict, r.Explanation)
		}
	}
}

// docs/no-echo.md has the table of how many faults of which area show without echoes.
func TestNoEchoTableOfTheDocs(t *testing.T) {
	doc, err := os.ReadFile("../../docs/no-echo.md")
	if err != nil {
		t.Fatal(err)
	}
	type row struct{ faults, caught [3]int }
	rows, all := map[faulty.Area]*row{}, &row{}
	var areas []faulty.Area
	for role, file := range noEchoFiles {
		table := readNoEcho(t, file)
		for _, f := range faulty.Faults() {
			if rows[f.Area] == nil {
				rows[f.Area] = &row{}
			}
			if !slices.Contains(areas, f.Area) {
				areas = append(areas, f.Area)
			}
			for _, r := range []*row{rows[f.Area], all} {
				if f.HasRole(role) {
					r.faults[role]++
				}
				if table.Caught[f.Name] != "" {
					r.caught[role]++
				}
			}
		}
	}
	line := func(name faulty.Area, r *row) string {
		return fmt.Sprintf("| %s | %d | %d | %d | %d |\n", name, r.faults[wire.RoleServer], r.caught[wire.RoleServer], r.faults[wire.RoleClient], r.caught[wire.RoleClient])
	}
	want := ""
	for _, area := range areas {
		want += line(area, rows[area])
	}
	want += line("all", all)
	if !strings.Contains(string(doc), want) {
		t.Errorf("docs/no-echo.md has to have these lines:\n%s", want)
	}
}

// mostSuspects is how many cases are played again in a measurement of a fault, mostAgain how
// often, and enoughAgain how often they then have to show the fault.
const (
	mostSuspects = 24
	mostAgain    = 5
	enoughAgain  = 2
)

// catcherWithoutEcho is a case that a peer with a fault fails or, if there is none, one that
// warns; empty if there is neither. A case that fails with the short timeout counts only if it
// does so again with the long one. A case that a correct peer does not pass says nothing. What
// shows only on several connections needs a case that has them: the test plays it alone.
func catcherWithoutEcho(t testing.TB, f faulty.Fault, role wire.Role, usual map[string]verdict.Verdict) string {
	found := map[verdict.Verdict][]string{}
	for _, r := range withoutEcho(t, f, role, sample(f, role), short) {
		if was := usual[r.Case.ID]; !r.Flaky && was != verdict.Fail && was != verdict.Warn {
			found[r.Verdict] = append(found[r.Verdict], r.Case.ID)
		}
	}
	for _, v := range []verdict.Verdict{verdict.Fail, verdict.Warn} {
		suspects, again := map[string]bool{}, map[string]int{}
		for _, id := range found[v][:min(len(found[v]), mostSuspects)] {
			suspects[id] = true
		}
		for range mostAgain {
			if len(suspects) == 0 {
				break
			}
			for _, r := range withoutEcho(t, f, role, pick(f, role, suspects), long) {
				if r.Flaky || r.Verdict != v {
					continue
				}
				if again[r.Case.ID]++; again[r.Case.ID] == enoughAgain {
					return r.Case.ID
				}
			}
		}
	}
	return ""
}
