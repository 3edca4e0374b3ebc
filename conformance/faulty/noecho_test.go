package faulty_test

import (
	"cmp"
	"encoding/json"
	"flag"
	"os"
	"regexp"
	"slices"
	"sync"
	"testing"

	"github.com/wsspec/wsspec/conformance"
	"github.com/wsspec/wsspec/conformance/faulty"
	"github.com/wsspec/wsspec/conformance/script"
	"github.com/wsspec/wsspec/conformance/verdict"
	"github.com/wsspec/wsspec/ref/wire"
)

// noEchoFiles have the [noEchoTable] of a role. There is none for clients yet.
var noEchoFiles = map[wire.Role]string{wire.RoleServer: "noecho.json"}

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
func withoutEcho(t testing.TB, f faulty.Fault, role wire.Role, cases []*script.Case) []conformance.Result {
	opts := conformance.Options{NoEcho: true, Parallel: 8, Deadlines: conformance.NewDeadlines(short, 0, 1)}
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
	for role, file := range noEchoFiles {
		t.Run(role.String(), func(t *testing.T) {
			if *measureNoEcho {
				measureWithoutEcho(t, role, file)
			} else {
				faultsShowWithoutEchoes(t, role, file)
			}
		})
	}
}

func faultsShowWithoutEchoes(t *testing.T, role wire.Role, file string) {
	octets, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var table noEchoTable
	if err := json.Unmarshal(octets, &table); err != nil {
		t.Fatal(err)
	}
	var faults sync.WaitGroup
	running := make(chan struct{}, 16) // most of them wait for a peer that does nothing
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
				last = withoutEcho(t, f, role, pick(f, role, map[string]bool{id: true}))[0]
				if last.Verdict == verdict.Fail || last.Verdict == verdict.Warn {
					return
				}
			}
			t.Errorf("%s: case %s is %s: %s", f.Name, id, last.Verdict, last.Explanation)
		})
	}
	faults.Wait()
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
		for _, r := range withoutEcho(t, correct, role, sample(correct, role)) {
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
				best := ""
				for _, r := range withoutEcho(t, f, role, sample(f, role)) {
					switch {
					case r.Flaky || usual[r.Case.ID] != verdict.Pass:
					case r.Verdict == verdict.Fail:
						best = r.Case.ID
					case r.Verdict == verdict.Warn && best == "":
						best = r.Case.ID
					}
					if r.Verdict == verdict.Fail && best == r.Case.ID {
						break
					}
				}
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
