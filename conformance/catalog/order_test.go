package catalog

import (
	"slices"
	"testing"

	c "github.com/wsspec/wsspec/conformance/script"
	"github.com/wsspec/wsspec/conformance/verdict"
)

func TestCompareIDs(t *testing.T) {
	for _, tt := range []struct {
		a, b string
		want int
	}{
		{"5.9", "5.10", -1},
		{"1.1.8", "1.2.1", -1},
		{"13.7.18", "2.1", 1},
		{"rfc6455/4.1/9", "rfc6455/4.1/10", -1},
		{"rfc6455/4.2.1/3", "rfc6455/4.2.1/3", 0},
		{"rfc6455/4.1/1", "rfc7692/7/1", -1},
	} {
		if got := compareIDs(tt.a, tt.b); got != tt.want {
			t.Errorf("compareIDs(%q, %q) = %d, want %d", tt.a, tt.b, got, tt.want)
		}
		if got := compareIDs(tt.b, tt.a); got != -tt.want {
			t.Errorf("compareIDs(%q, %q) = %d, want %d", tt.b, tt.a, got, -tt.want)
		}
	}
}

// The place of a case in its file does not matter: ordered sorts inside a
// section and keeps the order of the sections.
func TestOrderedSortsInsideASection(t *testing.T) {
	of := func(ids ...string) []*c.Case {
		var cases []*c.Case
		for _, id := range ids {
			cases = append(cases, &c.Case{ID: id})
		}
		return cases
	}
	var got []string
	for _, k := range ordered(of("rfc6455/9.1/10", "rfc6455/9.1/9", "rfc6455/9.1/1"), of("rfc6455/5.1/2", "rfc6455/5.1/1")) {
		got = append(got, k.ID)
		if k.Level != verdict.Must {
			t.Errorf("%s names no level and is %q, want MUST", k.ID, k.Level)
		}
	}
	want := []string{"rfc6455/9.1/1", "rfc6455/9.1/9", "rfc6455/9.1/10", "rfc6455/5.1/1", "rfc6455/5.1/2"}
	if !slices.Equal(got, want) {
		t.Errorf("order %q, want %q", got, want)
	}
}
