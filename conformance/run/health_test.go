package run

import (
	"slices"
	"testing"
	"testing/synctest"

	"github.com/wsspec/wsspec/conformance/verdict"
)

// ended plays a case up to its end: the server ended TCP.
func ended(t *testing.T, h *health, i int) *visit {
	t.Helper()
	v, why := h.enter(t.Context(), i, false)
	if v == nil {
		t.Fatal(why)
	}
	if settled := h.leave(v, Result{Verdict: verdict.Fail, abrupt: true}); !settled {
		t.Fatalf("case %d is a suspect before anyone searches", i)
	}
	return v
}

func places(suspects []*visit) []int {
	var out []int
	for _, s := range suspects {
		out = append(out, s.i)
	}
	return out
}

// The case that finds the server gone searches, and plays all that ended since the server
// is known to have served. A case that finds it gone too, before the search begins, is one
// of them. One that does so later waits for the end of the search, and is played again: it
// is not lost.
func TestNoCaseIsLostInASearch(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHealth()
		early := ended(t, h, 1)
		h.served(early.ended.Add(1)) // so that the early case is known not to have stopped it
		first := ended(t, h, 2)
		suspects, as := h.suspect(first)
		if got := places(suspects); as != searcher || !slices.Equal(got, []int{2}) {
			t.Fatalf("case 2 is a %v of %v, want the searcher, of 2 alone", as, got)
		}
		later := searcher
		go func() { _, later = h.suspect(early) }()
		synctest.Wait()
		h.resume("")
		synctest.Wait()
		if later != bystander {
			t.Errorf("case 1 is a %v of a search that does not play it, want a bystander", later)
		}
	})
}

// While a search waits for the cases under way, each that ends is one of its suspects.
func TestCasesUnderWayAreSuspects(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHealth()
		slow, _ := h.enter(t.Context(), 1, false)
		first := ended(t, h, 2)
		var found []int
		go func() { suspects, _ := h.suspect(first); found = places(suspects) }()
		synctest.Wait()
		if h.leave(slow, Result{Verdict: verdict.Pass}) {
			t.Error("the case under way is settled, and was played while the server may have been gone")
		}
		synctest.Wait()
		if !slices.Equal(found, []int{1, 2}) {
			t.Errorf("the suspects are %v, want 1 and 2", found)
		}
	})
}
