package reports

import (
	"encoding/xml"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"
)

// WriteJUnit writes the report as JUnit XML: one suite for each agent, role and
// section, one test for each case. A test's name is the case's id and its class
// "wsspec.<agent>.<role>.<section>"; neither changes when a title does. A
// verdict of fail is a failure, error an error, skip skipped; what is to be said
// of a warn or of a flaky case goes to its output.
//
// Characters that XML 1.0 does not allow are written as U+FFFD.
func WriteJUnit(w io.Writer, r *Report) error {
	suites := junitSuites{Name: "wsspec", Time: seconds(r.DurationMs)}
	for _, group := range groupBySection(r.Results) {
		suite := r.junitSuite(group)
		suites.Tests += suite.Tests
		suites.Failures += suite.Failures
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

type junitSuites struct {
	XMLName  xml.Name     `xml:"testsuites"`
	Name     string       `xml:"name,attr"`
	Tests    int          `xml:"tests,attr"`
	Failures int          `xml:"failures,attr"`
	Errors   int          `xml:"errors,attr"`
	Skipped  int          `xml:"skipped,attr"`
	Time     string       `xml:"time,attr"`
	Suites   []junitSuite `xml:"testsuite"`
}

type junitSuite struct {
	Name       string          `xml:"name,attr"`
	Tests      int             `xml:"tests,attr"`
	Failures   int             `xml:"failures,attr"`
	Errors     int             `xml:"errors,attr"`
	Skipped    int             `xml:"skipped,attr"`
	Time       string          `xml:"time,attr"`
	Timestamp  string          `xml:"timestamp,attr"`
	Properties []junitProperty `xml:"properties>property"`
	Cases      []junitCase     `xml:"testcase"`
}

type junitProperty struct {
	Name  string `xml:"name,attr"`
	Value string `xml:"value,attr"`
}

type junitCase struct {
	Name      string        `xml:"name,attr"`
	ClassName string        `xml:"classname,attr"`
	Time      string        `xml:"time,attr"`
	Skipped   *junitMessage `xml:"skipped"`
	Error     *junitMessage `xml:"error"`
	Failure   *junitMessage `xml:"failure"`
	SystemOut string        `xml:"system-out,omitempty"`
}

type junitMessage struct {
	Message string `xml:"message,attr"`
	Type    string `xml:"type,attr,omitempty"`
	Text    string `xml:",chardata"`
}

func (r *Report) junitSuite(group sectionGroup) junitSuite {
	suite := junitSuite{
		Name:      strings.Join([]string{"wsspec", group.peer.agent, string(group.peer.role), group.section}, "."),
		Timestamp: r.Started.UTC().Format(time.RFC3339),
		Properties: []junitProperty{
			{"agent", group.peer.agent},
			{"role", string(group.peer.role)},
			{"section", SectionTitle(group.section)},
			{"profile", r.Profile},
			{"version", r.Tool.Version},
		},
	}
	var ms float64
	for _, res := range group.results {
		ms += res.DurationMs
		c := junitCase{Name: res.ID, ClassName: suite.Name, Time: seconds(res.DurationMs)}
		text := strings.Join(r.account(res), "\n")
		suite.Tests++
		switch res.Verdict {
		case Fail:
			suite.Failures++
			c.Failure = &junitMessage{res.Why(), string(res.Behavior), text}
		case Error:
			suite.Errors++
			c.Error = &junitMessage{res.Explanation, "harness", text}
		case Skip:
			suite.Skipped++
			c.Skipped = &junitMessage{Message: res.Explanation}
		case Warn:
			c.SystemOut = "warning: " + res.Explanation + "\n" + text
		case Pass:
			if res.Flaky {
				c.SystemOut = "flaky: " + res.Explanation + "\n" + text
			}
		}
		suite.Cases = append(suite.Cases, c)
	}
	suite.Time = seconds(ms)
	return suite
}

func seconds(ms float64) string { return fmt.Sprintf("%.6f", ms/1000) }

// A sectionGroup is the results of one peer in one section.
type sectionGroup struct {
	peer    peer
	section string
	results []*Result
}

// groupBySection groups results by peer, in the order the peers first appear,
// and within each by section and id.
func groupBySection(results []Result) []sectionGroup {
	var peers []peer
	byPeer := make(map[peer]map[string][]*Result)
	for i := range results {
		res := &results[i]
		p := res.peer()
		if byPeer[p] == nil {
			byPeer[p] = make(map[string][]*Result)
			peers = append(peers, p)
		}
		section := SectionOf(res.ID)
		byPeer[p][section] = append(byPeer[p][section], res)
	}
	var groups []sectionGroup
	for _, p := range peers {
		var sections []string
		for section := range byPeer[p] {
			sections = append(sections, section)
		}
		slices.SortFunc(sections, CompareIDs)
		for _, section := range sections {
			cases := byPeer[p][section]
			slices.SortStableFunc(cases, func(a, b *Result) int { return CompareIDs(a.ID, b.ID) })
			groups = append(groups, sectionGroup{p, section, cases})
		}
	}
	return groups
}
