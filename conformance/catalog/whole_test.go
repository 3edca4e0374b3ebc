package catalog_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/wsspec/wsspec/conformance/catalog"
	"github.com/wsspec/wsspec/conformance/rfc"
	c "github.com/wsspec/wsspec/conformance/script"
	"github.com/wsspec/wsspec/conformance/verdict"
)

// areWhole checks what holds for the cases of every catalogue beside the default one. A case has a
// title of its own, which is a plain phrase. It has requirements, a level that is not above that of
// the first one, and a good outcome first. Its id finds it, and is in no other catalogue.
func areWhole(t *testing.T, cases []*c.Case, others ...[]*c.Case) {
	t.Helper()
	elsewhere := slices.Concat(others...)
	titles := map[string]string{}
	for _, x := range cases {
		if titles[x.Title] != "" {
			t.Errorf("%s and %s are both called %q", titles[x.Title], x.ID, x.Title)
		}
		titles[x.Title] = x.ID
		if !plainPhrase(x.Title) {
			t.Errorf("%s: title %q is no plain phrase", x.ID, x.Title)
		}
		if len(x.Requires) == 0 || len(x.Script.Outcomes) == 0 || x.Level == "" {
			t.Errorf("%s has no requirement, outcome or level", x.ID)
			continue
		}
		if x.Script.Outcomes[0].Behavior != verdict.OK {
			t.Errorf("%s has no good outcome", x.ID)
		}
		if x.Suite != "" && x.History == "" {
			t.Errorf("%s has no history", x.ID)
		}
		if catalog.ByID(x.ID) != x {
			t.Errorf("%s is not found by its id", x.ID)
		}
		if slices.ContainsFunc(elsewhere, func(other *c.Case) bool { return other.ID == x.ID }) {
			t.Errorf("%s is in another catalogue too", x.ID)
		}
		areInLedger(t, x)
		if r := rfc.ByID(x.Requires[0]); r != nil && x.Level == verdict.Must && slices.Contains(weak, r.Level) {
			t.Errorf("%s is graded as a MUST, and its main requirement is a %s", x.ID, r.Level)
		}
	}
}

// weak are the words of RFC 2119 whose breach is no breach of a MUST.
var weak = []string{"SHOULD", "SHOULD NOT", "RECOMMENDED", "MAY", "OPTIONAL"}

// plainPhrase reports whether a title is one.
func plainPhrase(title string) bool {
	return len(title) >= 10 && strings.TrimSpace(title) == title && !strings.HasSuffix(title, ".") && !strings.ContainsAny(title, "\n\t<>")
}

// areInLedger checks that the requirements of a case exist.
func areInLedger(t *testing.T, x *c.Case) {
	t.Helper()
	for _, id := range x.Requires {
		if rfc.ByID(id) == nil {
			t.Errorf("%s requires %s, which the ledger does not have", x.ID, id)
		}
	}
}
