package run

import (
	"sync/atomic"
	"testing"
	"time"

	"github.com/wsspec/wsspec/conformance/script"
	"github.com/wsspec/wsspec/conformance/verdict"
	"github.com/wsspec/wsspec/ref/wire"
)

// A server that answers each plain opening request at once gets twice as many cases at once,
// unless the user has said how many.
func TestAQuickServerGetsMoreCasesAtOnce(t *testing.T) {
	for _, tt := range []struct {
		name     string
		opts     Options
		openings int
		slowest  time.Duration
		late     bool
		want     int
	}{
		{"nothing is known yet", Options{}, plainOfQuick - 1, time.Millisecond, false, DefaultParallel},
		{"quick", Options{}, plainOfQuick, time.Millisecond, false, 2 * DefaultParallel},
		{"one opening took long", Options{}, plainOfQuick, openingAtOnce + 1, false, DefaultParallel},
		{"one opening was not answered in time", Options{}, plainOfQuick, time.Millisecond, true, DefaultParallel},
		{"quick, and the user says how many", Options{Parallel: 16}, plainOfQuick, time.Millisecond, false, 16},
	} {
		r := &serverRun{opts: tt.opts.withDefaults(), experience: &experience{}}
		for range tt.openings {
			r.experience.learnPlainOpening(time.Microsecond)
		}
		r.experience.learnPlainOpening(tt.slowest)
		r.experience.plain = tt.openings
		if tt.late {
			r.experience.learnOpening(false)
		}
		if got := r.many(); got != tt.want {
			t.Errorf("%s: %d cases at once, want %d", tt.name, got, tt.want)
		}
	}
}

// While cases are played, how many run at once follows what the run says.
func TestCasesAtOnceFollowTheRun(t *testing.T) {
	cases := make([]*script.Case, 40)
	places := make([]int, len(cases))
	for i := range cases {
		cases[i], places[i] = &script.Case{}, i
	}
	b := newResultList(cases, wire.RoleServer, Options{}.withDefaults())
	var most atomic.Int64
	most.Store(2)
	began, end := make(chan struct{}), make(chan struct{})
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		b.playUpTo(t.Context(), places, func() int { return int(most.Load()) }, func(int) int64 { return 0 }, func(i int) (Result, bool) {
			began <- struct{}{}
			<-end
			return Result{Case: cases[i], Verdict: verdict.Pass}, true
		})
	}()
	underWay, played := 0, 0
	// until waits until so many cases are under way.
	until := func(n int) {
		for ; underWay < n; underWay++ {
			<-began
		}
	}
	until(2)
	most.Store(5)
	end <- struct{}{}
	underWay, played = underWay-1, played+1
	until(5) // the one that ended began the others
	most.Store(3)
	for range 2 {
		end <- struct{}{}
		underWay, played = underWay-1, played+1
	}
	for played < len(cases) {
		select {
		case <-began:
			if underWay++; underWay > 3 {
				t.Fatalf("%d cases are under way, want 3", underWay)
			}
		case end <- struct{}{}:
			underWay, played = underWay-1, played+1
		}
	}
	<-ended
}
