package reports

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"github.com/wsspec/wsspec/conformance/verdict"
	"github.com/wsspec/wsspec/reports/internal/wording"
)

// BaselineSchema names the form of a baseline file.
const BaselineSchema = "wsspec-baseline/1"

// A Baseline holds the known verdicts of some peers: every case that a peer does
// not simply pass. A run that is compared with it shows which cases got worse.
type Baseline struct {
	// Schema is always the constant [BaselineSchema]; Write fills it.
	Schema string       `json:"schema"`
	Agents []KnownAgent `json:"agents"`
}

// A KnownAgent has the known verdicts of one peer in one role.
type KnownAgent struct {
	Agent string       `json:"agent"`
	Role  verdict.Role `json:"role"`
	// Deviations has, by case id, the behavior and the close behavior of each case
	// that does not simply pass. Every other case is expected to pass.
	Deviations map[string][2]string `json:"departures"`
	// ByVariant are the ids of the cases that fail by one of their variants.
	ByVariant []string `json:"byVariant,omitempty"`
	// Cases are the ids of all cases whose verdicts are known, so that a run that lacks
	// some of them is noticed. A baseline of an older version has none: then only the
	// ids of Deviations are known.
	Cases []string `json:"cases,omitempty"`
}

// BaselineOf makes a baseline of a report's verdicts. Cases with the verdict error
// or "not run" say nothing about the peer and are left out: a later run that has them is
// compared as if they had passed.
func BaselineOf(r *Report) *Baseline {
	b := &Baseline{Schema: BaselineSchema}
	for _, t := range r.Targets {
		known := KnownAgent{Agent: t.Agent, Role: t.Role, Deviations: map[string][2]string{}}
		for i := range r.Results {
			res := &r.Results[i]
			if res.Peer() != t.Peer() || !res.judged() {
				continue
			}
			known.Cases = append(known.Cases, res.ID)
			if res.failsByVariant() {
				known.ByVariant = append(known.ByVariant, res.ID)
			}
			if rankOf(res.Behavior, res.BehaviorClose) > passes {
				known.Deviations[res.ID] = [2]string{string(res.Behavior), string(res.BehaviorClose)}
			}
		}
		slices.SortFunc(known.Cases, CompareIDs)
		slices.SortFunc(known.ByVariant, CompareIDs)
		b.Agents = append(b.Agents, known)
	}
	return b
}

// Write writes the baseline as JSON. The same content gives the same octets, so
// that a diff of two baselines shows what changed.
func (b *Baseline) Write(w io.Writer) error {
	out := *b
	out.Schema = BaselineSchema
	e := json.NewEncoder(w)
	e.SetIndent("", "\t")
	return e.Encode(out)
}

// ReadBaselineFile reads a baseline that Write wrote.
func ReadBaselineFile(path string) (*Baseline, error) {
	b, err := readBaselineFile(path)
	return b, bounded(err)
}

func readBaselineFile(path string) (*Baseline, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	octets, err := io.ReadAll(&stringLimit{r: io.LimitReader(file, MaxReadOctets)})
	if err != nil {
		return nil, fmt.Errorf("%s is not a baseline: %w", path, err)
	}
	var b Baseline
	if err := json.Unmarshal(octets, &b); err != nil {
		return nil, fmt.Errorf("%s is not a baseline: %w", path, err)
	}
	if b.Schema != BaselineSchema {
		return nil, fmt.Errorf("%s has schema %q, but a baseline has %q (wsspec server … --write-baseline writes one)", path, b.Schema, BaselineSchema)
	}
	for _, a := range b.Agents {
		for id, d := range a.Deviations {
			if !slices.Contains(verdict.Behaviors(), verdict.Behavior(d[0])) || !slices.Contains(verdict.CloseBehaviors(), verdict.CloseBehavior(d[1])) {
				return nil, fmt.Errorf("%s: %s %s: %q is not a pair of verdicts", path, a.Agent, id, d)
			}
		}
	}
	return &b, nil
}

// Knows reports whether the baseline has the agent in that role. A nil baseline
// has none.
func (b *Baseline) Knows(agent string, role verdict.Role) bool { return b.find(agent, role) != nil }

func (b *Baseline) find(agent string, role verdict.Role) *KnownAgent {
	if b == nil {
		return nil
	}
	for i := range b.Agents {
		if a := &b.Agents[i]; a.Agent == agent && a.Role == role {
			return a
		}
	}
	return nil
}

// A Comparison is the difference between a baseline and a report. Each list is
// in the report's order.
type Comparison struct {
	// Worse has the regressions. Better has the cases that improved, so that the
	// baseline can be renewed. Changed has the cases with other verdicts that are
	// neither better nor worse.
	Worse, Better, Changed []Difference
	// NotRun has the cases that the baseline knows of a peer of the report, and that
	// the report lacks or did not run. Seen and Explanation are empty where the report
	// lacks the case.
	NotRun []Difference
	// Unknown are the peers of the report that the baseline does not have.
	Unknown []Peer
}

// A Difference is one case whose verdicts are not those of the baseline.
type Difference struct {
	Agent       string
	Role        verdict.Role
	ID          string
	Known, Seen [2]string
	Explanation string
}

