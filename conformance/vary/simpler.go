package vary

import (
	"slices"
	"strconv"
	"strings"

	"github.com/wsspec/wsspec/ref/wire"
)

// mostSimpler is how many simpler shapes are tried.
const mostSimpler = 24

// Simpler lists shapes that are simpler than that of a variant which fails, the simplest
// first: a single cut for many, an earlier argument for a later one, one transform for
// two. They are few.
func Simpler(v *Variant, role wire.Role) []Shape {
	name, arg, _ := strings.Cut(string(v.Shape), "@")
	if first, last, chained := cutLast(v.Shape); chained {
		return append([]Shape{last, first}, eachCutBehind(v, role, first, last)...)
	}
	s := newSubject(v.Of, role)
	t := transformNamed(name)
	if s == nil || t == nil {
		return nil
	}
	var out []Shape
	switch t.name {
	case octets.name, frames.name:
		for _, p := range s.cutPlaces() {
			out = append(out, shaped{arg: strconv.Itoa(p.at)}.shape(&cut))
		}
		return spread(out, mostSimpler)
	case with.name:
		out = append(out, shaped{arg: arg}.shape(&after))
	}
	for _, f := range t.shapes(s) {
		if f.arg == arg {
			break
		}
		out = append(out, f.shape(t))
	}
	return spread(out, mostSimpler)
}

// cutLast parts a chain before its last transform.
func cutLast(s Shape) (first, last Shape, ok bool) {
	i := strings.LastIndex(string(s), separator)
	if i < 0 {
		return s, "", false
	}
	return s[:i], s[i+len(separator):], true
}

// eachCutBehind are single cuts in place of many, behind another transform.
func eachCutBehind(v *Variant, role wire.Role, first, last Shape) []Shape {
	if last != Shape(octets.name) {
		return nil
	}
	before, err := Make(v.Of, role, first)
	if err != nil {
		return nil
	}
	s := newSubject(before.Case, role)
	if s == nil {
		return nil
	}
	var out []Shape
	for _, p := range s.cutPlaces() {
		out = append(out, first+separator+shaped{arg: strconv.Itoa(p.at)}.shape(&cut))
	}
	return spread(out, mostSimpler)
}

// spread returns at most n shapes, evenly spaced, the first among them.
func spread(list []Shape, n int) []Shape {
	list = slices.Compact(list)
	if len(list) <= n {
		return list
	}
	out := make([]Shape, 0, n)
	for i := range n {
		out = append(out, list[i*len(list)/n])
	}
	return out
}
