package page

import (
	"encoding/json"
	"fmt"
	"testing"

	"github.com/wsspec/wsspec/reports/internal/fixture"
)

// The page copies a test unchanged, and says how to run it.
func TestPageCopiesGoTests(t *testing.T) {
	r := fixture.Sample()
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
	// The same can be saved as a file.
	eval[any](b, `URL.createObjectURL = (blob) => { blob.text().then((text) => { window.saved = text; }); return "#"; }`)
	eval[any](b, `HTMLAnchorElement.prototype.click = function () { window.savedAs = this.download; }`)
	eval[any](b, `document.querySelector("#case-body [data-do=savetest]").click()`)
	b.until(`window.saved`)
	if got := eval[string](b, `window.savedAs`); got != "server_2_7_test.go" || !eval[bool](b, `window.saved === window.copied`) {
		t.Errorf("saved as %q: %.200q", got, eval[string](b, `window.saved`))
	}
	// Cases that pass and cases without a test have no button.
	for _, key := range []string{"alpha~server~1.1.1", "alpha~server~rfc6455%2f4.2.1%2f3"} {
		b.open("#case=" + key)
		b.until(`document.querySelector("#case-body h2")`)
		if eval[bool](b, `document.querySelector("#case-body [data-do=gotest]") !== null`) {
			t.Errorf("%s has a Go test", key)
		}
	}
	b.quiet()
}
