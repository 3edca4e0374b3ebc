package faulty_test

import (
	"math/rand/v2"
	"sync"
	"testing"

	"github.com/wsspec/wsspec/conformance/faulty"
	"github.com/wsspec/wsspec/conformance/script"
	"github.com/wsspec/wsspec/ref/wire"
)

// pairs is how many pairs of faults are drawn for each role, and casesOfEach how many of the
// cases that catch a fault are played for it.
const (
	pairs       = 50
	casesOfEach = 3
)

// A peer with any two faults is still caught: one mistake does not hide another one so well
// that both are missed. The pairs are drawn at random, and are the same each time.
func TestPairsOfFaultsAreCaught(t *testing.T) {
	if testing.Short() {
		t.Skip("plays a hundred peers")
	}
	for _, role := range []wire.Role{wire.RoleServer, wire.RoleClient} {
		caught := caughtFaults(t, role)
		if len(caught) < 100 {
			t.Fatalf("%v: only %d faults are caught", role, len(caught))
		}
		r := rand.New(rand.NewPCG(18, uint64(role)))
		var running sync.WaitGroup
		atOnce := make(chan struct{}, 8)
		for range pairs {
			a := caught[r.IntN(len(caught))]
			b := caught[r.IntN(len(caught))]
			running.Go(func() {
				atOnce <- struct{}{}
				defer func() { <-atOnce }()
				both := faulty.Both(a.fault, b.fault)
				fails, _ := play(t, both, role, distinct(a.cases, b.cases), short)
				if len(fails) == 0 {
					t.Errorf("%s as %v: none of the cases that catch one of them fails", both.Name, role)
				}
			})
		}
		running.Wait()
	}
}

// A caughtFault is a fault with some of the cases that fail because of it.
type caughtFault struct {
	fault faulty.Fault
	cases []*script.Case
}

// caughtFaults are the faults that the matrix has as caught by cases as they are.
func caughtFaults(t *testing.T, role wire.Role) (caught []caughtFault) {
	for _, row := range faulty.Catches().Rows {
		if row.Role != role.String() || len(row.Fails) == 0 || byName(t, row.Fault).Area == faulty.TLS {
			continue // a fault of TLS shows in other cases than the rest
		}
		cases, err := script.Selection{Run: row.Fails[:min(len(row.Fails), casesOfEach)]}.Select(casesFor(role))
		if err != nil {
			t.Fatalf("%s: %v", row.Fault, err)
		}
		caught = append(caught, caughtFault{byName(t, row.Fault), cases[:min(len(cases), casesOfEach)]})
	}
	return caught
}

// distinct joins two lists of cases.
func distinct(a, b []*script.Case) []*script.Case {
	known := map[string]bool{}
	var out []*script.Case
	for _, c := range append(append([]*script.Case{}, a...), b...) {
		if !known[c.ID] {
			known[c.ID] = true
			out = append(out, c)
		}
	}
	return out
}
