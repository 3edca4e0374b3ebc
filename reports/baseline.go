package reports

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"slices"
)

// BaselineSchema names the form of a baseline file.
const BaselineSchema = "wsspec-baseline/1"

// A Baseline is what is known of some peers: every case in which one departs
// from a plain pass. Against it a run tells what got worse from what has been
// so before.
type Baseline struct {
	// Schema is always the constant [BaselineSchema]; Write fills it.
	Schema string       `json:"schema"`
	Agents []KnownAgent `json:"agents"`
}

// A KnownAgent is what is known of one peer in one role.
type KnownAgent struct {
	Agent string `json:"agent"`
	Role  Role   `json:"role"`
	// Departures has the behavior and the close behavior of each case that is
	// not plainly passed, by case id; every other case is expected to pass.
	Departures map[string][2]string `json:"departures"`
}

// BaselineOf takes a report's verdicts as what is known from now on. A case
// that the harness failed says nothing about its peer and is left out.
func BaselineOf(r *Report) *Baseline {
	b := &Baseline{Schema: BaselineSchema}
	for _, t := range r.Targets {
		known := KnownAgent{Agent: t.Agent, Role: t.Role, Departures: map[string][2]string{}}
		for i := range r.Results {
			res := &r.Results[i]
			if res.Agent == t.Agent && res.Role == t.Role && res.rank() > plainPass {
				known.Departures[res.ID] = [2]string{string(res.Behavior), string(res.BehaviorClose)}
			}
		}
		b.Agents = append(b.Agents, known)
	}
	return b
}

// Write writes the baseline as JSON, the same octets for the same content, so
// that a change of it reads well in a diff.
func (b *Baseline) Write(w io.Writer) error {
	out := *b
	out.Schema = BaselineSchema
	e := json.NewEncoder(w)
	e.SetIndent("", "\t")
	return e.Encode(out)
}

// ReadBaselineFile reads a baseline that Write wrote.
func ReadBaselineFile(path string) (*Baseline, error) {
	octets, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	var b Baseline
	if err := json.Unmarshal(octets, &b); err != nil {
		return nil, fmt.Errorf("%s is no baseline: %w", path, err)
	}
	if b.Schema != BaselineSchema {
		return nil, fmt.Errorf("%s has the schema %q, a baseline has %q (wsspec server … --write-baseline writes one)", path, b.Schema, BaselineSchema)
	}
	for _, a := range b.Agents {
		for id, d := range a.Departures {
			if !slices.Contains(Behaviors(), Behavior(d[0])) || !slices.Contains(CloseBehaviors(), BehaviorClose(d[1])) {
				return nil, fmt.Errorf("%s: %s %s: %q is no pair of verdicts", path, a.Agent, id, d)
			}
		}
	}
	return &b, nil
}

// Knows reports whether the baseline speaks of the agent; a nil baseline knows
// none.
func (b *Baseline) Knows(agent string, role Role) bool { return b.find(agent, role) != nil }

func (b *Baseline) find(agent string, role Role) *KnownAgent {
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

// A Comparison is what differs between a baseline and a report. Each list is
// in the report's order.
type Comparison struct {
	// Worse got worse; Better got better, so that the baseline can be renewed;
	// Changed departs in another way that is neither.
	Worse, Better, Changed []Difference
}

// A Difference is one case whose verdicts are not the known ones.
type Difference struct {
	Agent       string
	Role        Role
	ID          string
	Known, Seen [2]string
	Explanation string
}

// Regressed reports whether anything got worse, which is what Changes.Regressed
// means by it too.
func (c Comparison) Regressed() bool { return len(c.Worse) > 0 }

// Compare holds a report against the baseline. Agents that the baseline does
// not know are left out, and so are cases that the report does not have.
func (b *Baseline) Compare(r *Report) Comparison {
	var c Comparison
	for i := range r.Results {
		res := &r.Results[i]
		known := b.find(res.Agent, res.Role)
		if known == nil || res.Verdict == Error {
			continue
		}
		was, departs := known.Departures[res.ID]
		if !departs {
			was = [2]string{string(OK), string(CloseOK)}
		}
		before := rankOf(Behavior(was[0]), BehaviorClose(was[1]))
		now := res.rank()
		d := Difference{
			Agent: res.Agent, Role: res.Role, ID: res.ID, Known: was,
			Seen: [2]string{string(res.Behavior), string(res.BehaviorClose)}, Explanation: res.Explanation,
		}
		switch {
		case now > before:
			c.Worse = append(c.Worse, d)
		case now < before:
			c.Better = append(c.Better, d)
		case now > plainPass && d.Known != d.Seen:
			c.Changed = append(c.Changed, d)
		}
	}
	return c
}
