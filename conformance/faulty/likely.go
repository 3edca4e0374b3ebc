package faulty

import (
	"maps"
	"regexp"
	"slices"
	"strings"
	"sync"

	"github.com/wsspec/wsspec/ref/wire"
)

// Likely guesses why a peer of that role failed cases: it returns for a case the
// mistake with which a peer fails the same cases in the same way. judged has every
// case that was judged, with the explanation of its failure, "" if it passed. A
// case that no known mistake explains, or that several explain equally well, is not
// in the answer.
//
// A guess it is: what is measured is that a peer with this one mistake, and
// correct otherwise, fails these cases.
func Likely(role wire.Role, judged map[string]string) map[string]Fault {
	causes := map[string]Fault{}
	open := maps.Clone(judged)
	maps.DeleteFunc(open, func(_, why string) bool { return why == "" })
	shapes := map[string]string{}
	for id, why := range open {
		shapes[id] = shape(why)
	}
	var candidates []candidate
	for _, row := range rowsOf(role) {
		c := candidate{knownRow: row}
		for id, shape := range shapes {
			if row.shapes[shape] && row.catches(id) {
				c.explains = append(c.explains, id)
			}
		}
		if len(c.explains) == 0 || !c.looksAlike(judged) {
			continue
		}
		for id, why := range judged {
			if why == "" && row.catches(id) {
				c.contradicted++
			}
		}
		candidates = append(candidates, c)
	}
	for {
		best := mostExplaining(candidates, open)
		if len(best) == 0 {
			return causes
		}
		alike := best
		for _, same := range []func(a, b string) bool{sameWords, sameShape} {
			if len(alike) > 1 {
				alike = likest(best, judged, same)
			}
		}
		if len(alike) == 1 {
			for _, id := range alike[0].explains {
				if _, yet := open[id]; yet {
					causes[id] = alike[0].fault
				}
			}
		}
		for _, c := range best { // where none is likelier, a lesser one is not either
			for _, id := range c.explains {
				delete(open, id)
			}
		}
	}
}

// A candidate is a fault with the failed cases that it explains.
type candidate struct {
	knownRow
	explains []string
	// contradicted is how many cases a peer with the fault fails, and this one
	// did not.
	contradicted int
}

// gain weighs what a candidate explains of what is still open against what
// speaks against it.
func (c candidate) gain(open map[string]string) int {
	gain := -3 * c.contradicted
	for _, id := range c.explains {
		if _, yet := open[id]; yet {
			gain++
		}
	}
	return gain
}

// mostExplaining returns the candidates that explain most of the open cases, more
// than one where they explain the same number.
func mostExplaining(candidates []candidate, open map[string]string) []candidate {
	most := 0
	var best []candidate
	for _, c := range candidates {
		switch gain := c.gain(open); {
		case gain <= 0 || gain < most:
		case gain > most:
			most, best = gain, []candidate{c}
		default:
			best = append(best, c)
		}
	}
	return best
}

// compare counts the failures that were explained in the same way and in
// another, wherever that was measured in a case that this peer failed too.
func (r knownRow) compare(judged map[string]string, same func(a, b string) bool) (alike, differ int) {
	for id, why := range r.symptoms {
		switch {
		case judged[id] == "":
		case same(why, judged[id]):
			alike++
		default:
			differ++
		}
	}
	return alike, differ
}

// looksAlike says whether the peer's failures look as those of a peer with this
// fault for the most part.
func (r knownRow) looksAlike(judged map[string]string) bool {
	alike, differ := r.compare(judged, sameShape)
	return alike > differ
}

// likest returns the candidates of which every failure looks alike.
func likest(candidates []candidate, judged map[string]string, same func(a, b string) bool) []candidate {
	return slices.DeleteFunc(slices.Clone(candidates), func(c candidate) bool {
		alike, differ := c.compare(judged, same)
		return alike == 0 || differ > 0
	})
}

func sameWords(a, b string) bool { return a == b }

// sameShape is sameWords but for what differs from peer to peer: numbers, quoted
// text, remarks in brackets.
func sameShape(a, b string) bool { return shape(a) == shape(b) }

func shape(why string) string { return particulars.ReplaceAllString(why, "…") }

var particulars = regexp.MustCompile(`\([^()]*\)|"[^"]*"…?|0x[0-9a-f]*…?|[0-9]+`)

// knownRow is a row of the matrix ready for use.
type knownRow struct {
	fault Fault
	role  string
	fails []string
	// symptoms are the explanations of some of the failures, by case.
	symptoms map[string]string
	// shapes are what is common to them.
	shapes map[string]bool
}

// catches reports whether the case fails because of the fault.
func (r knownRow) catches(id string) bool {
	return slices.ContainsFunc(r.fails, func(glob string) bool {
		group, open := strings.CutSuffix(glob, "*")
		return id == glob || open && strings.HasPrefix(id, group)
	})
}

var knownRows = sync.OnceValue(func() []knownRow {
	byName := map[string]Fault{}
	for _, f := range faults {
		byName[f.Name] = f
	}
	symptoms := Symptoms()
	var rows []knownRow
	for _, r := range Catches().Rows {
		if f, ok := byName[r.Fault]; ok && len(r.Fails) > 0 {
			row := knownRow{f, r.Role, r.Fails, symptoms[r.Fault+" "+r.Role], map[string]bool{}}
			for _, why := range row.symptoms {
				row.shapes[shape(why)] = true
			}
			rows = append(rows, row)
		}
	}
	return rows
})

func rowsOf(role wire.Role) []knownRow {
	return slices.DeleteFunc(slices.Clone(knownRows()), func(r knownRow) bool { return r.role != role.String() })
}
