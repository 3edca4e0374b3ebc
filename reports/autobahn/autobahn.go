// Package autobahn writes a report as the Autobahn testsuite does, for scripts that
// read its reports.
package autobahn

import (
	"encoding/json"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"strings"

	"github.com/wsspec/wsspec/conformance/verdict"
	"github.com/wsspec/wsspec/reports"
	"github.com/wsspec/wsspec/reports/page"
)

// Form is this form in the table of package forms.
var Form = reports.Form{Name: "autobahn", File: "index.json", About: "a folder as Autobahn writes it, for scripts that read one", Whole: true, WriteFolder: Write}

// Write writes the report into a folder as Autobahn does: index.json with the
// verdicts, and a JSON file with the details of each case. index.html is the page of
// [page.Write]. A missing folder is made.
//
// Cases with the verdict error or "not run" are left out. The format has no roles: a report with
// one agent in both roles is an error. A report without results is an error, because
// an empty index looks like a success. index.json is written last, so that it is
// there only if all other files are.
func Write(dir string, r *reports.Report) error {
	index, err := indexOf(r)
	if err != nil {
		return fmt.Errorf("write Autobahn's report: %w", err)
	}
	if err := os.MkdirAll(dir, 0o777); err != nil {
		return fmt.Errorf("write Autobahn's report: %w", err)
	}
	for i := range r.Results {
		res := &r.Results[i]
		indexed, ok := index[res.Agent][res.ID]
		if !ok {
			continue
		}
		whole, err := r.Whole(i)
		if err != nil {
			return fmt.Errorf("write Autobahn's report: %w", err)
		}
		octets, err := encode(newCaseFile(whole))
		if err != nil {
			return fmt.Errorf("write Autobahn's report: case %s: %w", res.ID, err)
		}
		if err := os.WriteFile(filepath.Join(dir, indexed.ReportFile), octets, 0o644); err != nil {
			return fmt.Errorf("write Autobahn's report: %w", err)
		}
	}
	if err := reports.ReplaceFile(filepath.Join(dir, "index.html"), func(w io.Writer) error { return page.Write(w, r) }); err != nil {
		return err
	}
	octets, err := encode(index)
	if err != nil {
		return fmt.Errorf("write Autobahn's report: %w", err)
	}
	return reports.ReplaceFile(filepath.Join(dir, "index.json"), func(w io.Writer) error {
		_, err := w.Write(octets)
		return err
	})
}

// indexEntry is the entry of a case in index.json.
type indexEntry struct {
	Behavior        verdict.Behavior      `json:"behavior"`
	BehaviorClose   verdict.CloseBehavior `json:"behaviorClose"`
	RemoteCloseCode *int                  `json:"remoteCloseCode"`
	// Duration is in whole milliseconds.
	Duration   int64  `json:"duration"`
	ReportFile string `json:"reportfile"`
}

// indexOf returns the index: the entries by agent and case.
func indexOf(r *reports.Report) (map[string]map[string]indexEntry, error) {
	index := map[string]map[string]indexEntry{}
	prefixes, taken, roles := map[string]string{}, map[string]bool{}, map[string]verdict.Role{}
	for _, t := range r.Targets {
		if role, ok := roles[t.Agent]; ok && role != t.Role {
			return nil, fmt.Errorf("%s is in the report as a server and as a client, which Autobahn's format cannot distinguish", t.Agent)
		}
		roles[t.Agent] = t.Role
		prefix := fileName(t.Agent)
		for n := 2; taken[prefix]; n++ { // "a b" and "a-b" have the same name here
			prefix = fmt.Sprintf("%s_%d", fileName(t.Agent), n)
		}
		prefixes[t.Agent], taken[prefix] = prefix, true
	}
	for i := range r.Results {
		res := &r.Results[i]
		if !res.Verdict.Settled() || res.Behavior == "" {
			continue
		}
		if index[res.Agent] == nil {
			index[res.Agent] = map[string]indexEntry{}
		}
		index[res.Agent][res.ID] = indexEntry{
			Behavior: res.Behavior, BehaviorClose: res.BehaviorClose, RemoteCloseCode: remoteCloseCode(res),
			Duration:   int64(math.Round(res.DurationMs)),
			ReportFile: fmt.Sprintf("%s_case_%s.json", prefixes[res.Agent], fileName(res.ID)),
		}
	}
	if len(index) == 0 {
		return nil, fmt.Errorf("the report has no result")
	}
	return index, nil
}

// fileName is a name as Autobahn writes it in file names.
func fileName(name string) string {
	return strings.Map(func(c rune) rune {
		if c >= 'a' && c <= 'z' || c >= '0' && c <= '9' {
			return c
		}
		return '_'
	}, strings.ToLower(name))
}

func encode(v any) ([]byte, error) {
	octets, err := json.MarshalIndent(v, "", "   ")
	return append(octets, '\n'), err
}
