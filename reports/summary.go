package reports

import (
	"slices"
)

// A Summary counts the results of a report. Every verdict and behavior is
// present in every map, also with 0.
type Summary struct {
	// Cases is the number of results.
	Cases     int              `json:"cases"`
	Verdicts  map[Verdict]int  `json:"verdicts"`
	Behaviors map[Behavior]int `json:"behaviors"`
	// Flaky is the number of results whose attempts disagreed.
	Flaky int `json:"flaky"`
	// Agents has one entry for each agent and role, in the targets' order.
	Agents []AgentSummary `json:"agents"`
	// Sections has one entry for each section, in the order of CompareIDs.
	Sections []SectionSummary `json:"sections"`
}

// An AgentSummary counts the results of one agent in one role.
type AgentSummary struct {
	Agent     string           `json:"agent"`
	Role      Role             `json:"role"`
	Cases     int              `json:"cases"`
	Verdicts  map[Verdict]int  `json:"verdicts"`
	Behaviors map[Behavior]int `json:"behaviors"`
}

// A SectionSummary counts the results of one section over all agents.
type SectionSummary struct {
	Section  string          `json:"section"`
	Cases    int             `json:"cases"`
	Verdicts map[Verdict]int `json:"verdicts"`
}

// Summarize counts the results.
func Summarize(targets []Target, results []Result) Summary {
	s := Summary{
		Verdicts:  noVerdicts(),
		Behaviors: noBehaviors(),
		Agents:    []AgentSummary{},
		Sections:  []SectionSummary{},
	}
	agents := make(map[peer]*AgentSummary)
	for _, t := range targets {
		s.Agents = append(s.Agents, AgentSummary{Agent: t.Agent, Role: t.Role, Verdicts: noVerdicts(), Behaviors: noBehaviors()})
	}
	for i := range s.Agents {
		agents[peer{s.Agents[i].Agent, s.Agents[i].Role}] = &s.Agents[i]
	}
	sections := make(map[string]*SectionSummary)
	for i := range results {
		r := &results[i]
		s.Cases++
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
		agent := agents[r.peer()]
		if agent != nil {
			agent.Cases++
			agent.Verdicts[r.Verdict]++
		}
		if r.Behavior == "" {
			continue // the case did not run: there is no behavior to count
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

// peer is what a result is about: an agent in a role.
type peer struct {
	agent string
	role  Role
}

func (r *Result) peer() peer { return peer{r.Agent, r.Role} }

func noVerdicts() map[Verdict]int {
	m := make(map[Verdict]int)
	for _, v := range Verdicts() {
		m[v] = 0
	}
	return m
}

func noBehaviors() map[Behavior]int {
	m := make(map[Behavior]int)
	for _, b := range Behaviors() {
		m[b] = 0
	}
	return m
}
