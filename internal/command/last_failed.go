package command

import (
	"errors"
	"io/fs"
	"path/filepath"
	"slices"
	"strings"

	"github.com/wsspec/wsspec/conformance"
	"github.com/wsspec/wsspec/conformance/script"
	"github.com/wsspec/wsspec/conformance/verdict"
	"github.com/wsspec/wsspec/ref/wire"
)

// lastFailures are the cases that failed, or could not be judged, in the report that is in
// the --out folder. Nil is none, where --last-failed is not wanted.
type lastFailures struct {
	path string
	// cases has the ids for each agent of the report that has the role.
	cases map[string][]string
}

// readLastFailed reads the report in a folder.
func readLastFailed(dir string, role wire.Role) (*lastFailures, error) {
	if dir == "" {
		return nil, usage("--last-failed reads the report that is in the --out folder: add --out DIR")
	}
	path := filepath.Join(dir, "report.json")
	report, err := readReportFile(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, usage("--last-failed: there is no %s: run the cases once without --last-failed", path)
	case err != nil:
		return nil, usage("--last-failed: %w", err)
	}
	f := &lastFailures{path: path, cases: map[string][]string{}}
	for _, t := range report.Targets {
		if string(t.Role) == role.String() {
			f.cases[t.Agent] = []string{}
		}
	}
	if len(f.cases) == 0 {
		return nil, usage("--last-failed: %s is no report of a %s", path, role)
	}
	for _, res := range report.Results {
		if ids, ok := f.cases[res.Agent]; ok && string(res.Role) == role.String() && (res.Verdict == verdict.Fail || res.Verdict == verdict.Error) {
			f.cases[res.Agent] = append(ids, res.ID)
		}
	}
	return f, nil
}

// among are the cases that failed for any agent.
func (f *lastFailures) among(cases []*script.Case) ([]*script.Case, error) {
	var failed []string
	for _, ids := range f.cases {
		failed = append(failed, ids...)
	}
	if len(failed) == 0 {
		return nil, usage("--last-failed: no case failed in %s, so that there is nothing to run again", f.path)
	}
	kept := slices.DeleteFunc(slices.Clone(cases), func(c *script.Case) bool { return !slices.Contains(failed, c.ID) })
	if len(kept) == 0 {
		return nil, usage("--last-failed: the other flags choose none of the %d cases that failed in %s", len(failed), f.path)
	}
	return kept, nil
}

// spares reports whether a case passed before for an agent that the report has.
func (f *lastFailures) spares(agent, id string) bool {
	if f == nil {
		return false
	}
	ids, known := f.cases[agent]
	return known && !slices.Contains(ids, id)
}

// has is an error if the report does not have an agent.
func (f *lastFailures) has(agent string) error {
	if f == nil {
		return nil
	}
	if _, known := f.cases[agent]; known {
		return nil
	}
	var names []string
	for name := range f.cases {
		names = append(names, name)
	}
	slices.Sort(names)
	return usage("--last-failed: %s has no %s; it has %s", f.path, agent, strings.Join(names, ", "))
}

// withFailures are the targets that have failed before, and those that the report does not
// have.
func (f *lastFailures) withFailures(targets []*conformance.Target) []*conformance.Target {
	if f == nil {
		return targets
	}
	return slices.DeleteFunc(slices.Clone(targets), func(t *conformance.Target) bool {
		ids, known := f.cases[t.Agent]
		return known && len(ids) == 0
	})
}
