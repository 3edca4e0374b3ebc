package reports_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/wsspec/wsspec/conformance/verdict"
	"github.com/wsspec/wsspec/reports"
	"github.com/wsspec/wsspec/reports/internal/fixture"
)

func TestAddGoTest(t *testing.T) {
	r := fixture.Sample()
	if len(r.GoTests) != 3 || len(r.GoTestCode) != 2 {
		t.Fatalf("%d tests with %d pieces of code, want 3 with 2", len(r.GoTests), len(r.GoTestCode))
	}
	r.AddGoTest(verdict.Server, "2.7", "another", "code")
	if len(r.GoTests) != 3 || len(r.GoTestCode) != 2 || !r.HasGoTest(verdict.Client, "2.7") || r.HasGoTest(verdict.Client, "3.2") {
		t.Errorf("after adding one again there are %d tests with %d pieces of code", len(r.GoTests), len(r.GoTestCode))
	}
}

// Merged reports keep their Go tests, each with its own code.
func TestMergeKeepsGoTests(t *testing.T) {
	a, b := fixture.Sample(), fixture.Sample()
	for _, r := range []*reports.Report{a, b} {
		r.Schema, r.GoTests, r.GoTestCode = reports.Schema, nil, nil
	}
	for i := range b.Targets {
		b.Targets[i].Agent += " too"
	}
	for i := range b.Results {
		b.Results[i].Agent += " too"
	}
	a.AddGoTest(verdict.Server, "1", "one ", "first")
	b.AddGoTest(verdict.Client, "9", "nine ", "another")
	b.AddGoTest(verdict.Server, "1", "one ", "first")
	merged, err := reports.MergePartial(a, b)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, test := range merged.GoTests {
		got = append(got, fmt.Sprintf("%s %s: %s%s", test.Role, test.ID, test.Source, merged.GoTestCode[test.Code]))
	}
	if want := []string{"server 1: one first", "client 9: nine another"}; !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
	merged.GoTests[1].Code = 7
	if merged.Validate() == nil {
		t.Error("a test whose code is not there is valid")
	}
}
