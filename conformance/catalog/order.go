package catalog

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	c "github.com/wsspec/wsspec/conformance/script"
	"github.com/wsspec/wsspec/conformance/verdict"
)

// ordered joins the sections in the order given and sorts the cases of each
// section by id. A case that names no level is MUST.
func ordered(sections ...[]*c.Case) []*c.Case {
	var all []*c.Case
	for _, cases := range sections {
		for _, k := range cases {
			if k.Level == "" {
				k.Level = verdict.Must
			}
		}
		all = append(all, slices.SortedStableFunc(slices.Values(cases), func(a, b *c.Case) int { return compareIDs(a.ID, b.ID) })...)
	}
	return all
}

// compareIDs compares two ids part by part. Parts are separated by dots and
// slashes. Two numbers compare by value, so that 5.9 comes before 5.10.
func compareIDs(a, b string) int {
	return slices.CompareFunc(partsOf(a), partsOf(b), func(x, y string) int {
		m, errX := strconv.Atoi(x)
		n, errY := strconv.Atoi(y)
		if errX == nil && errY == nil {
			return cmp.Compare(m, n)
		}
		return strings.Compare(x, y)
	})
}

func partsOf(id string) []string {
	return strings.FieldsFunc(id, func(r rune) bool { return r == '.' || r == '/' })
}
