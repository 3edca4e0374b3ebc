package reports

import (
	"encoding/json"
	"fmt"
	"slices"
	"testing"
)

func TestAddGoTest(t *testing.T) {
	r := sample()
	if len(r.GoTests) != 3 || len(r.GoTestCode) != 2 {
		t.Fatalf("%d tests with %d pieces of code, want 3 with 2", len(r.GoTests), len(r.GoTestCode))
	}
	r.AddGoTest(Server, "2.7", "another", "code")
	if len(r.GoTests) != 3 || len(r.GoTestCode) != 2 || !r.HasGoTest(Client, "2.7") || r.HasGoTest(Client, "3.2") {
		t.Errorf("after adding one again there are %d tests with %d pieces of code", len(r.GoTests), len(r.GoTestCode))
	}
}

// Reports that are merged keep their tests, each with its own code.
func TestMergeKeepsGoTests(t *testing.T) {
	a, b := sample(), sample()
	for _, r := range []*Report{a, b} {
		r.Schema, r.GoTests, r.GoTestCode = Schema, nil, nil
	}
	for i := range b.Targets {
		b.Targets[i].Agent += " too"
	}
	for i := range b.Results {
		b.Results[i].Agent += " too"
	}
	a.AddGoTest(Server, "1", "one ", "first")
	b.AddGoTest(Client, "9", "nine ", "another")
	b.AddGoTest(Server, "1", "one ", "first")
	merged, err := MergePartial(a, b)
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

// The page gives a test as it is, whatever is in it, and says how to run it.
func TestPageCopiesGoTests(t *testing.T) {
	r := sample()
	b := openTab(t, r, "#case=beta~server~2.7")
	b.until(`document.querySelector("#case-body [data-do=gotest]")`)
	eval[any](b, `navigator.clipboard.writeText = async (text) => { window.copied = text; }`)
	eval[any](b, `document.querySelector("#case-body [data-do=gotest]").click()`)
	b.until(`window.copied`)
	want, err := json.Marshal(r.GoTests[0].Source + r.GoTestCode[0])
	if err != nil {
		t.Fatal(err)
	}
	if !eval[bool](b, fmt.Sprintf(`window.copied === %s`, want)) {
		t.Errorf("copied is %q", eval[string](b, `window.copied`))
	}
	b.until(`document.querySelector("#case-body [data-do=gotest]").textContent === "Copied"`)
	if got := eval[string](b, `document.querySelector("#case-body [data-do=gotest]").previousElementSibling.textContent`); got != "WS_URL=ws://localhost:9002/ go test" {
		t.Errorf("it is run by %q", got)
	}
	// Cases that passed, and those without a test, have no button.
	for _, key := range []string{"alpha~server~1.1.1", "alpha~server~rfc6455%2f4.2.1%2f3"} {
		b.open("#case=" + key)
		b.until(`document.querySelector("#case-body h2")`)
		if eval[bool](b, `document.querySelector("#case-body [data-do=gotest]") !== null`) {
			t.Errorf("%s has a Go test", key)
		}
	}
	b.quiet()
}
