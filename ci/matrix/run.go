package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/wsspec/wsspec/conformance/verdict"
	"github.com/wsspec/wsspec/reports"
)

// schema is the form of the file of a run. A change of its meaning has another number.
const schema = "wsspec-matrix/1"

// A run is the file of one day: what one version of wsspec found in each peer.
type run struct {
	Schema string `json:"schema"`
	// Date is the day on which the run began, in UTC.
	Date string `json:"date"`
	// Wsspec is the version of wsspec, Profile that of the run, System where the peers ran.
	Wsspec  string `json:"wsspec"`
	Profile string `json:"profile"`
	System  string `json:"system"`
	Peers   []peer `json:"peers"`
}

// A peer is a server with its counts.
type peer struct {
	Agent    string `json:"agent"`
	Library  string `json:"library"`
	Language string `json:"language"`
	Version  string `json:"version"`
	Counts   counts `json:"counts"`
	// Sections has the counts by section: 1 to 13 as in Autobahn, then by document.
	Sections map[string]counts `json:"sections"`
	// Failed counts the failing cases by clause: "RFC 6455 5.5.1".
	Failed map[string]int `json:"failed,omitempty"`
}

// counts has how many cases have which verdict: pass, warn, fail and skip.
type counts [4]int

var counted = []verdict.Verdict{verdict.Pass, verdict.Warn, verdict.Fail, verdict.Skip}

func (c counts) played() int { return c[0] + c[1] + c[2] }

// A library is a line of the file of versions: agent|library|language|version.
type library struct{ agent, name, language, version string }

func readLibraries(path string) ([]library, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	var out []library
	for lines := bufio.NewScanner(file); lines.Scan(); {
		fields := strings.Split(lines.Text(), "|")
		if len(fields) != 4 || slices.Contains(fields, "") {
			return nil, fmt.Errorf("%s: %q is not agent|library|language|version", path, lines.Text())
		}
		out = append(out, library{fields[0], fields[1], fields[2], fields[3]})
	}
	return out, nil
}

// newRun makes the file of a day from reports of servers. A report that is not complete, and a
// peer whose library is not named, are errors: a matrix with holes must not be published.
func newRun(all []*reports.Report, libraries []library, system string) (*run, error) {
	out := &run{Schema: schema, System: system}
	for _, r := range all {
		if r.Interrupted != "" {
			return nil, fmt.Errorf("a report is not complete: %s", r.Interrupted)
		}
		date := r.Started.UTC().Format("2006-01-02")
		switch {
		case out.Date == "":
			out.Date, out.Wsspec, out.Profile = date, r.Tool.Version, r.Profile
		case out.Wsspec != r.Tool.Version || out.Profile != r.Profile:
			return nil, fmt.Errorf("the reports are of %s (%s) and of %s (%s)", out.Wsspec, out.Profile, r.Tool.Version, r.Profile)
		}
		for _, t := range r.Targets {
			i := slices.IndexFunc(libraries, func(l library) bool { return l.agent == t.Agent })
			if i < 0 {
				return nil, fmt.Errorf("the versions do not name %s", t.Agent)
			}
			l := libraries[i]
			p := peer{Agent: l.agent, Library: l.name, Language: l.language, Version: l.version}
			if err := p.count(r); err != nil {
				return nil, err
			}
			out.Peers = append(out.Peers, p)
		}
	}
	// A program that was built in a checkout does not know its version.
	if i := slices.IndexFunc(libraries, func(l library) bool { return l.agent == "ref" }); i >= 0 && out.Wsspec == "devel" {
		out.Wsspec = libraries[i].version
	}
	slices.SortFunc(out.Peers, func(a, b peer) int { return strings.Compare(a.Agent, b.Agent) })
	return out, nil
}

func (p *peer) count(r *reports.Report) error {
	p.Sections, p.Failed = map[string]counts{}, map[string]int{}
	for i := range r.Results {
		result := &r.Results[i]
		if result.Agent != p.Agent {
			continue
		}
		n := slices.Index(counted, result.Verdict)
		if n < 0 {
			return fmt.Errorf("%s: %s is %s, so that the counts would not be those of the peer", p.Agent, result.ID, result.Verdict)
		}
		section, _, _ := strings.Cut(reports.SectionOf(result.ID), "/")
		c := p.Sections[section]
		c[n]++
		p.Sections[section] = c
		p.Counts[n]++
		if result.Verdict == verdict.Fail {
			clause := r.Clauses[result.Clause()]
			p.Failed[fmt.Sprintf("RFC %d %s", clause.RFC, clause.Section)]++
		}
	}
	return nil
}

// write writes the file of the day into a folder. A second run of a day replaces the first.
func (r *run) write(dir string) (string, error) {
	octets, err := json.MarshalIndent(r, "", "\t")
	if err != nil {
		return "", err
	}
	path := filepath.Join(dir, r.Date+".json")
	return path, os.WriteFile(path, append(compact(octets), '\n'), 0o644)
}

// readRuns reads the files of a folder, the oldest first.
func readRuns(dir string) ([]*run, error) {
	paths, err := filepath.Glob(filepath.Join(dir, "*.json"))
	if err != nil {
		return nil, err
	}
	if len(paths) == 0 {
		return nil, fmt.Errorf("%s has no runs", dir)
	}
	slices.Sort(paths)
	var out []*run
	for _, path := range paths {
		octets, err := os.ReadFile(path)
		if err != nil {
			return nil, err
		}
		r := &run{}
		if err := json.Unmarshal(octets, r); err != nil {
			return nil, fmt.Errorf("%s: %w", path, err)
		}
		if r.Schema != schema {
			return nil, fmt.Errorf("%s: its schema is %q, want %q", path, r.Schema, schema)
		}
		out = append(out, r)
	}
	return out, nil
}
