package autobahn

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/wsspec/wsspec/conformance/verdict"
	"github.com/wsspec/wsspec/reports"
)

// How large the files of a report folder may be. An index of all cases for ten
// agents has 1 MB, a case's file some KB, with 1000 messages some hundred.
const (
	mostIndexOctets = 64 << 20
	mostCaseOctets  = 64 << 20
)

// Options say what a report folder does not tell.
type Options struct {
	// Role is the peers' own; empty means the one that the cases' files tell.
	Role verdict.Role
	// URLs are where the agents were tested, by name. One that is missing has none.
	URLs map[string]string
	// Want are the ids of the cases that each of Agents should have; without any,
	// those are wanted that are there.
	Want   []string
	Agents []string
	// Describe returns what is known of a case by its id; nil, and a title that is
	// empty, mean what the case's file says.
	Describe func(id string) Case
	// Tool and Command are the report's. Started is when the run began, and
	// Duration how long it took.
	Tool     reports.Tool
	Command  []string
	Started  time.Time
	Duration time.Duration
}

// A Case is what is known of a case besides its verdict.
type Case struct {
	Title        string
	Level        verdict.Level
	Requirements []string
	Clauses      map[string]reports.Clause
}

// ErrEmpty says that a report has no case: nothing was tested, which is no success.
var ErrEmpty = errors.New("the report of Autobahn has no case: nothing was tested")

// An IncompleteError says which cases a report lacks.
type IncompleteError struct {
	Agent   string
	Missing []string
	Of      int
}

// Error names the first few.
func (e *IncompleteError) Error() string {
	few := strings.Join(e.Missing[:min(len(e.Missing), 5)], ", ")
	if len(e.Missing) > 5 {
		few += ", …"
	}
	return fmt.Sprintf("Autobahn's report has %d of %d cases for %s; missing: %s", e.Of-len(e.Missing), e.Of, e.Agent, few)
}

// Read reads the folder that the Autobahn|Testsuite wrote. A report without a case
// is [ErrEmpty]. If cases are missing that were wanted, the report has the others
// and the error is an [IncompleteError]. Any other error says which file is wrong,
// and where.
//
// The verdicts are those of index.json. A case whose own file is missing has
// nothing else; one whose file contradicts the index is an error.
func Read(dir string, o Options) (*reports.Report, error) {
	index, err := readIndex(filepath.Join(dir, "index.json"))
	if err != nil {
		return nil, err
	}
	if empty(index) {
		return nil, ErrEmpty
	}
	if o.Role == "" {
		if o.Role, err = roleOf(dir, index); err != nil {
			return nil, err
		}
	}
	r := &reports.Report{
		Schema: reports.Schema, Tool: o.Tool, Command: o.Command, Started: o.Started, Profile: "full",
		DurationMs: float64(o.Duration.Microseconds()) / 1000, Clauses: map[string]reports.Clause{},
	}
	for _, agent := range slices.Sorted(maps.Keys(index)) {
		r.Targets = append(r.Targets, reports.Target{Agent: agent, Role: o.Role, URL: o.URLs[agent]})
		for _, id := range slices.SortedFunc(maps.Keys(index[agent]), reports.CompareIDs) {
			res, err := readResult(dir, agent, id, index[agent][id], &o)
			if err != nil {
				return nil, fmt.Errorf("%s, case %s: %w", agent, id, err)
			}
			if o.Describe != nil {
				maps.Copy(r.Clauses, o.Describe(id).Clauses)
			}
			r.Results = append(r.Results, *res)
		}
	}
	r.Summary = reports.Summarize(r.Targets, r.Results)
	if err := r.Validate(); err != nil {
		return nil, fmt.Errorf("the report of Autobahn in %s: %w", dir, err)
	}
	return r, complete(r, &o)
}

func empty(index map[string]map[string]indexed) bool {
	for _, cases := range index {
		if len(cases) > 0 {
			return false
		}
	}
	return true
}

// complete finds the cases that are missing.
func complete(r *reports.Report, o *Options) error {
	has := map[[2]string]bool{}
	for i := range r.Results {
		has[[2]string{r.Results[i].Agent, r.Results[i].ID}] = true
	}
	agents := o.Agents
	if agents == nil {
		for _, t := range r.Targets {
			agents = append(agents, t.Agent)
		}
	}
	var errs []error
	for _, agent := range agents {
		var missing []string
		for _, id := range o.Want {
			if !has[[2]string{agent, id}] {
				missing = append(missing, id)
			}
		}
		if len(missing) > 0 {
			errs = append(errs, &IncompleteError{agent, missing, len(o.Want)})
		}
	}
	return errors.Join(errs...)
}

