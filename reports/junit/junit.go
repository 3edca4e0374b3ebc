// Package junit writes reports as JUnit XML, which junit.xsd describes.
package junit

import (
	"encoding/xml"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/wsspec/wsspec/conformance/verdict"
	"github.com/wsspec/wsspec/reports"
	"github.com/wsspec/wsspec/reports/internal/outline"
	"github.com/wsspec/wsspec/reports/internal/wording"
)

// Form is this form in the table of package forms.
var Form = reports.Form{Name: "junit", File: "junit.xml", About: "for CI systems", Default: true, Write: Write}

// Write writes the report as JUnit XML: one suite for each agent, role and section,
// one test for each case. A test's name is the case's id and its title, and its class is
// "wsspec.<agent>.<role>.<section>". The verdict
// fail is a failure, error is an error, skip and "not run" are skipped. A failure that
// the run's baseline knows is skipped, with a message that begins with "known"; a case
// that is better than in the baseline says so in its output. A peer whose
// planned cases did not all run has one more suite, whose only test is an error that
// says so. A report with only some shards of a run has one whose only test is skipped. The explanation of a case
// that warns or is flaky is in the test's output.
//
// Characters that cannot be seen or that XML 1.0 does not allow are replaced, and long
// texts are cut, as in all forms for people.
func Write(w io.Writer, r *reports.Report) error {
	r = outline.Visible(r)
	suites := testSuites{Name: "wsspec", Time: seconds(r.DurationMs)}
	for _, group := range outline.GroupBySection(r.Results) {
		suite := newSuite(r, group)
		suites.Tests += suite.Tests
		suites.Failures += suite.Failures
		suites.Errors += suite.Errors
		suites.Skipped += suite.Skipped
		suites.Suites = append(suites.Suites, suite)
	}
	for _, suite := range incompleteSuites(r) {
		suites.Tests += suite.Tests
		suites.Errors += suite.Errors
		suites.Skipped += suite.Skipped
		suites.Suites = append(suites.Suites, suite)
	}
	if _, err := io.WriteString(w, xml.Header); err != nil {
		return fmt.Errorf("write JUnit: %w", err)
	}
	enc := xml.NewEncoder(w)
	enc.Indent("", "  ")
	if err := enc.Encode(suites); err != nil {
		return fmt.Errorf("write JUnit: %w", err)
	}
	if _, err := io.WriteString(w, "\n"); err != nil {
		return fmt.Errorf("write JUnit: %w", err)
	}
	return nil
}

type testSuites struct {
	XMLName  xml.Name    `xml:"testsuites"`
	Name     string      `xml:"name,attr"`
	Tests    int         `xml:"tests,attr"`
	Failures int         `xml:"failures,attr"`
	Errors   int         `xml:"errors,attr"`
	Skipped  int         `xml:"skipped,attr"`
	Time     string      `xml:"time,attr"`
	Suites   []testSuite `xml:"testsuite"`
}

type testSuite struct {
	Name       string     `xml:"name,attr"`
	Tests      int        `xml:"tests,attr"`
	Failures   int        `xml:"failures,attr"`
	Errors     int        `xml:"errors,attr"`
	Skipped    int        `xml:"skipped,attr"`
	Time       string     `xml:"time,attr"`
	Timestamp  string     `xml:"timestamp,attr"`
	Properties []property `xml:"properties>property"`
	Cases      []testCase `xml:"testcase"`
}

type property struct {
	Name  string `xml:"name,attr"`
	Value string `xml:"value,attr"`
}

type testCase struct {
	Name      string   `xml:"name,attr"`
	ClassName string   `xml:"classname,attr"`
	Time      string   `xml:"time,attr"`
	Skipped   *message `xml:"skipped"`
	Error     *message `xml:"error"`
	Failure   *message `xml:"failure"`
	SystemOut string   `xml:"system-out,omitempty"`
}

type message struct {
	Message string `xml:"message,attr"`
	Type    string `xml:"type,attr,omitempty"`
	Text    string `xml:",chardata"`
}

func newSuite(r *reports.Report, group outline.SectionGroup) testSuite {
	suite := testSuite{
		Name:      strings.Join([]string{"wsspec", group.Peer.Agent, string(group.Peer.Role), group.Section}, "."),
		Timestamp: r.Started.UTC().Format(time.RFC3339),
		Properties: []property{
			{"agent", group.Peer.Agent},
			{"role", string(group.Peer.Role)},
			{"section", reports.SectionTitle(group.Section)},
			{"profile", r.Profile},
			{"version", r.Tool.Version},
		},
	}
	var ms float64
	for _, res := range group.Results {
		ms += res.DurationMs
		c := testCase{Name: strings.TrimSpace(res.ID + " " + wording.OneLine(res.Title)), ClassName: suite.Name, Time: seconds(res.DurationMs)}
		text := strings.Join(r.Account(res), "\n")
		suite.Tests++
		switch res.Verdict {
		case verdict.Fail:
			if res.Standing == reports.Known {
				suite.Skipped++
				c.Skipped = &message{Message: "known: " + res.Why()}
				c.SystemOut = text
				break
			}
			suite.Failures++
			c.Failure = &message{res.Why(), string(res.Behavior), text}
		case verdict.Error:
			suite.Errors++
			c.Error = &message{res.Explanation, "harness", text}
		case verdict.Skip:
			suite.Skipped++
			c.Skipped = &message{Message: res.Explanation}
		case verdict.Warn:
			c.SystemOut = "warning: " + res.Explanation + "\n" + text
		case verdict.Pass:
			if res.Flaky {
				c.SystemOut = "flaky: " + res.Explanation + "\n" + text
			}
		default: // such as "not run"
			suite.Skipped++
			c.Skipped = &message{Message: string(res.Verdict) + ": " + res.Explanation}
		}
		if res.Standing == reports.Fixed {
			c.SystemOut = strings.TrimSpace("better than in the baseline, which can be renewed\n" + c.SystemOut)
		}
		suite.Cases = append(suite.Cases, c)
	}
	suite.Time = seconds(ms)
	return suite
}

func seconds(ms float64) string { return fmt.Sprintf("%.6f", ms/1000) }
