package reports

import (
	"slices"

	"github.com/wsspec/wsspec/conformance/verdict"
)

// A Summary counts the results of a report. Every map has every verdict or
// behavior, even with a count of 0.
type Summary struct {
	// Cases is the number of results, which is that of the planned cases. Ran is how
	// many of them do not have the verdict "not run".
	Cases     int                      `json:"cases"`
	Ran       int                      `json:"ran"`
	Verdicts  map[verdict.Verdict]int  `json:"verdicts"`
	Behaviors map[verdict.Behavior]int `json:"behaviors"`
	// Flaky is the number of flaky results.
	Flaky int `json:"flaky"`
	// Agents has one entry for each agent and role, in the targets' order.
	Agents []AgentSummary `json:"agents"`
	// Sections has one entry for each section, in the order of CompareIDs.
	Sections []SectionSummary `json:"sections"`
}

// An AgentSummary counts the results of one agent in one role.
type AgentSummary struct {
	Agent     string                   `json:"agent"`
	Role      verdict.Role             `json:"role"`
	Cases     int                      `json:"cases"`
	Ran       int                      `json:"ran"`
	Verdicts  map[verdict.Verdict]int  `json:"verdicts"`
	Behaviors map[verdict.Behavior]int `json:"behaviors"`
	// Judged says how much was judged of a peer that does not send messages back; nil
	// in a run that expects echoes.
	Judged *JudgedSummary `json:"judged,omitempty"`
}

// A SectionSummary counts the results of one section over all agents.
type SectionSummary struct {
	Section  string                  `json:"section"`
	Cases    int                     `json:"cases"`
	Verdicts map[verdict.Verdict]int `json:"verdicts"`
}

// Summarize counts the results.
func Summarize(targets []Target, results []Result) Summary {
	s := Summary{
		Verdicts:  noVerdicts(),
		Behaviors: noBehaviors(),
		Agents:    []AgentSummary{},
		Sections:  []SectionSummary{},
	}
	agents := make(map[Peer]*AgentSummary)
	for _, t := range targets {
		s.Agents = append(s.Agents, AgentSummary{Agent: t.Agent, Role: t.Role, Verdicts: noVerdicts(), Behaviors: noBehaviors()})
	}
	for i := range s.Agents {
		agents[Peer{s.Agents[i].Agent, s.Agents[i].Role}] = &s.Agents[i]
	}
	sections := make(map[string]*SectionSummary)
	for i := range results {
		r := &results[i]
		ran := 1
		if r.Verdict == verdict.NotRun {
			ran = 0
		}
		s.Cases++
		s.Ran += ran
		s.Verdicts[r.Verdict]++
		if r.Flaky {
			s.Flaky++
		}
		sec := sections[SectionOf(r.ID)]
		if sec == nil {
			sec = &SectionSummary{Section: SectionOf(r.ID), Verdicts: noVerdicts()}
			sections[sec.Section] = sec
		}
		sec.Cases++
		sec.Verdicts[r.Verdict]++
		agent := agents[r.Peer()]
		if agent != nil {
			agent.Cases++
			agent.Ran += ran
			agent.Verdicts[r.Verdict]++
		}
		if agent != nil && r.Judged != "" {
			if agent.Judged == nil {
				agent.Judged = &JudgedSummary{Clauses: []ClauseJudged{}}
			}
			agent.Judged.add(r)
		}
		if r.Behavior == "" {
			continue // the case has no behavior
		}
		s.Behaviors[r.Behavior]++
		if agent != nil {
			agent.Behaviors[r.Behavior]++
		}
	}
	for _, sec := range sections {
		s.Sections = append(s.Sections, *sec)
	}
	slices.SortFunc(s.Sections, func(a, b SectionSummary) int { return CompareIDs(a.Section, b.Section) })
	return s
}

// A Peer is an agent in a role. A result is about one peer.
type Peer struct {
	Agent string
	Role  verdict.Role
}

// Peer is the peer that the result is about.
func (r *Result) Peer() Peer { return Peer{r.Agent, r.Role} }

// Peer is the target's agent and role.
func (t Target) Peer() Peer { return Peer{t.Agent, t.Role} }

// String is the peer in words: "alpha as a server".
func (p Peer) String() string { return p.Agent + " as a " + string(p.Role) }

func noVerdicts() map[verdict.Verdict]int {
	m := make(map[verdict.Verdict]int)
	for _, v := range verdict.Verdicts() {
		m[v] = 0
	}
	return m
}

func noBehaviors() map[verdict.Behavior]int {
	m := make(map[verdict.Behavior]int)
	for _, b := range verdict.Behaviors() {
		m[b] = 0
	}
	return m
}
