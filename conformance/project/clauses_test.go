package project_test

import (
	"cmp"
	"flag"
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/wsspec/wsspec/conformance/catalog"
	"github.com/wsspec/wsspec/conformance/project"
	"github.com/wsspec/wsspec/ref/wire"
)

const (
	noEchoDocs  = "../../docs/no-echo.md"
	clausesHead = "| section | servers: cases | in full | by life | clients: cases | in full | by life |\n| --- | --- | --- | --- | --- | --- | --- |\n"
)

var updateClauses = flag.Bool("update", false, "write the table of clauses in docs/no-echo.md anew")

// tally counts the cases of a section for servers, and those for clients.
type tally [2]struct{ cases, full, part int }

// The documentation has, for each section of the RFCs, how many cases of each role a run
// without echoes judges in full, and how many by the life of the connection.
func TestClausesOfTheDocumentation(t *testing.T) {
	sections, all, others := map[string]*tally{}, &tally{}, &tally{}
	for _, c := range catalog.Cases() {
		rfc, rest, _ := strings.Cut(strings.TrimPrefix(c.Requires[0], "RFC"), "-")
		section, _, _ := strings.Cut(rest, "-")
		name := "RFC " + rfc + " " + section
		if sections[name] == nil {
			sections[name] = &tally{}
		}
		for i, role := range []wire.Role{wire.RoleServer, wire.RoleClient} {
			if !c.TestsRole(role) {
				continue
			}
			for _, s := range []*tally{sections[name], all} {
				s[i].cases++
				if project.WithoutEcho(c) == project.InFull {
					s[i].full++
				} else {
					s[i].part++
				}
			}
		}
	}
	var names []string
	for name, s := range sections {
		if s[0].part+s[1].part > 0 {
			names = append(names, name)
			continue
		}
		for i := range s {
			others[i].cases += s[i].cases
			others[i].full += s[i].full
		}
	}
	slices.SortFunc(names, compareSections)
	var b strings.Builder
	b.WriteString(clausesHead)
	row := func(name string, s *tally) {
		fmt.Fprintf(&b, "| %s | %d | %d | %d | %d | %d | %d |\n", name, s[0].cases, s[0].full, s[0].part, s[1].cases, s[1].full, s[1].part)
	}
	for _, name := range names {
		row(name, sections[name])
	}
	row("all others", others)
	row("all", all)

	octets, err := os.ReadFile(noEchoDocs)
	if err != nil {
		t.Fatal(err)
	}
	before, rest, found := strings.Cut(string(octets), clausesHead)
	_, after, ended := strings.Cut(rest, "\n\n")
	if !found || !ended {
		t.Fatal("docs/no-echo.md has no table of clauses")
	}
	want := before + b.String() + "\n" + after
	if *updateClauses {
		if err := os.WriteFile(noEchoDocs, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
	} else if want != string(octets) {
		t.Errorf("docs/no-echo.md does not have what the catalogue says; go test ./conformance/project -run Clauses -update renews it. It has to have\n%s", b.String())
	}
}

// compareSections orders names such as RFC 6455 5.2 by their numbers.
func compareSections(a, b string) int {
	numbers := func(s string) (n []int) {
		for _, part := range strings.FieldsFunc(s, func(r rune) bool { return r == ' ' || r == '.' }) {
			if i, err := strconv.Atoi(part); err == nil {
				n = append(n, i)
			}
		}
		return n
	}
	return cmp.Or(slices.Compare(numbers(a), numbers(b)), strings.Compare(a, b))
}
