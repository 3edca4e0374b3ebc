package run

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/wsspec/wsspec/conformance/script"
	"github.com/wsspec/wsspec/conformance/vary"
	"github.com/wsspec/wsspec/conformance/verdict"
	"github.com/wsspec/wsspec/ref/wire"
)

// Variants say how a case went in other shapes.
type Variants struct {
	// Played is how many variants said something of the peer, Failed how many of them
	// failed.
	Played, Failed int
	// Shown is the failed variant that the result shows, the simplest one that was found;
	// nil if none failed. The explanation, the events and the transcript of the result
	// are its. The two verdicts of Autobahn stay those of the case as it is.
	Shown *vary.Variant
}

// A variation plays the variants of the cases of a run, behind the cases themselves, and
// folds what came of them into the results of the cases.
type variation struct {
	role wire.Role
	opts Options
	// play plays cases as the run does.
	play func(ctx context.Context, cases []*script.Case, opts Options) ([]Result, error)

	choices map[*script.Case][]vary.Choice
	// own has the results of the cases as they are.
	own map[*script.Case]Result
	// told has the variant that Found was told of last, by case.
	told map[*script.Case]*script.Case
	mu   sync.Mutex
	// found has what came of the variants of a case.
	found map[*script.Case]*finding
	// failures counts those of a place, also the ones that are not settled.
	failures map[string]int
	// late counts the variants that wait for another play in the batch.
	late int
	// kept is what the results of the findings take.
	kept allowance
}

// A finding is what came of the variants of one case.
type finding struct {
	Variants
	result Result // of the variant that is shown
	place  string
	at     int // among the choices of the case
}

// Bounds on how much a run does for a peer that fails.
const (
	// batch is how many variants are made and played at a time.
	batch = 2000
	// failuresOfPlace is how many cases show the same place of a transform.
	failuresOfPlace = 2
	// latest is how many variants of a batch wait for a second play, which each takes long.
	latest = 32
	// mostShrunk is how many findings are made simpler.
	mostShrunk = 8
)

// newVariation chooses the variants of a run. The function plays cases as the run does.
func newVariation(cases []*script.Case, role wire.Role, opts Options, play func(context.Context, []*script.Case, Options) ([]Result, error)) *variation {
	v := &variation{
		role: role, opts: opts, play: play, choices: map[*script.Case][]vary.Choice{},
		own: map[*script.Case]Result{}, told: map[*script.Case]*script.Case{},
		found: map[*script.Case]*finding{}, failures: map[string]int{},
	}
	among, own := opts.VaryAmong, map[*script.Case]bool{}
	if among == nil {
		among = cases
	}
	for _, c := range cases {
		own[c] = true
	}
	for _, c := range vary.Select(among, role, opts.Vary) {
		if own[c.Of] {
			v.choices[c.Of] = append(v.choices[c.Of], c)
		}
	}
	return v
}

// run plays the cases, and then their variants.
func (v *variation) run(ctx context.Context, cases []*script.Case) ([]Result, error) {
	results, err := v.play(ctx, cases, v.opts)
	if err != nil || len(v.choices) == 0 || v.opts.Vary == vary.Covering && mostFail(results) {
		return results, err
	}
	err = v.playVariants(ctx, results)
	for i := range results {
		v.fold(&results[i])
	}
	return results, err
}

// mostFail reports whether more than half of the cases that say something of the peer
// failed. What is wrong with such a peer shows without variants, and they would take long.
func mostFail(results []Result) bool {
	ran, failed := 0, 0
	for i := range results {
		switch {
		case results[i].Verdict == verdict.Fail:
			ran, failed = ran+1, failed+1
		case results[i].Verdict.Ran() && results[i].Verdict != verdict.Skip:
			ran++
		}
	}
	return 2*failed > ran
}

// varies reports whether variants are played of a case with that result. A case that
// fails as it is says nothing by its variants.
func (v *variation) varies(r *Result) bool {
	return len(v.choices[r.Case]) > 0 && (r.Verdict == verdict.Pass || r.Verdict == verdict.Warn) && !r.Flaky
}

// playVariants plays first one variant of each place, the one of the simplest case, and
// then all others. If the first one fails, the others would say the same again.
func (v *variation) playVariants(ctx context.Context, results []Result) error {
	var first, rest []vary.Choice
	seen := map[string]bool{}
	for i := range results {
		if !v.varies(&results[i]) {
			continue
		}
		v.own[results[i].Case] = results[i]
		for _, c := range v.choices[results[i].Case] {
			if c.Answers && !seen[c.Place] {
				seen[c.Place] = true
				first = append(first, c)
			} else {
				rest = append(rest, c)
			}
		}
	}
	for list := range slices.Chunk(first, batch) {
		if err := v.playBatch(ctx, list, 1); err != nil {
			return err
		}
	}
	for list := range slices.Chunk(rest, batch) {
		if err := v.playBatch(ctx, list, failuresOfPlace); err != nil {
			return err
		}
	}
	return v.shrink(ctx)
}

