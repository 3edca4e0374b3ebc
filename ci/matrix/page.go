package main

import (
	"bytes"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/wsspec/wsspec/reports"
)

// head and notes are the words of the page around the tables.
const head = `# The matrix

<!-- go run ./ci/matrix page writes this page from docs/matrix/*.json. -->

This page shows what ` + "`wsspec server`" + ` finds in echo servers on widely used libraries. Each server
is the example of its library, with permessage-deflate if the library has it: see the
[quick starts](quickstart/README.md). A failing case is a broken MUST, by the clause that it
names. It says nothing of a library's worth: a server may be the right one for you and fail
cases that never happen to you. [Notes on some of the servers](peers.md) say more.
`

const notes = `
` + "`make matrix`" + ` runs all this again on a machine with Docker and mmdebstrap, each peer in a
container of its own, and adds a file to the history.
`

// page draws the page from the runs, the oldest first.
func page(runs []*run) string {
	var b strings.Builder
	last := runs[len(runs)-1]
	b.WriteString(head)
	fmt.Fprintf(&b, "\nThe last run: %s, wsspec %s, profile `%s`, %s.\n", last.Date, last.Wsspec, last.Profile, last.System)
	b.WriteString("\n| server | language | pass | warn | fail | skip | clauses of the failing cases |\n| --- | --- | --- | --- | --- | --- | --- |\n")
	for _, p := range last.Peers {
		fmt.Fprintf(&b, "| %s %s | %s | %d | %d | %d | %d | %s |\n", p.Library, p.Version, p.Language, p.Counts[0], p.Counts[1], p.Counts[2], p.Counts[3], clauses(p.Failed))
	}
	b.WriteString(bySection(last))
	b.WriteString(overTime(runs))
	b.WriteString(notes)
	return b.String()
}

// clauses lists clauses, each with the number of failing cases. A clause of RFC 6455 has no
// document before it.
func clauses(failed map[string]int) string {
	if len(failed) == 0 {
		return "–"
	}
	names := slices.SortedFunc(maps.Keys(failed), func(a, b string) int {
		return reports.CompareIDs(strings.ReplaceAll(a, " ", "/"), strings.ReplaceAll(b, " ", "/"))
	})
	for i, name := range names {
		names[i] = fmt.Sprintf("%s (%d)", strings.TrimPrefix(name, "RFC 6455 "), failed[name])
	}
	return strings.Join(names, ", ")
}

// bySection is the table of sections: failing cases of those that were played.
func bySection(r *run) string {
	var sections []string
	for _, p := range r.Peers {
		for section := range p.Sections {
			if !slices.Contains(sections, section) {
				sections = append(sections, section)
			}
		}
	}
	slices.SortFunc(sections, reports.CompareIDs)
	var b strings.Builder
	b.WriteString("\n## By section\n\nThe number of cases that fail, of those that were played; `–` where none was.\n\n| server |")
	for _, section := range sections {
		fmt.Fprintf(&b, " %s |", title(section))
	}
	b.WriteString("\n| --- |" + strings.Repeat(" --- |", len(sections)) + "\n")
	for _, p := range r.Peers {
		fmt.Fprintf(&b, "| %s |", p.Library)
		for _, section := range sections {
			if c := p.Sections[section]; c.played() == 0 {
				b.WriteString(" – |")
			} else {
				fmt.Fprintf(&b, " %d of %d |", c[2], c.played())
			}
		}
		b.WriteString("\n")
	}
	return b.String()
}

// title is the number of a section of Autobahn with its title, or the name of a document.
func title(section string) string {
	if number, ok := strings.CutPrefix(section, "rfc"); ok {
		return "RFC " + number
	}
	return section + " " + reports.SectionTitle(section)
}

// overTime is the table of all runs: the version of each library and its failing cases.
func overTime(runs []*run) string {
	var agents []string
	for _, r := range runs {
		for _, p := range r.Peers {
			if !slices.Contains(agents, p.Agent) {
				agents = append(agents, p.Agent)
			}
		}
	}
	slices.Sort(agents)
	var b strings.Builder
	b.WriteString("\n## Over time\n\nThe failing cases of each run, with the version of the library. The catalogue grows, so that a\nnumber can rise though the library is the same.\n\n| agent |")
	for _, r := range runs {
		fmt.Fprintf(&b, " [%s](matrix/%s.json) |", r.Date, r.Date)
	}
	b.WriteString("\n| --- |" + strings.Repeat(" --- |", len(runs)) + "\n")
	for _, agent := range agents {
		fmt.Fprintf(&b, "| %s |", agent)
		for _, r := range runs {
			i := slices.IndexFunc(r.Peers, func(p peer) bool { return p.Agent == agent })
			if i < 0 {
				b.WriteString(" – |")
			} else {
				fmt.Fprintf(&b, " %d (%s) |", r.Peers[i].Counts[2], r.Peers[i].Version)
			}
		}
		b.WriteString("\n")
	}
	return b.String()
}

// counting matches four counts that JSON has on lines of their own.
var counting = regexp.MustCompile(`\[\s+(\d+),\s+(\d+),\s+(\d+),\s+(\d+)\s+\]`)

// compact puts counts on one line, so that a change of one is a change of one line.
func compact(octets []byte) []byte {
	return bytes.TrimSpace(counting.ReplaceAll(octets, []byte("[$1, $2, $3, $4]")))
}
