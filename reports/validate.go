package reports

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/wsspec/wsspec/conformance/verdict"
)

// Validate finds mistakes in a report: an unknown word, a result without a target,
// a case that is there twice, a missing clause. It returns nil for a report that
// can be drawn in every form, or an error with at most a dozen mistakes.
func (r *Report) Validate() error {
	v := &validation{}
	v.check(r.Schema == Schema, "schema is %q, this program knows %q", r.Schema, Schema)
	v.check(r.DurationMs >= 0, "durationMs is negative: %v", r.DurationMs)
	targets, shards := make(map[Peer]bool), make(map[Peer]*Shards)
	for i, t := range r.Targets {
		where := fmt.Sprintf("targets[%d]", i)
		v.check(t.Agent != "", "%s has no agent", where)
		oneOf(v, where, "role", t.Role, verdict.Roles())
		t.Shards.mistakes(v, where)
		p := t.Peer()
		v.check(!targets[p], "%s: agent %q is there twice as a %s", where, t.Agent, t.Role)
		targets[p], shards[p] = true, t.Shards
	}
	type caseKey struct {
		Peer
		id string
	}
	seen := make(map[caseKey]bool)
	for i := range r.Results {
		res := &r.Results[i]
		where := fmt.Sprintf("results[%d] (%s, case %s)", i, res.Agent, res.ID)
		v.result(where, res)
		v.check(targets[res.Peer()], "%s: no target is agent %q as a %s", where, res.Agent, res.Role)
		if s := shards[res.Peer()]; s != nil && s.Of > 0 && !s.has(res.Agent, res.ID) {
			v.check(false, "%s is of shard %d of %d, and the report has %s", where, shardOf(res.Agent, res.ID, s.Of), s.Of, s)
		}
		p := caseKey{res.Peer(), res.ID}
		v.check(!seen[p], "%s is there twice as a %s", where, res.Role)
		seen[p] = true
		for _, id := range res.Named() {
			_, ok := r.Clauses[id]
			v.check(ok, "%s: requirement %q is not among the report's clauses", where, id)
		}
		if v.full() {
			break
		}
	}
	for i, t := range r.GoTests {
		oneOf(v, fmt.Sprintf("goTests[%d]", i), "role", t.Role, verdict.Roles())
		v.check(t.Code >= 0 && t.Code < len(r.GoTestCode), "goTests[%d]: code is %d of %d", i, t.Code, len(r.GoTestCode))
	}
	if r.Faults != nil {
		r.Faults.mistakes(v)
	}
	return errors.Join(v.mistakes...)
}

// validation collects mistakes, a dozen at most.
type validation struct{ mistakes []error }

func (v *validation) full() bool { return len(v.mistakes) >= 12 }

func (v *validation) check(ok bool, format string, args ...any) {
	if !ok && !v.full() {
		v.mistakes = append(v.mistakes, fmt.Errorf(format, args...))
	}
}

func (v *validation) result(where string, r *Result) {
	v.check(r.ID != "", "%s has no id", where)
	oneOf(v, where, "level", r.Level, verdict.Levels())
	oneOf(v, where, "verdict", r.Verdict, verdict.Verdicts())
	// A skipped case may have a behavior: UNIMPLEMENTED for a peer without
	// compression.
	if r.Verdict.Ran() || r.Behavior != "" {
		oneOf(v, where, "behavior", r.Behavior, verdict.Behaviors())
	}
	if r.Verdict.Ran() || r.BehaviorClose != "" {
		oneOf(v, where, "behaviorClose", r.BehaviorClose, verdict.CloseBehaviors())
	}
	if r.Standing != "" {
		oneOf(v, where, "baseline", r.Standing, Standings())
	}
	if r.Judged != "" {
		oneOf(v, where, "judged", r.Judged, Judgeds())
	}
	v.check(r.DurationMs >= 0, "%s: durationMs is negative: %v", where, r.DurationMs)
	v.check(r.Attempts >= 0, "%s: attempts is negative: %d", where, r.Attempts)
	for i := range r.Expected {
		oneOf(v, fmt.Sprintf("%s: expected[%d]", where, i), "behavior", r.Expected[i].Behavior, verdict.Behaviors())
	}
	for i := range r.Transcript {
		if v.full() {
			return
		}
		v.entry(fmt.Sprintf("%s: transcript[%d]", where, i), &r.Transcript[i])
	}
	if d := r.FirstWrong; d != nil {
		ok := d.Entry >= 0 && d.Entry < len(r.Transcript) && d.Octet >= 0
		v.check(ok, "%s: departs is outside of the transcript: entry %d, octet %d", where, d.Entry, d.Octet)
	}
}

func (v *validation) entry(where string, e *Entry) {
	oneOf(v, where, "dir", e.Dir, Directions())
	oneOf(v, where, "kind", e.Kind, Kinds())
	v.check(e.T >= 0, "%s: t is negative: %d", where, e.T)
	v.check(int64(len(e.Octets)) <= e.Length, "%s: %d octets, but length says %d", where, len(e.Octets), e.Length)
	v.check(e.Cut() == (e.SHA256 != ""), "%s: %d of %d octets with sha256 %q: sha256 has to be there exactly when octets were cut", where, len(e.Octets), e.Length, e.SHA256)
	v.check((e.Kind == KindFrame) == (e.Frame != nil), "%s: kind is %q and frame is present: %t", where, e.Kind, e.Frame != nil)
	if f := e.Frame; f != nil {
		v.check(f.RSV >= 0 && f.RSV <= 7, "%s: rsv is %d, at most 7", where, f.RSV)
		v.check(f.Opcode >= 0 && f.Opcode <= 15, "%s: opcode is %d, at most 15", where, f.Opcode)
		v.check(slices.Contains([]int{7, 16, 64}, f.Form), "%s: form is %d, want 7, 16 or 64", where, f.Form)
		v.check(f.Masked == (f.MaskKey != ""), "%s: masked is %t with maskKey %q", where, f.Masked, f.MaskKey)
	}
}

// oneOf checks that a word is known; the mistake lists the known words.
func oneOf[W ~string](v *validation, where, what string, got W, known []W) {
	if slices.Contains(known, got) || v.full() {
		return
	}
	words := make([]string, len(known))
	for i, k := range known {
		words[i] = string(k)
	}
	v.check(false, "%s: %s is %q, want one of %s", where, what, string(got), strings.Join(words, ", "))
}