// Regressed reports whether any case got worse, by the same rule as
// [Changes.Regressed].
func (c Comparison) Regressed() bool { return len(c.Worse) > 0 }

// Incomplete reports whether the run lacks cases that the baseline knows: it cannot
// say that nothing got worse.
func (c Comparison) Incomplete() bool { return len(c.NotRun) > 0 }

// NotRunSentence names the cases that the baseline knows and that were not run, ""
// if there are none: "7 cases of the baseline were not run: 1.1.2, 1.1.3". It names a
// few of them.
func (c Comparison) NotRunSentence() string {
	if len(c.NotRun) == 0 {
		return ""
	}
	agents := make(map[Peer]bool)
	for _, d := range c.NotRun {
		agents[Peer{d.Agent, d.Role}] = true
	}
	var names []string
	for i, d := range c.NotRun {
		if i == wording.MaxEvents {
			names = append(names, "and "+wording.Grouped(len(c.NotRun)-i)+" more")
			break
		}
		name := d.ID
		if len(agents) > 1 {
			name += " of " + Peer{d.Agent, d.Role}.String()
		}
		names = append(names, wording.OneLine(wording.Shortened(name, 200)))
	}
	was := "were"
	if len(c.NotRun) == 1 {
		was = "was"
	}
	return fmt.Sprintf("%s%s%s not run: %s", wording.Counted(len(c.NotRun), "case"), ofBaseline, was, strings.Join(names, ", "))
}

// Peers are the peers that the baseline knows, in its order; none for a nil baseline.
func (b *Baseline) Peers() []Peer {
	if b == nil {
		return nil
	}
	var peers []Peer
	for _, a := range b.Agents {
		peers = append(peers, Peer{a.Agent, a.Role})
	}
	return peers
}

// ids are the cases that the baseline knows of the agent, in the order of CompareIDs.
func (a *KnownAgent) ids() []string {
	ids := slices.Clone(a.Cases)
	for id := range a.Deviations {
		ids = append(ids, id)
	}
	slices.SortFunc(ids, CompareIDs)
	return slices.Compact(ids)
}

// notRun lists the cases that the baseline knows of the report's peers, and that the
// report lacks or did not run.
func (b *Baseline) notRun(r *Report) []Difference {
	type key struct {
		Peer
		id string
	}
	has := make(map[key]*Result, len(r.Results))
	for i := range r.Results {
		res := &r.Results[i]
		has[key{res.Peer(), res.ID}] = res
	}
	var list []Difference
	for _, t := range r.Targets {
		known := b.find(t.Agent, t.Role)
		if known == nil {
			continue
		}
		for _, id := range known.ids() {
			res := has[key{t.Peer(), id}]
			if res != nil && res.Verdict != verdict.NotRun || !t.Shards.has(t.Agent, id) {
				continue
			}
			d := Difference{Agent: t.Agent, Role: t.Role, ID: id, Known: known.pair(id)}
			if res != nil {
				d.Explanation = res.Explanation
			}
			list = append(list, d)
		}
	}
	return list
}

// pair is the known behavior and close behavior of a case.
func (a *KnownAgent) pair(id string) [2]string {
	if pair, deviates := a.Deviations[id]; deviates {
		return pair
	}
	return [2]string{string(verdict.OK), string(verdict.CloseOK)}
}

// byVariant stands in for the behavior of a case that fails by a variant only.
const byVariant = "FAILED by a variant"

// compare returns the known verdicts of a result's case and those of the result, with their
// ranks. They do not differ by variants that the run did not play.
func (a *KnownAgent) compare(res *Result) (known, seen [2]string, before, now int) {
	known, seen = a.pair(res.ID), [2]string{string(res.Behavior), string(res.BehaviorClose)}
	before, now = rankOfPair(known), rankOfPair(seen)
	was := slices.Contains(a.ByVariant, res.ID)
	if was && before < fails {
		known[0], before = byVariant, fails
	}
	if now < fails && (res.failsByVariant() || was && res.Variants == nil) {
		seen[0], now = byVariant, fails
	}
	return known, seen, before, now
}

// Compare compares a report with the baseline. Agents that the baseline does not
// have are only in Unknown. A nil baseline differs in nothing.
func (b *Baseline) Compare(r *Report) Comparison {
	if b == nil {
		return Comparison{}
	}
	c := Comparison{NotRun: b.notRun(r)}
	for _, t := range r.Targets {
		if !b.Knows(t.Agent, t.Role) {
			c.Unknown = append(c.Unknown, t.Peer())
		}
	}
	for i := range r.Results {
		res := &r.Results[i]
		known := b.find(res.Agent, res.Role)
		if known == nil || !res.judged() {
			continue
		}
		was, is, before, now := known.compare(res)
		d := Difference{Agent: res.Agent, Role: res.Role, ID: res.ID, Known: was, Seen: is, Explanation: res.Explanation}
		switch {
		case now > before:
			c.Worse = append(c.Worse, d)
		case now < before:
			c.Better = append(c.Better, d)
		case now > passes && d.Known != d.Seen:
			c.Changed = append(c.Changed, d)
		}
	}
	return c
}
