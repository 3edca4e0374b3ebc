package spec

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// agentCases are the patterns of the cases that some agents do not run.
type agentCases struct {
	agent string
	cases []string
}

// Select returns which of the ids the file picks: those that a pattern of
// "cases" takes and no pattern of "exclude-cases", in the order given. If the
// file picks nothing, that is an error. A pattern that takes nothing beside
// others that do is none, as in Autobahn: [File.Unmatched] names it.
//
// The patterns are Autobahn's. * stands for any characters, dots among them. A
// pattern with a * that does not end in one also takes ids that go on behind it:
// 7.*.1 takes 7.13.1 and 7.1.10. A pattern without a * is the id of one case and
// takes that case alone: 5.1 does not take 5.10.
//
// The two lists differ where a pattern without a * is not the id of a case. In
// "exclude-cases" it takes nothing: Autobahn removes exactly the ids listed
// there. In "cases", where Autobahn stops with an error, it takes the ids that
// begin with it: 1.1 takes 1.1.1 to 1.1.8.
//
// Autobahn's cases have numbers, and scripts that read its reports rely on that.
// So only a pattern with a slash takes the cases that Autobahn does not have,
// which have names ("rfc6455/*").
func (f *File) Select(ids []string) ([]string, error) {
	taken := map[string]bool{}
	for _, p := range f.cases {
		for _, id := range matching(ids, caseGlob(p, ids)) {
			taken[id] = true
		}
	}
	if len(taken) == 0 {
		return nil, fmt.Errorf(`"cases" selects no case: %s (wsspec list shows all cases)`, noneOf(f.cases))
	}
	for _, p := range f.exclude {
		for _, id := range matching(ids, caseGlob(p, nil)) {
			delete(taken, id)
		}
	}
	chosen := matching(ids, func(id string) bool { return taken[id] })
	if len(chosen) == 0 {
		return nil, errors.New(`"exclude-cases" excludes every case that "cases" selects`)
	}
	return chosen, nil
}

// noneOf says why a list of patterns takes nothing.
func noneOf(patterns []string) string {
	if len(patterns) == 0 {
		return "the list is empty"
	}
	quoted := make([]string, min(len(patterns), 5))
	for i := range quoted {
		quoted[i] = strconv.Quote(patterns[i])
	}
	if len(patterns) > len(quoted) {
		quoted = append(quoted, "…")
	}
	return "no case matches " + strings.Join(quoted, ", ")
}

// Unmatched returns a warning for each pattern of "cases" and "exclude-cases" that
// takes none of these ids. It may be a typing mistake, or a section that only some
// versions of Autobahn have.
func (f *File) Unmatched(ids []string) []string {
	var warnings []string
	for _, p := range f.cases {
		if len(matching(ids, caseGlob(p, ids))) == 0 {
			warnings = append(warnings, fmt.Sprintf("cases: the pattern %q matches no case", p))
		}
	}
	for _, p := range f.exclude {
		switch {
		case len(matching(ids, caseGlob(p, nil))) > 0:
		case len(matching(ids, caseGlob(p, ids))) > 0:
			warnings = append(warnings, fmt.Sprintf("exclude-cases: %q is not the id of a case and excludes nothing (is %q meant?)", p, p+".*"))
		default:
			warnings = append(warnings, fmt.Sprintf("exclude-cases: the pattern %q matches no case", p))
		}
	}
	return warnings
}

// matching returns the ids that a pattern takes, in their order.
func matching(ids []string, takes func(id string) bool) []string {
	var some []string
	for _, id := range ids {
		if takes(id) {
			some = append(some, id)
		}
	}
	return some
}

// Excludes reports whether "exclude-agent-cases" excludes a case for an agent. Both
// patterns there have to match the whole name; * stands for any characters.
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

// Unused returns the patterns for agents in "exclude-agent-cases" that match none
// of these agents. In a file that lists its servers this is a typing mistake.
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

// caseGlob returns a function that reports whether a pattern takes an id. A pattern
// without a * takes the id that it is. If it is none of ids, it takes the ids that
// begin with it; with nil for ids it never does.
func caseGlob(p string, ids []string) func(id string) bool {
	named := strings.Contains(p, "/")
	match := func(id string) bool { return id == p }
	switch {
	case strings.Contains(p, "*"):
		match = regexp.MustCompile("^" + globbed(p)).MatchString
	case ids != nil && !slices.Contains(ids, p):
		match = func(id string) bool { return strings.HasPrefix(id, p) }
	}
	return func(id string) bool { return p != "" && named == strings.Contains(id, "/") && match(id) }
}

// whole returns the regular expression of a glob that has to match a whole name.
func whole(glob string) *regexp.Regexp { return regexp.MustCompile("^" + globbed(glob) + "$") }

// globbed writes a glob as a regular expression without anchors.
func globbed(glob string) string {
	return strings.ReplaceAll(regexp.QuoteMeta(glob), `\*`, "(?s:.*)")
}
