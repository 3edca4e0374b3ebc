package script

import (
	"cmp"
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// A Selection selects cases of a catalogue.
type Selection struct {
	// Run and Skip are patterns for ids: the cases to run, and those to leave out.
	// An empty Run means all cases. In a pattern, * matches any characters,
	// including dots and slashes; ? matches one character; [1-7] matches one
	// character of a set. A pattern without a final * also matches the ids below
	// it: 1.1 matches 1.1 and 1.1.*.
	Run, Skip []string
	// RFC selects cases by their requirements: "5.5.1" means that section and its
	// subsections in each RFC, "7692" that RFC, "RFC7692-7.1" a section of it, and
	// "RFC6455-5.5-2" one requirement.
	RFC []string
}

// A SelectionError says which pattern matches no case, and which patterns would.
type SelectionError struct {
	Flag, Pattern string
	Near          []string
}

// Error names the pattern and the most similar valid names.
func (e *SelectionError) Error() string {
	s := fmt.Sprintf("%s %s matches no case", e.Flag, e.Pattern)
	if len(e.Near) > 0 {
		s += "; the nearest are " + strings.Join(e.Near, ", ")
	}
	return s + " (wsspec list shows all)"
}

// Select returns the selected cases in their order. It returns a *[SelectionError] if a
// pattern matches no case.
func (s Selection) Select(cases []*Case) ([]*Case, error) {
	chosen := make([]bool, len(cases))
	each := func(flag string, patterns []string, matcher func(string) func(*Case) bool, near func(string) []string, mark func(int)) error {
		for _, p := range patterns {
			found, matches := false, matcher(p)
			for i, c := range cases {
				if matches(c) {
					found = true
					mark(i)
				}
			}
			if !found {
				return &SelectionError{Flag: flag, Pattern: p, Near: near(p)}
			}
		}
		return nil
	}
	nearID := func(p string) []string {
		if sections := named(p, cases); len(sections) > 0 {
			return sections
		}
		return Nearest(p, ids(cases))
	}
	if len(s.Run) == 0 {
		for i := range chosen {
			chosen[i] = true
		}
	}
	byID := func(p string) func(*Case) bool {
		matches := idMatcher(p)
		return func(c *Case) bool { return matches(c.ID) }
	}
	if err := each("--run", s.Run, byID, nearID, func(i int) { chosen[i] = true }); err != nil {
		return nil, err
	}
	if len(s.RFC) > 0 {
		required := make([]bool, len(cases))
		nearClause := func(p string) []string { return Nearest(p, clauses(cases)) }
		if err := each("--rfc", s.RFC, requires, nearClause, func(i int) { required[i] = true }); err != nil {
			return nil, err
		}
		for i := range chosen {
			chosen[i] = chosen[i] && required[i]
		}
	}
	if err := each("--skip", s.Skip, byID, nearID, func(i int) { chosen[i] = false }); err != nil {
		return nil, err
	}
	var out []*Case
	for i, c := range cases {
		if chosen[i] {
			out = append(out, c)
		}
	}
	if len(out) == 0 {
		return nil, fmt.Errorf("the patterns together select no case: each matches some, but no case is left")
	}
	return out, nil
}

func ids(cases []*Case) []string {
	out := make([]string, len(cases))
	for i, c := range cases {
		out[i] = c.ID
	}
	return out
}

// named returns the beginnings of ids that end with the section that a pattern names:
// rfc6455/10.4 for 10.4.
func named(pattern string, cases []*Case) []string {
	var out []string
	for _, c := range cases {
		section, _, ok := strings.Cut(c.ID, "/"+pattern+"/")
		if section += "/" + pattern; ok && !slices.Contains(out, section) {
			out = append(out, section)
		}
	}
	return out
}

// clauses returns the sections of the cases' requirements, each once.
func clauses(cases []*Case) []string {
	var out []string
	for _, c := range cases {
		for _, id := range c.Requires {
			if _, section, ok := splitRequirement(id); ok && !slices.Contains(out, section) {
				out = append(out, section)
			}
		}
	}
	return out
}

// splitRequirement cuts "RFC6455-5.5-2" into "6455" and "5.5".
func splitRequirement(id string) (rfc, section string, ok bool) {
	parts := strings.Split(id, "-")
	if len(parts) != 3 {
		return "", "", false
	}
	return strings.TrimPrefix(parts[0], "RFC"), parts[1], true
}

// requires returns a function that reports whether a case checks a requirement that p names.
func requires(p string) func(c *Case) bool {
	p = strings.TrimPrefix(strings.ToUpper(p), "RFC")
	return func(c *Case) bool {
		for _, id := range c.Requires {
			rfc, section, _ := splitRequirement(id)
			for _, whole := range []string{section, rfc, rfc + "-" + section, strings.TrimPrefix(id, "RFC")} {
				if whole == p || strings.HasPrefix(whole, p+".") {
					return true
				}
			}
		}
		return false
	}
}

// idMatcher returns a function that reports whether a pattern matches an id, or the
// beginning of the id up to a dot or slash.
func idMatcher(pattern string) func(id string) bool {
	if !strings.ContainsAny(pattern, "*?[") {
		return func(id string) bool {
			rest, ok := strings.CutPrefix(id, pattern)
			return ok && (rest == "" || rest[0] == '.' || rest[0] == '/')
		}
	}
	glob := compileGlob(pattern)
	return func(id string) bool {
		if glob.MatchString(id) {
			return true
		}
		for i := range len(id) {
			if (id[i] == '.' || id[i] == '/') && glob.MatchString(id[:i]) {
				return true
			}
		}
		return false
	}
}

// compileGlob turns a pattern with *, ? and [sets] into a regular expression. A [ without
// a ] is an ordinary character.
func compileGlob(pattern string) *regexp.Regexp {
	var b strings.Builder
	b.WriteString("^")
	for i := 0; i < len(pattern); i++ {
		switch c := pattern[i]; c {
		case '*':
			b.WriteString(".*")
		case '?':
			b.WriteString(".")
		case '[':
			if set := setPattern.FindString(pattern[i:]); set != "" {
				b.WriteString(set)
				i += len(set) - 1
				continue
			}
			b.WriteString(`\[`)
		default:
			b.WriteString(regexp.QuoteMeta(string(c)))
		}
	}
	b.WriteString("$")
	re, err := regexp.Compile(b.String())
	if err != nil { // a range that runs backwards, such as [7-1]
		return regexp.MustCompile("^" + regexp.QuoteMeta(pattern) + "$")
	}
	return re
}

// setPattern matches a set that means the same in a pattern and in a regular expression.
var setPattern = regexp.MustCompile(`^\[(?:[0-9A-Za-z]-[0-9A-Za-z]|[0-9A-Za-z./_])+\]`)

// Nearest returns the three names that are most similar to p, the most similar first. If
// there are fewer names, it returns all.
func Nearest(p string, names []string) []string {
	sorted := slices.Clone(names)
	slices.SortStableFunc(sorted, func(a, b string) int { return cmp.Compare(distance(p, a), distance(p, b)) })
	return sorted[:min(3, len(sorted))]
}

// distance is the number of edits between two names (Levenshtein).
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		above := row[0]
		row[0] = i + 1
		for j := range len(b) {
			change := above
			if a[i] != b[j] {
				change++
			}
			above = row[j+1]
			row[j+1] = min(change, above+1, row[j]+1)
		}
	}
	return row[len(b)]
}
