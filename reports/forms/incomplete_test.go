package forms

import (
	"bytes"
	"strings"
	"testing"

	"github.com/wsspec/wsspec/reports/internal/fixture"
)

// A run that was interrupted must not look like a peer that conforms, in any form
// that gives a verdict.
func TestEveryFormSaysThatARunIsNotComplete(t *testing.T) {
	says := map[string][]string{
		"json":     {`"interrupted": "signal interrupt"`, `"ran": 1,`, `"verdict": "not run"`},
		"html":     {"Incomplete: 1 of 4 cases of alpha", "Interrupted: signal interrupt", "3 cases of alpha as a server were not run (1.1.2, 2.7, 7.1.1)"},
		"junit":    {`<error message="Incomplete: 1 of 4 cases. Interrupted: signal interrupt" type="incomplete">`, `errors="1"`},
		"markdown": {"⏸️ Incomplete: 1 of 4 cases", "3 cases of alpha as a server were not run"},
		"tap":      {"not ok 2 - alpha server 1.1.2", "# Incomplete: 1 of 4 cases", "Bail out! Interrupted: signal interrupt"},
		"sarif":    {`"executionSuccessful": false`, "The run was interrupted: signal interrupt", "3 cases of alpha as a server were not run"},
		"text":     {"3 cases of alpha as a server were not run", "\nIncomplete: 1 of 4 cases of alpha. Interrupted: signal interrupt."},
		"github":   {"::error title=wsspec::Incomplete: 1 of 4 cases of alpha. Interrupted: signal interrupt."},
		"badge":    {`"message":"incomplete: 1 of 4 cases","color":"lightgrey"`},
	}
	for _, f := range All() {
		if f.Write == nil || f.Binary {
			continue
		}
		t.Run(f.Name, func(t *testing.T) {
			var b bytes.Buffer
			if err := f.Write(&b, fixture.Partial()); err != nil {
				t.Fatal(err)
			}
			if says[f.Name] == nil {
				t.Errorf("the test does not know what %s has to say", f.Name)
			}
			for _, want := range says[f.Name] {
				if !strings.Contains(b.String(), want) {
					t.Errorf("%q is missing in\n%.3000s", want, b.String())
				}
			}
		})
	}
}
