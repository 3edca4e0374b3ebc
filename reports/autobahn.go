package reports

import (
	"encoding/json"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"strings"
)

// WriteAutobahn writes the report into a folder in the form of Autobahn's own,
// for scripts that read it: index.json with the verdicts, and a JSON file a case
// with what happened. The page for people, index.html, is the one of [WriteHTML].
//
// A case that the harness failed is left out, as Autobahn leaves out what has
// not run. The form has no word for roles: a report with one agent in both is an
// error. So is one without any result, for an empty index reads like a success.
// index.json comes last, and is there only when all else is.
func WriteAutobahn(dir string, r *Report) error {
	index, err := autobahnIndex(r)
	if err != nil {
		return fmt.Errorf("write Autobahn's report: %w", err)
	}
	if err := os.MkdirAll(dir, 0o777); err != nil {
		return fmt.Errorf("write Autobahn's report: %w", err)
	}
	for i := range r.Results {
		res := &r.Results[i]
		verdict, ok := index[res.Agent][res.ID]
		if !ok {
			continue
		}
		octets, err := autobahnJSON(newAutobahnCase(res))
		if err != nil {
			return fmt.Errorf("write Autobahn's report: case %s: %w", res.ID, err)
		}
		if err := os.WriteFile(filepath.Join(dir, verdict.ReportFile), octets, 0o644); err != nil {
			return fmt.Errorf("write Autobahn's report: %w", err)
		}
	}
	if err := ReplaceFile(filepath.Join(dir, "index.html"), func(w io.Writer) error { return WriteHTML(w, r) }); err != nil {
		return err
	}
	octets, err := autobahnJSON(index)
	if err != nil {
		return fmt.Errorf("write Autobahn's report: %w", err)
	}
	return ReplaceFile(filepath.Join(dir, "index.json"), func(w io.Writer) error {
		_, err := w.Write(octets)
		return err
	})
}

// autobahnVerdict is what index.json says of a case.
type autobahnVerdict struct {
	Behavior        Behavior      `json:"behavior"`
	BehaviorClose   BehaviorClose `json:"behaviorClose"`
	RemoteCloseCode *int          `json:"remoteCloseCode"`
	// Duration is in whole milliseconds.
	Duration   int64  `json:"duration"`
	ReportFile string `json:"reportfile"`
}

// autobahnIndex has the verdicts by agent and case.
func autobahnIndex(r *Report) (map[string]map[string]autobahnVerdict, error) {
	index := map[string]map[string]autobahnVerdict{}
	prefixes, taken, roles := map[string]string{}, map[string]bool{}, map[string]Role{}
	for _, t := range r.Targets {
		if role, ok := roles[t.Agent]; ok && role != t.Role {
			return nil, fmt.Errorf("%s is there as a server and as a client, which Autobahn's form cannot tell apart", t.Agent)
		}
		roles[t.Agent] = t.Role
		prefix := autobahnName(t.Agent)
		for n := 2; taken[prefix]; n++ { // "a b" and "a-b" are two agents
			prefix = fmt.Sprintf("%s_%d", autobahnName(t.Agent), n)
		}
		prefixes[t.Agent], taken[prefix] = prefix, true
	}
	for i := range r.Results {
		res := &r.Results[i]
		if res.Verdict == Error || res.Behavior == "" {
			continue
		}
		if index[res.Agent] == nil {
			index[res.Agent] = map[string]autobahnVerdict{}
		}
		index[res.Agent][res.ID] = autobahnVerdict{
			Behavior: res.Behavior, BehaviorClose: res.BehaviorClose, RemoteCloseCode: res.RemoteCloseCode,
			Duration:   int64(math.Round(res.DurationMs)),
			ReportFile: fmt.Sprintf("%s_case_%s.json", prefixes[res.Agent], autobahnName(res.ID)),
		}
	}
	if len(index) == 0 {
		return nil, fmt.Errorf("the report has no result")
	}
	return index, nil
}

// autobahnName is a name as Autobahn has it in the names of files.
func autobahnName(name string) string {
	return strings.Map(func(c rune) rune {
		if c >= 'a' && c <= 'z' || c >= '0' && c <= '9' {
			return c
		}
		return '_'
	}, strings.ToLower(name))
}

func autobahnJSON(v any) ([]byte, error) {
	octets, err := json.MarshalIndent(v, "", "   ")
	return append(octets, '\n'), err
}