// playBatch plays variants. Of each place it plays no more when so many have failed. Those that
// were under way then may fail too: the first ones in the order of the list stay, whatever the
// order in time was, so that the next run says the same.
func (v *variation) playBatch(ctx context.Context, choices []vary.Choice, most int) error {
	v.late = 0
	of := map[*script.Case]vary.Choice{}
	made := map[*script.Case]*vary.Variant{}
	var cases []*script.Case
	order, left := map[*script.Case]int{}, map[string]int{} // left: so many of a place may fail yet
	for _, c := range choices {
		if v.failures[c.Place] >= most {
			continue
		}
		left[c.Place] = most - v.failures[c.Place]
		variant, err := vary.Make(c.Of, v.role, c.Shape)
		if err != nil {
			return fmt.Errorf("the variant %s+%s cannot be made: %w", c.Of.ID, c.Shape, err)
		}
		of[variant.Case], made[variant.Case], order[variant.Case] = c, variant, len(cases)
		cases = append(cases, variant.Case)
	}
	opts := v.opts
	opts.Done, opts.DoneKeeps, opts.lean = v.telling(of, made), false, true
	opts.unwanted = func(c *script.Case) bool {
		v.mu.Lock()
		defer v.mu.Unlock()
		return v.failures[of[c].Place] >= most
	}
	failing := map[string][]int{} // of a place, in order
	opts.failed = func(c *script.Case, late bool) (again bool) {
		v.mu.Lock()
		defer v.mu.Unlock()
		place := of[c].Place
		v.failures[place]++
		if late {
			v.late++
		}
		at, _ := slices.BinarySearch(failing[place], order[c])
		failing[place] = slices.Insert(failing[place], at, order[c])
		return v.late <= latest && at < left[place]
	}
	results, err := v.play(ctx, cases, opts)
	counted := map[string]int{}
	for _, r := range results {
		if r.Case == nil {
			continue
		}
		c := of[r.Case]
		f := v.found[c.Of]
		if f == nil {
			f = &finding{}
			v.found[c.Of] = f
		}
		if r.Verdict == verdict.Fail && counted[c.Place] == left[c.Place] {
			continue // it shows nothing new
		}
		if r.Verdict.Ran() {
			f.Played++
		}
		if r.Verdict == verdict.Fail {
			counted[c.Place]++
			f.Failed++
			if at := slices.Index(v.choices[c.Of], c); f.Shown == nil || at < f.at {
				v.kept.forget(f.result)
				f.Shown, f.result, f.place, f.at = made[r.Case], v.kept.keep(r, mostOfRun), c.Place, at
			}
		}
	}
	for _, c := range choices { // what passed at the second play is no failure
		v.failures[c.Place] = max(counted[c.Place], v.settled(c.Place))
	}
	v.tellAll()
	return err
}

// settled is how many cases show a failure of a place.
func (v *variation) settled(place string) (n int) {
	for _, f := range v.found {
		if f.Shown != nil && f.place == place {
			n++
		}
	}
	return n
}

// shrink looks for a simpler variant that fails too, for a few findings.
func (v *variation) shrink(ctx context.Context) error {
	var cases []*script.Case
	for c, f := range v.found {
		if f.Shown != nil {
			cases = append(cases, c)
		}
	}
	slices.SortFunc(cases, func(a, b *script.Case) int { return strings.Compare(a.ID, b.ID) })
	cases = cases[:min(mostShrunk, len(cases))]
	var tries []*script.Case
	simpler := map[*script.Case][]*vary.Variant{}
	for _, c := range cases {
		for _, shape := range vary.Simpler(v.found[c].Shown, v.role) {
			if variant, err := vary.Make(c, v.role, shape); err == nil {
				simpler[c] = append(simpler[c], variant)
				tries = append(tries, variant.Case)
			}
		}
	}
	if len(tries) == 0 {
		return nil
	}
	opts := v.opts
	opts.Done, opts.DoneKeeps, opts.lean = nil, false, true
	results, err := v.play(ctx, tries, opts)
	failed := map[*script.Case]Result{}
	for _, r := range results {
		if r.Case != nil && r.Verdict == verdict.Fail {
			failed[r.Case] = r
		}
	}
	for _, c := range cases {
		for _, variant := range simpler[c] {
			if r, ok := failed[variant.Case]; ok {
				f := v.found[c]
				v.kept.forget(f.result)
				f.Shown, f.result = variant, v.kept.keep(r, mostOfRun)
				break
			}
		}
	}
	v.tellAll()
	return err
}

// fold makes the result of a case one that says how its variants went. If one has failed,
// it tells of the result again.
func (v *variation) fold(r *Result) {
	f := v.found[r.Case]
	if r.Case == nil || f == nil {
		return
	}
	r.Variants = &f.Variants
	if f.Shown == nil {
		return
	}
	*r = f.folded(*r)
	if v.opts.Done != nil {
		v.opts.Done(*r)
	}
	if v.opts.DoneKeeps {
		r.Transcript, r.FirstWrong = nil, nil
	}
}

// folded is the result of a case that passes as it is and fails as the finding shows.
func (f *finding) folded(r Result) Result {
	shown, variants := f.result, f.Variants
	r.Variants = &variants
	r.Verdict, r.Flaky, r.Attempts = verdict.Fail, false, shown.Attempts
	r.Observed, r.Violation, r.FirstWrong, r.Transcript = shown.Observed, shown.Violation, shown.FirstWrong, shown.Transcript
	r.Judged = shown.Judged
	r.Explanation = fmt.Sprintf("Passes as it is; fails %s (%d of %d variants; %s): %s", f.Shown.When, f.Failed, f.Played, f.Shown.Case.ID, shown.Explanation)
	return r
}
