package junit

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"testing"

	"github.com/wsspec/wsspec/conformance/verdict"
	"github.com/wsspec/wsspec/reports"
	"github.com/wsspec/wsspec/reports/internal/fixture"
	"github.com/wsspec/wsspec/reports/internal/wording"
)

func xmlOf(t *testing.T, r *reports.Report) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := Write(&b, r); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestJUnit(t *testing.T) {
	fixture.Golden(t, "junit.xml", xmlOf(t, fixture.Sample()))
}

func TestJUnitOfHostileTextIsXMLThatSaysTheSame(t *testing.T) {
	octets := xmlOf(t, fixture.Sample())
	dec := xml.NewDecoder(bytes.NewReader(octets))
	for {
		_, err := dec.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	var suites testSuites
	if err := xml.Unmarshal(octets, &suites); err != nil {
		t.Fatal(err)
	}
	for _, s := range suites.Suites {
		for _, c := range s.Cases {
			if c.ClassName == "wsspec.beta.server.2" {
				want := wording.Visible(fixture.Hostile) + " Likely cause: the peer takes control frames of any length."
				if c.Failure == nil || c.Failure.Message != want {
					t.Errorf("message is %q", c.Failure.Message)
				}
				return
			}
		}
	}
	t.Error("the hostile case is missing")
}

func TestJUnitCountsWhatItHolds(t *testing.T) {
	var suites testSuites
	if err := xml.Unmarshal(xmlOf(t, fixture.Sample()), &suites); err != nil {
		t.Fatal(err)
	}
	summary := reports.Summarize(fixture.Sample().Targets, fixture.Sample().Results)
	var tests, failures, errs, skipped int
	for _, s := range suites.Suites {
		if s.Tests != len(s.Cases) {
			t.Errorf("suite %s says %d tests and holds %d", s.Name, s.Tests, len(s.Cases))
		}
		for _, c := range s.Cases {
			tests++
			if c.Failure != nil {
				failures++
			}
			if c.Error != nil {
				errs++
			}
			if c.Skipped != nil {
				skipped++
			}
		}
	}
	// One more test is the error that the run is not complete.
	want := []int{summary.Cases + 1, summary.Verdicts[verdict.Fail], summary.Verdicts[verdict.Error] + 1, summary.Verdicts[verdict.Skip] + summary.Verdicts[verdict.NotRun]}
	for i, got := range []int{tests, failures, errs, skipped} {
		if got != want[i] {
			t.Errorf("tests, failures, errors, skipped: number %d is %d, the summary says %d", i, got, want[i])
		}
	}
	if suites.Tests != tests || suites.Failures != failures || suites.Errors != errs || suites.Skipped != skipped {
		t.Errorf("the totals are %d, %d, %d, %d", suites.Tests, suites.Failures, suites.Errors, suites.Skipped)
	}
}
