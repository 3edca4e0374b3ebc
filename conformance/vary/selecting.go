package vary

import (
	"slices"

	"github.com/wsspec/wsspec/conformance/script"
	"github.com/wsspec/wsspec/ref/wire"
)

// A Depth says how many variants of the cases a run plays.
type Depth uint8

// The depths.
const (
	// None: the cases as they are, and no variant.
	None Depth = iota
	// Covering: each place of each transform at least once with each kind of case.
	Covering
	// All: every variant of every case. Of arguments that are very many, only the
	// covering ones.
	All
)

// A fit is a shape that fits a case.
type fit struct {
	of    *script.Case
	shape Shape
	shaped
}

// fitsOf lists what fits a subject, the simplest of each transform first.
func fitsOf(s *subject) []fit {
	var out []fit
	for i := range transforms {
		t := &transforms[i]
		if s.volume > mostVaried && t.name != after.name {
			continue
		}
		for _, f := range t.shapes(s) {
			f.place = t.name + " " + f.place
			out = append(out, fit{s.Case, f.shape(t), f})
		}
	}
	return append(out, chains(s)...)
}

// chains are pairs of transforms: a compressed message behind compressed messages, and
// what comes octet by octet behind anything.
func chains(s *subject) []fit {
	var out []fit
	add := func(shape Shape, dense bool) {
		out = append(out, fit{s.Case, shape, shaped{place: string(shape), rare: true, fine: true, dense: dense}})
	}
	first := func(t *transform, arg string) Shape { return shaped{arg: arg}.shape(t) + separator }
	if deflate.shapes(s) != nil && s.isAboutLength() {
		for _, d := range []string{"best", "stored", "final", "fragments"} {
			for _, b := range beginnings {
				if b.compressed && !b.takeover {
					add(first(&deflate, d)+shaped{arg: b.name}.shape(&after), d == "stored" || d == "fragments")
				}
			}
		}
	}
	if s.octets > 1 && s.octets <= 64 && s.volume <= 64 {
		for _, b := range beginnings {
			if s.takes(&b) && b.octets() <= 64 {
				add(first(&after, b.name)+Shape(octets.name), s.answer != answers)
			}
		}
	}
	return out
}

// Select lists the variants of cases that a run of that depth plays, for peers of that
// role. The covering selection takes the first case of each kind; so of fewer cases it
// takes at least those that it takes of more.
func Select(cases []*script.Case, role wire.Role, d Depth) []Choice {
	if d == None {
		return nil
	}
	covered := map[string]bool{}
	var out []Choice
	for _, c := range cases {
		s := newSubject(c, role)
		if s == nil || IsVariant(c.ID) {
			continue
		}
		chosen := map[Shape]bool{} // two places may have one shape
		for _, f := range fitsOf(s) {
			key := f.place + ": " + s.class()
			dear := d == Covering && role == wire.RoleClient
			switch {
			case d == All && !f.rare:
				key = ""
			case !f.fine && dear:
				key += " " + s.beginsWith()
			case !f.fine:
				key = f.place + ": " + s.kind()
			}
			if d == Covering && (s.volume > 64<<10 || f.long && s.answer != answers) || dear && f.dense {
				continue
			}
			if (key == "" || !covered[key]) && !chosen[f.shape] {
				covered[key], chosen[f.shape] = true, true
				out = append(out, Choice{Of: c, Shape: f.shape, Place: f.place, Answers: s.answer == answers})
			}
		}
	}
	return out
}

// A Choice is a variant that is not made yet: [Make] makes it.
type Choice struct {
	Of    *script.Case
	Shape Shape
	// Place says what the shape tries. Two choices with one place try the same with
	// different cases.
	Place string
	// Answers: the case asks for nothing but answers.
	Answers bool
}

// Shapes lists the shapes that fit a case for peers of that role, the simplest of each
// transform first.
func Shapes(c *script.Case, role wire.Role) []Shape {
	s := newSubject(c, role)
	if s == nil {
		return nil
	}
	var out []Shape
	for _, f := range fitsOf(s) {
		if !slices.Contains(out, f.shape) {
			out = append(out, f.shape)
		}
	}
	return out
}
