package reports

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"
)

// WriteSARIF writes the report in the Static Analysis Results Interchange
// Format, version 2.1.0: the clauses are the rules, each case that failed or
// got a remark is a result of the first clause it checks, and what the harness
// could not finish is a notification of the run. Fingerprints stay the same
// from run to run.
func WriteSARIF(w io.Writer, r *Report) error {
	run := sarifRun{
		Tool:        sarifTool{sarifDriver{Name: r.Tool.Name, Version: r.Tool.Version, InformationURI: "https://github.com/wsspec/wsspec", Rules: sarifRules(r)}},
		Invocations: []sarifInvocation{{CommandLine: shellWords(r.Command), StartTimeUTC: r.Started.UTC().Format("2006-01-02T15:04:05Z"), ExecutionSuccessful: true, Notifications: []sarifNotification{}}},
		Results:     []sarifResult{},
	}
	for i := range r.Results {
		res := &r.Results[i]
		switch res.Verdict {
		case Fail, Warn:
			run.Results = append(run.Results, r.sarifResult(res))
		case Error:
			run.Invocations[0].ExecutionSuccessful = false
			run.Invocations[0].Notifications = append(run.Invocations[0].Notifications, sarifNotification{
				Level: "error", Message: sarifText{fmt.Sprintf("%s, case %s: %s", res.peer().name(), res.ID, res.Explanation)},
			})
		}
	}
	enc := json.NewEncoder(w)
	enc.SetIndent("", " ")
	if err := enc.Encode(sarifLog{
		Schema:  "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json",
		Version: "2.1.0", Runs: []sarifRun{run},
	}); err != nil {
		return fmt.Errorf("write SARIF: %w", err)
	}
	return nil
}

func (r *Report) sarifResult(res *Result) sarifResult {
	level := "error"
	if res.Verdict == Warn {
		level = "warning"
	}
	rule := noClause
	if len(res.Requirements) > 0 {
		rule = res.Requirements[0]
	}
	name := strings.Join([]string{res.Agent, string(res.Role), res.ID}, "/")
	sum := sha256.Sum256([]byte(name))
	location := sarifLocation{
		// A finding about a peer has no line of source; GitHub takes none without.
		Physical: sarifPhysical{Artifact: sarifArtifact{URI: sarifFile}, Region: sarifRegion{StartLine: 1}},
		Logical:  []sarifLogical{{Name: res.ID, FullName: name, Kind: "object"}},
	}
	return sarifResult{
		RuleID: rule, Level: level, Kind: "fail",
		Message:      sarifText{res.Why() + "\n\n" + strings.Join(r.account(res), "\n")},
		Locations:    []sarifLocation{location},
		Fingerprints: map[string]string{"wsspecCase/v1": hex.EncodeToString(sum[:])},
	}
}

// sarifFile stands for the place of every finding: the report itself.
const sarifFile = "report.json"

// noClause is the rule of cases that name no clause.
const noClause = "wsspec"

func sarifRules(r *Report) []sarifRule {
	rules := []sarifRule{{ID: noClause, Short: sarifText{"What a case of wsspec expects."}}}
	for id, c := range r.Clauses {
		rules = append(rules, sarifRule{
			ID: id, HelpURI: c.Link(),
			Short: sarifText{c.Summary},
			Full:  &sarifText{c.Reference() + ", " + c.Level + ": " + c.Summary},
		})
	}
	slices.SortFunc(rules, func(a, b sarifRule) int { return CompareIDs(a.ID, b.ID) })
	return rules
}

type sarifLog struct {
	Schema  string     `json:"$schema"`
	Version string     `json:"version"`
	Runs    []sarifRun `json:"runs"`
}

type sarifRun struct {
	Tool        sarifTool         `json:"tool"`
	Invocations []sarifInvocation `json:"invocations"`
	Results     []sarifResult     `json:"results"`
}

type sarifTool struct {
	Driver sarifDriver `json:"driver"`
}

type sarifDriver struct {
	Name           string      `json:"name"`
	Version        string      `json:"version,omitempty"`
	InformationURI string      `json:"informationUri"`
	Rules          []sarifRule `json:"rules"`
}

type sarifRule struct {
	ID      string     `json:"id"`
	HelpURI string     `json:"helpUri,omitempty"`
	Short   sarifText  `json:"shortDescription"`
	Full    *sarifText `json:"fullDescription,omitempty"`
}

type sarifText struct {
	Text string `json:"text"`
}

type sarifInvocation struct {
	CommandLine         string              `json:"commandLine,omitempty"`
	StartTimeUTC        string              `json:"startTimeUtc"`
	ExecutionSuccessful bool                `json:"executionSuccessful"`
	Notifications       []sarifNotification `json:"toolExecutionNotifications"`
}

type sarifNotification struct {
	Level   string    `json:"level"`
	Message sarifText `json:"message"`
}

type sarifResult struct {
	RuleID       string            `json:"ruleId"`
	Level        string            `json:"level"`
	Kind         string            `json:"kind"`
	Message      sarifText         `json:"message"`
	Locations    []sarifLocation   `json:"locations"`
	Fingerprints map[string]string `json:"partialFingerprints"`
}

type sarifLocation struct {
	Physical sarifPhysical  `json:"physicalLocation"`
	Logical  []sarifLogical `json:"logicalLocations"`
}

type sarifPhysical struct {
	Artifact sarifArtifact `json:"artifactLocation"`
	Region   sarifRegion   `json:"region"`
}

type sarifArtifact struct {
	URI string `json:"uri"`
}

type sarifRegion struct {
	StartLine int `json:"startLine"`
}

type sarifLogical struct {
	Name     string `json:"name"`
	FullName string `json:"fullyQualifiedName"`
	Kind     string `json:"kind"`
}
