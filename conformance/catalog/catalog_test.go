package catalog_test

import (
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/wsspec/wsspec/conformance/catalog"
	"github.com/wsspec/wsspec/conformance/rfc"
	c "github.com/wsspec/wsspec/conformance/script"
	"github.com/wsspec/wsspec/conformance/verdict"
	"github.com/wsspec/wsspec/ref/wire"
)

// sections are the sections of Autobahn and their numbers of cases.
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

// Inside a section the cases are in the order of their numbers, wherever they
// stand in the file. The sections are in the order of ids.txt: the protocol of
// Autobahn's fuzzing server counts cases by their place in this order.
func TestCasesAreInOrder(t *testing.T) {
	pinned, err := os.ReadFile("ids.txt")
	if err != nil {
		t.Fatal(err)
	}
	var want []string
	for line := range strings.Lines(string(pinned)) {
		id, _, _ := strings.Cut(line, "\t")
		if s := sectionOf(id); !slices.Contains(want, s) {
			want = append(want, s)
		}
	}
	var got []string
	last := ""
	for _, x := range catalog.Cases() {
		s := sectionOf(x.ID)
		if len(got) == 0 || got[len(got)-1] != s {
			got = append(got, s)
		} else if slices.Compare(numbers(t, last), numbers(t, x.ID)) >= 0 {
			t.Errorf("%s is behind %s", x.ID, last)
		}
		last = x.ID
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("order of the sections: a new section goes to the end of the list in catalog.go (-ids.txt +catalogue):\n%s", diff)
	}
}

// sectionOf is the first number of an id of Autobahn ("5" of "5.19"), and all but
// the last number of an id of ours ("rfc6455/5.2" of "rfc6455/5.2/7").
func sectionOf(id string) string {
	if !numbered(id) {
		return id[:strings.LastIndexByte(id, '/')]
	}
	section, _, _ := strings.Cut(id, ".")
	return section
}

// numbered reports whether the id is a number of Autobahn.
func numbered(id string) bool { return id != "" && !strings.Contains(id, "/") }

// numbers are the numbers of an id behind its section.
func numbers(t *testing.T, id string) []int {
	t.Helper()
	var out []int
	for _, part := range strings.FieldsFunc(strings.TrimPrefix(id, sectionOf(id)), func(r rune) bool { return r == '.' || r == '/' }) {
		n, err := strconv.Atoi(part)
		if err != nil {
			t.Fatalf("the id %q has a part that is not a number: %v", id, err)
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

// A title is unique among Autobahn's cases and among our own. Our cases try all
// values of some fields, and some of these values are in Autobahn's cases as well.
func TestTitlesAreUniqueAndSaySomething(t *testing.T) {
	seen := map[bool]map[string]string{true: {}, false: {}}
	for _, x := range catalog.Cases() {
		family := seen[numbered(x.ID)]
		if other, ok := family[x.Title]; ok {
			t.Errorf("%s and %s are both called %q", other, x.ID, x.Title)
		}
		family[x.Title] = x.ID
		if !plainPhrase(x.Title) {
			t.Errorf("%s: title %q is no plain phrase", x.ID, x.Title)
		}
	}
}

// Every case names requirements that exist.
func TestRequirementsAreInTheLedger(t *testing.T) {
	for _, x := range catalog.Cases() {
		if len(x.Requires) == 0 {
			t.Errorf("%s names no requirement", x.ID)
			continue
		}
		areInLedger(t, x)
		seen := map[string]bool{}
		for _, id := range x.Requires {
			if seen[id] {
				t.Errorf("%s requires %s twice", x.ID, id)
			}
			seen[id] = true
		}
	}
}

// The level is the level of the principal requirement. A case may have a lower level
// if its note says why.
func TestLevelsFitTheRequirements(t *testing.T) {
	strength := map[string]verdict.Level{
		"MUST": verdict.Must, "MUST NOT": verdict.Must, "REQUIRED": verdict.Must,
		"SHOULD": verdict.Should, "SHOULD NOT": verdict.Should, "RECOMMENDED": verdict.Should,
		"MAY": verdict.May, "OPTIONAL": verdict.May,
	}
	for _, x := range catalog.Cases() {
		if len(x.Requires) == 0 || rfc.ByID(x.Requires[0]) == nil {
			continue // another test says so
		}
		// An informational case is recorded and not judged.
		if x.Level == verdict.LevelInformational {
			continue
		}
		if want := strength[rfc.ByID(x.Requires[0]).Level]; x.Level != want && (x.Note == "" || want != verdict.Must) {
			t.Errorf("%s is %s, its principal requirement %s is %s", x.ID, x.Level, x.Requires[0], rfc.ByID(x.Requires[0]).Level)
		}
	}
}

// A case without steps or outcomes tests nothing. A better outcome after a worse one
// is never reached.
func TestOutcomesAreOrderedFromBestToWorst(t *testing.T) {
	rank := map[verdict.Behavior]int{verdict.OK: 1, verdict.Informational: 1, verdict.NonStrict: 2, verdict.Unimplemented: 3}
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
		informational := x.Script.Outcomes[0].Behavior == verdict.Informational
		if informational != (x.Level == verdict.LevelInformational) {
			t.Errorf("%s: level %s, best outcome %s", x.ID, x.Level, x.Script.Outcomes[0].Behavior)
		}
		if informational && x.Note == "" {
			t.Errorf("%s leaves its outcome open and does not say why", x.ID)
		}
	}
}

// Some parts of a script can be played with peers of one role only.
func TestCasesFitTheirRoles(t *testing.T) {
	for _, x := range catalog.Cases() {
		s, how := x.Script, x.Script.Opening
		connects := slices.ContainsFunc(s.Steps, func(step c.Step) bool { _, ok := step.(c.Connect); return ok })
		if how == nil {
			how = &c.Opening{}
		}
		if (connects || how.Silent || len(how.Earlier) > 0) && x.TestsRole(wire.RoleClient) {
			t.Errorf("%s: only a client can send several requests or open several connections, and the case tests clients", x.ID)
		}
		if (s.OwnURL() || s.PlaysBefore > 0 || s.Unconnected != "" || how.Hold) && x.TestsRole(wire.RoleServer) {
			t.Errorf("%s: the case is about how a client is started or answered, and tests servers", x.ID)
		}
		if how.Silent && (!connects || len(how.Edits) > 0 || how.Raw != "" || how.Body != "" || len(how.With) > 0) {
			t.Errorf("%s: a silent opening sends no request, and needs a Connect step", x.ID)
		}
	}
}
