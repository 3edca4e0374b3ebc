package catalog_test

import (
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/wsspec/wsspec/conformance/catalog"
	c "github.com/wsspec/wsspec/conformance/script"
	"github.com/wsspec/wsspec/ref/wire"
)

// suites are the cases of all suites, in order.
func suites() (all []*c.Case) {
	for _, name := range catalog.SuiteNames() {
		all = append(all, catalog.Suite(name)...)
	}
	return all
}

// suite_ids.txt pins the ids of the suites as ids.txt does those of the catalogue.
func TestSuiteIDsNeverChange(t *testing.T) {
	pinned, err := os.ReadFile("suite_ids.txt")
	if err != nil {
		t.Fatal(err)
	}
	problems, _ := compareIDs(string(pinned), suites())
	for _, problem := range problems {
		t.Error(strings.ReplaceAll(problem, "ids.txt", "suite_ids.txt"))
	}
}

// No case of the catalogue is of a suite, and no suite has a case of the catalogue.
func TestSuitesAreApart(t *testing.T) {
	for _, x := range catalog.Cases() {
		if x.Suite != "" || catalog.SuiteOf(x.ID) != "" {
			t.Errorf("%s of the catalogue is of the suite %q", x.ID, x.Suite)
		}
	}
	for _, x := range suites() {
		if name, _, _ := strings.Cut(x.ID, "/"); name != x.Suite || catalog.SuiteOf(x.ID) != name || catalog.ByID(x.ID) != x {
			t.Errorf("%s is of the suite %q, and its id is found: %v", x.ID, x.Suite, catalog.ByID(x.ID) == x)
		}
	}
	if catalog.Suite("none") != nil || catalog.SuiteOf("rfc6455/5.1/1") != "" || catalog.ByID("robust/none") != nil {
		t.Error("there is a suite or a case that there is not")
	}
}

// Each role has 60 cases or more.
func TestSuitesAreLarge(t *testing.T) {
	for _, role := range []wire.Role{wire.RoleServer, wire.RoleClient} {
		n := 0
		for _, x := range suites() {
			if x.TestsRole(role) {
				n++
			}
		}
		if n < 60 {
			t.Errorf("%v: %d cases, want 60 or more", role, n)
		}
	}
}

// The cases of suites are written as those of the catalogue.
func TestSuiteCasesAreWhole(t *testing.T) {
	areWhole(t, suites(), catalog.Cases())
	for _, x := range suites() {
		if x.History == "" {
			t.Errorf("%s has no history", x.ID)
		}
		server := slices.ContainsFunc(x.Script.Steps, func(s c.Step) bool { _, ok := s.(c.Connect); return ok })
		if how := x.Script.Opening; x.TestsRole(wire.RoleClient) && (server || x.Script.Origin != "" || how != nil && how.Silent) {
			t.Errorf("%s tests clients, and can be played with servers only", x.ID)
		}
	}
}

// What one case of a suite sends is bounded, as docs/suites.md says: 9 MiB of octets, and
// 40 000 frames.
func TestSuiteCasesAreBounded(t *testing.T) {
	const mostOctets, mostFrames = 9 << 20, 40_000
	for _, x := range suites() {
		octets, frames := 0, 0
		for _, s := range x.Script.Steps {
			v := s.Volume(c.Full)
			frames += v.Frames
			octets += sentBy(s) + 14*v.Frames
		}
		if how := x.Script.Opening; how != nil {
			octets += len(how.Request(&wire.Request{})) + len(how.Preface) + len(how.Body)
		}
		if octets > mostOctets || frames > mostFrames {
			t.Errorf("%s sends up to %d octets and %d frames", x.ID, octets, frames)
		}
	}
}

// sentBy counts the octets of payload of a step as they are sent: compressed ones are not
// counted as what they inflate to.
func sentBy(s c.Step) (n int) {
	add := func(frames []c.Frame, times int) {
		for _, f := range frames {
			n += f.Payload.Len() * times
		}
	}
	switch s := s.(type) {
	case c.Send:
		add(s.Frames, 1)
	case c.Flood:
		add(s.Frames, s.Times)
	case c.SendOctets:
		n = len(s.Octets)
	case c.Exchange:
		n = s.Size * s.Full
	}
	return n
}

// docs/suites.md says of each class what is publicly known, in the words of its cases, and
// lists each case.
func TestSuitesAreDocumented(t *testing.T) {
	text, err := os.ReadFile("../../docs/suites.md")
	if err != nil {
		t.Fatal(err)
	}
	page := strings.Join(strings.Fields(string(text)), " ")
	for _, x := range suites() {
		if !strings.Contains(page, x.History) {
			t.Errorf("docs/suites.md lacks the history of %s: %s", x.ID, x.History)
		}
		if !strings.Contains(page, "| `"+x.ID+"` | "+x.Title+" |") {
			t.Errorf("docs/suites.md lacks the row: | `%s` | %s |", x.ID, x.Title)
		}
	}
}
