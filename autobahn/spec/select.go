package spec

import (
	"errors"
	"fmt"
	"regexp"
	"strings"
)

// agentCases are the cases that agents of a name are spared.
type agentCases struct {
	agent string
	cases []string
}

// Select returns which of the ids the file picks: those that a pattern of
// "cases" takes and none of "exclude-cases", in the order given. A pattern of
// "cases" that takes none is an error, for it is a mistake in writing; one of
// "exclude-cases" may. That nothing is left is an error too.
//
// The patterns are Autobahn's. * stands for any characters, dots among them. One
// that has a * and does not end in one takes ids that go on behind it: 7.*.1
// takes 7.13.1 and would take 7.1.10. One without a * is a case's id and takes
// that case alone, so that 5.1 is not 5.10. If there is no such case, where
// Autobahn gives up, it takes the ids that begin with it: 1.1 is 1.1.1 to 1.1.8.
//
// Autobahn numbers its cases, and scripts that read its reports rely on that. So
// only a pattern with a slash takes the cases of ours, which are named
// ("rfc6455/*").
func (f *File) Select(ids []string) ([]string, error) {
	taken := map[string]bool{}
	for _, p := range f.cases {
		some := false
		match := casePattern(p, ids)
		for _, id := range ids {
			if match(id) {
				taken[id], some = true, true
			}
		}
		if !some {
			return nil, fmt.Errorf("cases: the pattern %q matches no case (wsspec list shows all)", p)
		}
	}
	for _, p := range f.exclude {
		match := casePattern(p, ids)
		for _, id := range ids {
			if match(id) {
				delete(taken, id)
			}
		}
	}
	var chosen []string
	for _, id := range ids {
		if taken[id] {
			chosen = append(chosen, id)
		}
	}
	if len(chosen) == 0 {
		return nil, errors.New(`"cases" and "exclude-cases" together select no case`)
	}
	return chosen, nil
}

// Excludes reports whether "exclude-agent-cases" spares an agent a case. Both
// patterns there have to take the name in whole; * stands for any characters.
func (f *File) Excludes(agent, id string) bool {
	for _, e := range f.excludeAgents {
		if !whole(e.agent).MatchString(agent) {
			continue
		}
		for _, p := range e.cases {
			if whole(p).MatchString(id) {
				return true
			}
		}
	}
	return false
}

// Unused returns the patterns for agents in "exclude-agent-cases" that take none
// of these agents: in a file that lists its servers a mistake in writing.
func (f *File) Unused(agents []string) []string {
	var unused []string
	for _, e := range f.excludeAgents {
		some := false
		for _, a := range agents {
			some = some || whole(e.agent).MatchString(a)
		}
		if !some {
			unused = append(unused, e.agent)
		}
	}
	return unused
}

// casePattern returns what tells whether a pattern takes an id.
func casePattern(p string, ids []string) func(id string) bool {
	ours := strings.Contains(p, "/")
	match := strings.HasPrefix
	if strings.Contains(p, "*") {
		beginning := regexp.MustCompile("^" + globbed(p))
		match = func(id, _ string) bool { return beginning.MatchString(id) }
	} else {
		for _, id := range ids {
			if id == p {
				match = func(id, p string) bool { return id == p }
			}
		}
	}
	return func(id string) bool { return p != "" && ours == strings.Contains(id, "/") && match(id, p) }
}

// whole is the regular expression for a glob that takes a name in whole.
func whole(glob string) *regexp.Regexp { return regexp.MustCompile("^" + globbed(glob) + "$") }

// globbed is a glob as a regular expression.
func globbed(glob string) string {
	return strings.ReplaceAll(regexp.QuoteMeta(glob), `\*`, "(?s:.*)")
}
