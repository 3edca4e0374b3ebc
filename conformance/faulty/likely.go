package faulty

import (
	"regexp"
	"slices"
	"strings"
	"sync"

	"github.com/wsspec/wsspec/ref/wire"
)

// Likely names the fault that explains why a peer with the role failed some cases.
// judged maps the id of every judged case to the explanation of its failure, or to ""
// if the case passed. The result maps the id of a failed case to its cause. It leaves
// a case out rather than guess.
//
// A fault is named only if its whole pattern fits:
//
//   - the peer fails every case that a peer with the fault fails, and each failure has
//     an explanation of the same shape (times, numbers, quotes and parentheses left out),
//   - no other fault explains the same failures and more, or just as many, and
//   - no failure that looks the same is left unexplained: that would be a simpler
//     cause, which is not among the known faults, and
//   - at most a quarter of the cases fail without a cause: what fails so many can be the
//     cause of the others as well.
func Likely(role wire.Role, judged map[string]string) map[string]Fault {
	failed := false
	for _, why := range judged {
		failed = failed || why != ""
	}
	if !failed {
		return nil // the patterns of all faults take a while to make
	}
	return likely(rowsOf(role), judged)
}

func likely(rows []*pattern, judged map[string]string) map[string]Fault {
	shapes := map[string]string{}
	for id, why := range judged {
		if why != "" {
			shapes[id] = shape(why)
		}
	}
	var possible []candidate
	explained := map[string]int{} // by case, by how many candidates
	for _, row := range rows {
		c, ok := row.compare(judged, shapes)
		if !ok {
			continue
		}
		possible = append(possible, c)
		for id := range c.explains {
			explained[id]++
		}
	}
	left := map[string][]string{} // by shape: the failures that nobody explains
	for id, s := range shapes {
		if explained[id] == 0 {
			left[s] = append(left[s], id)
		}
	}
	causes := map[string]Fault{}
	for i, c := range possible {
		if c.fits && c.simplest(i, possible) && !c.leavesOut(shapes, left) {
			for id := range c.explains {
				causes[id] = c.fault
			}
		}
	}
	if 4*(len(shapes)-len(causes)) > len(judged) {
		clear(causes)
	}
	return causes
}

// A candidate is a fault that the peer may have: it failed every case of the pattern.
type candidate struct {
	*pattern
	// fits: it failed each of them in the same way.
	fits bool
	// explains has the cases that it failed in the same way.
	explains map[string]bool
}

// simplest reports whether no other candidate explains one of the same cases, unless
// it explains nothing else.
func (c candidate) simplest(at int, all []candidate) bool {
	for i, other := range all {
		if i == at {
			continue
		}
		shared := 0
		for id := range other.explains {
			if c.explains[id] {
				shared++
			}
		}
		if shared > 0 && (shared < len(other.explains) || shared == len(c.explains)) {
			return false
		}
	}
	return true
}

// leavesOut reports whether a failure that looks like those of the candidate is
// explained by nobody. Cases that were not measured for the fault do not count.
func (c candidate) leavesOut(shapes map[string]string, left map[string][]string) bool {
	for id := range c.explains {
		for _, other := range left[shapes[id]] {
			if Measures(c.fault, other) {
				return true
			}
		}
	}
	return false
}

// A pattern is what is known of a peer with one fault.
type pattern struct {
	fault Fault
	role  string
	// shapes maps each case that fails to the shape of its explanation.
	shapes map[string]string
	// wider are globs on further cases, which were not measured with this fault but
	// belong to a group of which all measured cases fail.
	wider map[string][]string
}

// compare compares the results of a peer with the pattern. It is no candidate if the
// peer passed a case of the pattern, or failed none in the same way. With two faults
// a peer can fail a case in the way of the other one.
func (p *pattern) compare(judged, shapes map[string]string) (c candidate, ok bool) {
	c = candidate{p, true, map[string]bool{}}
	for id, shape := range p.shapes {
		switch why, ok := judged[id]; {
		case !ok:
		case why == "":
			return c, false
		case shapes[id] != shape:
			c.fits = false
		default:
			c.explains[id] = true
		}
	}
	if len(c.explains) == 0 {
		return c, false
	}
	for id, shape := range shapes {
		if _, measured := p.shapes[id]; !measured && matchesAny(p.wider[shape], id) {
			c.explains[id] = true
		}
	}
	return c, true
}

// shape is an explanation without the details that differ between peers and runs: times
// and the advice to give more, numbers, quoted text, text in parentheses. What a sentence says
// of a stream of HTTP/2 has the shape of what it says of TCP.
func shape(why string) string {
	why = ofTCP.Replace(times.ReplaceAllString(why, ""))
	for {
		short := particulars.ReplaceAllString(why, "")
		if short == why {
			return why
		}
		why = short // parentheses can stand in others
	}
}

// ofTCP undoes what package judge does to the sentences about a stream.
var ofTCP = strings.NewReplacer(
	"end the stream with END_STREAM", "end TCP with a FIN", "end the stream with a FIN", "end TCP with a FIN", "end the stream", "close TCP",
	"ended the stream by END_STREAM", "closed TCP", "ended the stream without", "closed TCP without", "the stream ended", "TCP ended",
)

var times = regexp.MustCompile(`,?( which was still open)? (for|within|after) [0-9.]+ m?s\b| in time\b| --slow gives more time\.`)

var particulars = regexp.MustCompile(` ?(\([^()]*\)|"[^"]*"…?|0x[0-9a-f]*…?|[0-9a-f]{8}\b|[0-9]+)`)

var patterns = sync.OnceValue(func() []*pattern {
	m, symptoms := Catches(), Symptoms()
	ids := slices.Sorted(slices.Values(m.Cases))
	byName := map[string]Fault{}
	for _, f := range faults {
		byName[f.Name] = f
	}
	var all []*pattern
	for _, r := range m.Rows {
		f, ok := byName[r.Fault]
		if !ok || len(r.Fails) == 0 {
			continue
		}
		p := &pattern{fault: f, role: r.Role, shapes: map[string]string{}, wider: symptoms[r.Fault+" "+r.Role]}
		for shape, globs := range p.wider {
			for _, glob := range globs {
				for _, id := range matching(ids, glob) {
					if Measures(f, id) {
						p.shapes[id] = shape
					}
				}
			}
		}
		all = append(all, p)
	}
	return all
})

func rowsOf(role wire.Role) []*pattern {
	var of []*pattern
	for _, p := range patterns() {
		if p.role == role.String() {
			of = append(of, p)
		}
	}
	return of
}

// matching returns the ids that the glob matches. The ids are sorted.
func matching(ids []string, glob string) []string {
	group, open := strings.CutSuffix(glob, "*")
	from, found := slices.BinarySearch(ids, group)
	if !open {
		if !found {
			return nil
		}
		return ids[from : from+1]
	}
	to := from
	for to < len(ids) && strings.HasPrefix(ids[to], group) {
		to++
	}
	return ids[from:to]
}

// matchesAny reports whether one of the globs matches an id.
func matchesAny(globs []string, id string) bool {
	for _, g := range globs {
		group, open := strings.CutSuffix(g, "*")
		if id == g || open && strings.HasPrefix(id, group) {
			return true
		}
	}
	return false
}
