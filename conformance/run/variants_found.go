package run

import (
	"slices"

	"github.com/wsspec/wsspec/conformance/script"
	"github.com/wsspec/wsspec/conformance/vary"
	"github.com/wsspec/wsspec/conformance/verdict"
)

// telling returns a function that takes the results of a batch as they come, and tells
// [Options.Found] of a case when a variant makes it fail. It is nil if nobody wants that.
func (v *variation) telling(of map[*script.Case]vary.Choice, made map[*script.Case]*vary.Variant) func(Result) {
	if v.opts.Found == nil {
		return nil
	}
	came := map[*script.Case]*finding{} // in this batch, by case
	failed := map[*script.Case]bool{}   // by variant
	return func(r Result) {
		c := of[r.Case]
		f := came[c.Of]
		if f == nil {
			f = &finding{}
			if before := v.found[c.Of]; before != nil {
				*f = *before
			}
			came[c.Of] = f
		}
		if before, again := failed[r.Case]; again { // it has another verdict now
			f.Played--
			if before {
				f.Failed--
			}
		}
		fails := r.Verdict == verdict.Fail
		failed[r.Case] = fails
		if r.Verdict.Ran() {
			f.Played++
		}
		switch {
		case fails:
			f.Failed++
			if at := slices.Index(v.choices[c.Of], c); f.Shown == nil || at < f.at {
				f.Shown, f.result, f.at = made[r.Case], r, at
				v.tell(c.Of, f)
				f.result = Result{} // it is kept with the others of the batch
			}
		case f.Shown != nil && f.Shown.Case == r.Case:
			f.Shown = nil
			v.tell(c.Of, f)
		}
	}
}

// tell tells Found how a case stands.
func (v *variation) tell(c *script.Case, f *finding) {
	own := v.own[c]
	if f.Shown == nil {
		delete(v.told, c)
		v.opts.Found(own)
		return
	}
	v.told[c] = f.Shown.Case
	v.opts.Found(f.folded(own))
}

// tellAll tells Found of the cases that stand otherwise than it was told.
func (v *variation) tellAll() {
	if v.opts.Found == nil {
		return
	}
	for c, f := range v.found {
		if told := v.told[c]; f.Shown == nil && told != nil || f.Shown != nil && told != f.Shown.Case {
			v.tell(c, f)
		}
	}
}
