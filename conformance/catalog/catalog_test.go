package catalog_test

import (
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	c "github.com/wsspec/wsspec/conformance"
	"github.com/wsspec/wsspec/conformance/catalog"
	"github.com/wsspec/wsspec/conformance/rfc"
)

// sections are Autobahn's first numbers, and how many cases each has.
var sections = map[string]int{"1": 16, "2": 11, "3": 7, "4": 10, "5": 20, "6": 145, "7": 37, "9": 54, "10": 1, "12": 90, "13": 126}

func TestEverySectionIsWhole(t *testing.T) {
	got := map[string]int{}
	for _, x := range catalog.Cases() {
		section, _, _ := strings.Cut(x.ID, ".")
		if numbered(x.ID) {
			got[section]++
		}
	}
	if diff := cmp.Diff(sections, got); diff != "" {
		t.Errorf("cases a section (-want +got):\n%s", diff)
	}
}

func TestIDsAreUniqueAndInOrder(t *testing.T) {
	seen := map[string]bool{}
	var last string
	for _, x := range catalog.Cases() {
		if seen[x.ID] {
			t.Errorf("two cases have the id %s", x.ID)
		}
		seen[x.ID] = true
		if numbered(last) && numbered(x.ID) && slices.Compare(numbers(t, last), numbers(t, x.ID)) >= 0 {
			t.Errorf("%s stands behind %s", x.ID, last)
		}
		last = x.ID
	}
}

func numbered(id string) bool { return id != "" && !strings.Contains(id, "/") }

func numbers(t *testing.T, id string) []int {
	t.Helper()
	var out []int
	for _, part := range strings.Split(id, ".") {
		n, err := strconv.Atoi(part)
		if err != nil {
			t.Fatalf("id %q is no dotted number: %v", id, err)
		}
		out = append(out, n)
	}
	return out
}

func TestByID(t *testing.T) {
	for _, x := range catalog.Cases() {
		if catalog.ByID(x.ID) != x {
			t.Errorf("ByID(%q) is not the case of that id", x.ID)
		}
	}
	for _, id := range []string{"", "1", "1.1", "1.1.99", "rfc6455/0/0"} {
		if x := catalog.ByID(id); x != nil {
			t.Errorf("ByID(%q) is %s, want none", id, x.ID)
		}
	}
}

// A title is unique among the numbered cases and among our own: those go
// through all values of a field, and so meet some that Autobahn tries too.
func TestTitlesAreUniqueAndSaySomething(t *testing.T) {
	seen := map[bool]map[string]string{true: {}, false: {}}
	for _, x := range catalog.Cases() {
		family := seen[numbered(x.ID)]
		if other, ok := family[x.Title]; ok {
			t.Errorf("%s and %s are both called %q", other, x.ID, x.Title)
		}
		family[x.Title] = x.ID
		if len(x.Title) < 10 || strings.TrimSpace(x.Title) != x.Title || strings.HasSuffix(x.Title, ".") || strings.ContainsAny(x.Title, "\n\t<>") {
			t.Errorf("%s: title %q is no plain phrase", x.ID, x.Title)
		}
	}
}

// A case points at the statements that it checks.
func TestRequirementsAreInTheLedger(t *testing.T) {
	for _, x := range catalog.Cases() {
		if len(x.Requires) == 0 {
			t.Errorf("%s names no requirement", x.ID)
			continue
		}
		seen := map[string]bool{}
		for _, id := range x.Requires {
			if rfc.ByID(id) == nil {
				t.Errorf("%s requires %s, which the ledger does not have", x.ID, id)
			}
			if seen[id] {
				t.Errorf("%s requires %s twice", x.ID, id)
			}
			seen[id] = true
		}
	}
}

// The level is that of the principal requirement; a case may grade more softly
// than the RFC's word if it says why.
func TestLevelsFitTheRequirements(t *testing.T) {
	strength := map[string]c.Level{
		"MUST": c.Must, "MUST NOT": c.Must, "REQUIRED": c.Must,
		"SHOULD": c.Should, "SHOULD NOT": c.Should, "RECOMMENDED": c.Should,
		"MAY": c.May, "OPTIONAL": c.May,
	}
	for _, x := range catalog.Cases() {
		if len(x.Requires) == 0 || rfc.ByID(x.Requires[0]) == nil {
			continue // another test says so
		}
		// What the RFC leaves open is recorded and not judged.
		if x.Level == c.Informational {
			continue
		}
		if want := strength[rfc.ByID(x.Requires[0]).Level]; x.Level != want && (x.Note == "" || want != c.Must) {
			t.Errorf("%s is %s, its principal requirement %s is %s", x.ID, x.Level, x.Requires[0], rfc.ByID(x.Requires[0]).Level)
		}
	}
}

// A case that nothing can fail, or whose better outcome stands behind a worse
// one, would be no test.
func TestOutcomesAreOrderedFromBestToWorst(t *testing.T) {
	rank := map[c.Behavior]int{c.OK: 1, c.InformationalBehavior: 1, c.NonStrict: 2, c.Unimplemented: 3}
	for _, x := range catalog.Cases() {
		if len(x.Script.Steps) == 0 && x.Script.Opening == nil && x.Script.Transport == c.AnyTransport || len(x.Script.Outcomes) == 0 {
			t.Errorf("%s has %d steps, an opening and a transport of the plain kind and %d outcomes; want something to do and something permitted", x.ID, len(x.Script.Steps), len(x.Script.Outcomes))
		}
		last := 0
		for _, o := range x.Script.Outcomes {
			if rank[o.Behavior] == 0 {
				t.Errorf("%s permits %q, which is no verdict of a permitted outcome", x.ID, o.Behavior)
			}
			if rank[o.Behavior] < last {
				t.Errorf("%s has %s behind something worse", x.ID, o.Behavior)
			}
			last = rank[o.Behavior]
		}
		informational := x.Script.Outcomes[0].Behavior == c.InformationalBehavior
		if informational != (x.Level == c.Informational) {
			t.Errorf("%s: level %s, best outcome %s", x.ID, x.Level, x.Script.Outcomes[0].Behavior)
		}
		if informational && x.Note == "" {
			t.Errorf("%s leaves its outcome open and does not say why", x.ID)
		}
	}
}