// indexed is what index.json says of a case.
type indexed struct {
	Behavior        verdict.Behavior `json:"behavior"`
	BehaviorClose   string           `json:"behaviorClose"`
	RemoteCloseCode *int             `json:"remoteCloseCode"`
	// Duration is in milliseconds.
	Duration   float64 `json:"duration"`
	ReportFile string  `json:"reportfile"`
}

func readIndex(path string) (map[string]map[string]indexed, error) {
	var index map[string]map[string]indexed
	err := readJSON(path, mostIndexOctets, &index)
	if errors.Is(err, os.ErrNotExist) {
		return nil, fmt.Errorf("there is no %s, so Autobahn wrote no report. Does the Docker daemon run on another machine, where this folder is not?", path)
	}
	return index, err
}

// readJSON reads a file that has to hold one JSON value. The errors name the file
// and the place.
func readJSON(path string, most int64, to any) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	octets, err := io.ReadAll(io.LimitReader(f, most+1))
	if err != nil {
		return err
	}
	if int64(len(octets)) > most {
		return fmt.Errorf("%s is larger than %d octets", path, most)
	}
	var syntax *json.SyntaxError
	var mistyped *json.UnmarshalTypeError
	switch err := json.Unmarshal(octets, to); {
	case len(bytes.TrimSpace(octets)) == 0:
		return fmt.Errorf("%s is empty", path)
	case errors.As(err, &syntax):
		before := octets[:min(int(syntax.Offset), len(octets))]
		return fmt.Errorf("%s: no JSON in line %d: %w", path, 1+bytes.Count(before, []byte("\n")), err)
	case errors.As(err, &mistyped):
		return fmt.Errorf("%s: %s is a JSON %s, which it never is in a report of Autobahn's", path, mistyped.Field, mistyped.Value)
	case err != nil:
		return fmt.Errorf("%s: %w", path, err)
	}
	return nil
}

// readResult makes a result of what the index and the case's file say.
func readResult(dir, agent, id string, x indexed, o *Options) (*reports.Result, error) {
	res := &reports.Result{
		Agent: agent, Role: o.Role, ID: id, Title: "case " + id, Level: verdict.Must,
		Behavior: x.Behavior, BehaviorClose: verdict.CloseBehavior(x.BehaviorClose),
		RemoteCloseCode: x.RemoteCloseCode, DurationMs: x.Duration, Attempts: 1,
	}
	if x.BehaviorClose == string(verdict.Unimplemented) {
		res.BehaviorClose = "" // only Autobahn has that word for an end
	}
	if code := x.RemoteCloseCode; code != nil && (*code < 0 || *code > 0xffff) {
		return nil, fmt.Errorf("remoteCloseCode is %d, which two octets cannot hold", *code)
	}
	res.Verdict = verdict.Overall(res.Behavior, res.BehaviorClose)
	if o.Describe != nil {
		if c := o.Describe(id); c.Title != "" {
			res.Title, res.Level, res.Requirements = c.Title, c.Level, c.Requirements
		}
	}
	if x.ReportFile == "" {
		res.Explanation = "Autobahn's index names no file for the case."
		return res, nil
	}
	// The name is somebody else's: it may lead nowhere but into the folder.
	if x.ReportFile != filepath.Base(x.ReportFile) || strings.ContainsAny(x.ReportFile, `/\`) {
		return nil, fmt.Errorf("reportfile is %q, which is no name of a file in the folder", x.ReportFile)
	}
	var c caseFile
	switch err := readJSON(filepath.Join(dir, x.ReportFile), mostCaseOctets, &c); {
	case errors.Is(err, os.ErrNotExist):
		res.Explanation = "Autobahn's file about the case, " + x.ReportFile + ", is missing."
		return res, nil
	case err != nil:
		return nil, err
	}
	return res, c.complete(res, x)
}

// roleOf finds out from the cases' files whose report it is.
func roleOf(dir string, index map[string]map[string]indexed) (verdict.Role, error) {
	for _, agent := range slices.Sorted(maps.Keys(index)) {
		for _, id := range slices.SortedFunc(maps.Keys(index[agent]), reports.CompareIDs) {
			var c struct {
				IsServer *bool `json:"isServer"`
			}
			name := filepath.Base(index[agent][id].ReportFile)
			if readJSON(filepath.Join(dir, name), mostCaseOctets, &c) != nil || c.IsServer == nil {
				continue
			}
			if *c.IsServer {
				return verdict.Client, nil
			}
			return verdict.Server, nil
		}
	}
	return "", fmt.Errorf("no file in %s tells whether servers or clients were tested", dir)
}
