// Package sarif writes reports in the Static Analysis Results Interchange Format.
package sarif

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/wsspec/wsspec/conformance/verdict"
	"github.com/wsspec/wsspec/reports"
	"github.com/wsspec/wsspec/reports/internal/outline"
	"github.com/wsspec/wsspec/reports/internal/wording"
)

// Form is this form in the table of package forms.
var Form = reports.Form{Name: "sarif", File: "report.sarif", About: "for code scanning", Write: Write}

// Write writes the report in SARIF, version 2.1.0. The clauses are the rules. Each
// case that fails or warns is a result of its first clause. Each  Fingerprints are the same in every
// run.
func Write(w io.Writer, r *reports.Report) error {
	r = outline.Visible(r)
	out := run{
		Tool:        tool{driver{Name: r.Tool.Name, Version: r.Tool.Version, InformationURI: "https://github.com/wsspec/wsspec", Rules: rulesOf(r)}},
		Invocations: []invocation{{CommandLine: wording.ShellWords(r.Command), StartTimeUTC: r.Started.UTC().Format("2006-01-02T15:04:05Z"), ExecutionSuccessful: true, Notifications: []notification{}}},
		Results:     []result{},
	}
	for i := range r.Results {
		res := &r.Results[i]
		switch res.Verdict {
		case verdict.Fail, verdict.Warn:
			out.Results = append(out.Results, newResult(r, res))
		case verdict.Error:
			out.Invocations[0].fail(fmt.Sprintf("%s, case %s: %s", res.Peer().String(), res.ID, res.Explanation))
		}
	}
	if r.Interrupted != "" {
		out.Invocations[0].fail("The run was interrupted: " + r.Interrupted)
	}
	if shards := outline.OnlyShards(r); shards != "" {
		out.Invocations[0].Notifications = append(out.Invocations[0].Notifications, notification{Level: "note", Message: text{shards}})
	}
	for _, gap := range outline.Gaps(r) {
		out.Invocations[0].fail(gap.Sentence())
	}
	enc := json.NewEncoder(w)
	enc.SetIndent("", " ")
	if err := enc.Encode(log{
		Schema:  "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json",
		Version: "2.1.0", Runs: []run{out},
	}); err != nil {
		return fmt.Errorf("write SARIF: %w", err)
	}
	return nil
}

func newResult(r *reports.Report, res *reports.Result) result {
	level := "error"
	if res.Verdict == verdict.Warn {
		level = "warning"
	}
	rule := noClause
	if id := res.Clause(); id != "" {
		rule = id
	}
	name := strings.Join([]string{res.Agent, string(res.Role), res.ID}, "/")
	sum := sha256.Sum256([]byte(name))
	at := location{
		// GitHub rejects results without a line of source, which these do not have.
		Physical: physical{Artifact: artifact{URI: artifactFile}, Region: region{StartLine: 1}},
		Logical:  []logical{{Name: res.ID, FullName: name, Kind: "object"}},
	}
	return result{
		RuleID: rule, Level: level, Kind: "fail",
		Message:      text{res.Why() + "\n\n" + strings.Join(r.Account(res), "\n")},
		Locations:    []location{at},
		State:        baselineStates[res.Standing],
		Fingerprints: map[string]string{"wsspecCase/v1": hex.EncodeToString(sum[:])},
	}
}

// baselineStates are SARIF's words for standings.
var baselineStates = map[reports.Standing]string{reports.New: "new", reports.Known: "unchanged", reports.Fixed: "updated"}

// artifactFile is the location of every result: the report itself.
const artifactFile = "report.json"

// noClause is the rule of cases without a clause.
const noClause = "wsspec"

func rulesOf(r *reports.Report) []rule {
	rules := []rule{{ID: noClause, Short: text{"A case of wsspec without a requirement."}}}
	for id, c := range r.Clauses {
		rules = append(rules, rule{
			ID: id, HelpURI: c.URL(),
			Short: text{c.Summary},
			Full:  &text{c.Reference() + ", " + c.Level + ": " + c.Summary},
		})
	}
	slices.SortFunc(rules, func(a, b rule) int { return reports.CompareIDs(a.ID, b.ID) })
	return rules
}

type log struct {
	Schema  string `json:"$schema"`
	Version string `json:"version"`
	Runs    []run  `json:"runs"`
}

type run struct {
	Tool        tool         `json:"tool"`
	Invocations []invocation `json:"invocations"`
	Results     []result     `json:"results"`
}

type tool struct {
	Driver driver `json:"driver"`
}

type driver struct {
	Name           string `json:"name"`
	Version        string `json:"version,omitempty"`
	InformationURI string `json:"informationUri"`
	Rules          []rule `json:"rules"`
}

type rule struct {
	ID      string `json:"id"`
	HelpURI string `json:"helpUri,omitempty"`
	Short   text   `json:"shortDescription"`
	Full    *text  `json:"fullDescription,omitempty"`
}

type text struct {
	Text string `json:"text"`
}

type invocation struct {
	CommandLine         string         `json:"commandLine,omitempty"`
	StartTimeUTC        string         `json:"startTimeUtc"`
	ExecutionSuccessful bool           `json:"executionSuccessful"`
	Notifications       []notification `json:"toolExecutionNotifications"`
}

// fail notes why the run is not complete.
func (i *invocation) fail(why string) {
	i.ExecutionSuccessful = false
	i.Notifications = append(i.Notifications, notification{Level: "error", Message: text{why}})
}

type notification struct {
	Level   string `json:"level"`
	Message text   `json:"message"`
}

type result struct {
	RuleID       string            `json:"ruleId"`
	Level        string            `json:"level"`
	Kind         string            `json:"kind"`
	Message      text              `json:"message"`
	Locations    []location        `json:"locations"`
	State        string            `json:"baselineState,omitempty"`
	Fingerprints map[string]string `json:"partialFingerprints"`
}

type location struct {
	Physical physical  `json:"physicalLocation"`
	Logical  []logical `json:"logicalLocations"`
}

type physical struct {
	Artifact artifact `json:"artifactLocation"`
	Region   region   `json:"region"`
}

type artifact struct {
	URI string `json:"uri"`
}

type region struct {
	StartLine int `json:"startLine"`
}

type logical struct {
	Name     string `json:"name"`
	FullName string `json:"fullyQualifiedName"`
	Kind     string `json:"kind"`
}
