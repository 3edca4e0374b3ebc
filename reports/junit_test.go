package reports

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"testing"
)

func junitOf(t *testing.T, r *Report) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := WriteJUnit(&b, r); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestJUnit(t *testing.T) {
	golden(t, "junit.xml", junitOf(t, sample()))
}

func TestJUnitOfHostileTextIsXMLThatSaysTheSame(t *testing.T) {
	octets := junitOf(t, sample())
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
	var suites junitSuites
	if err := xml.Unmarshal(octets, &suites); err != nil {
		t.Fatal(err)
	}
	for _, s := range suites.Suites {
		for _, c := range s.Cases {
			if c.ClassName == "wsspec.beta.server.2" {
				want := "</script><script>alert(1)</script> ]]> \uFFFD \uFFFD[31m \uFFFD\uFFFD \uFFFD <b>&amp; Likely cause: the peer takes control frames of any length."
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
	var suites junitSuites
	if err := xml.Unmarshal(junitOf(t, sample()), &suites); err != nil {
		t.Fatal(err)
	}
	summary := Summarize(sample().Targets, sample().Results)
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
	want := []int{summary.Cases, summary.Verdicts[Fail], summary.Verdicts[Error], summary.Verdicts[Skip]}
	for i, got := range []int{tests, failures, errs, skipped} {
		if got != want[i] {
			t.Errorf("tests, failures, errors, skipped: number %d is %d, the summary says %d", i, got, want[i])
		}
	}
	if suites.Tests != tests || suites.Failures != failures || suites.Errors != errs || suites.Skipped != skipped {
		t.Errorf("the totals are %d, %d, %d, %d", suites.Tests, suites.Failures, suites.Errors, suites.Skipped)
	}
}

func TestRerunCommandIsOneAShellTakes(t *testing.T) {
	r := sample()
	for i, want := range map[int]string{
		0: `wsspec server 'ws://localhost:9001/echo?a=1&b='\''x'\''' --agent alpha --slow=2 --run 1.1.1`,
		9: `wsspec client --listen localhost:9003 --run 1.1.1`,
	} {
		if got := r.rerun(&r.Results[i]); got != want {
			t.Errorf("rerun = %s\nwant    %s", got, want)
		}
	}
	if got := (&Report{}).rerun(&r.Results[0]); got != "" {
		t.Errorf("a report without a command gives %q", got)
	}
}
