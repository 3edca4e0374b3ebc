package catalog_test

import (
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/wsspec/wsspec/conformance/catalog"
	"github.com/wsspec/wsspec/conformance/rfc"
	c "github.com/wsspec/wsspec/conformance/script"
	"github.com/wsspec/wsspec/conformance/verdict"
)

// The cases over HTTP/2 are apart from the catalogue, are found by their ids, and are written
// as its cases are.
func TestHTTP2CasesAreWhole(t *testing.T) {
	titles := map[string]string{}
	for _, x := range slices.Concat(catalog.OverHTTP2(), catalog.SuiteOverHTTP2(catalog.Robust)) {
		switch {
		case titles[x.Title] != "":
			t.Errorf("%s and %s are both called %q", titles[x.Title], x.ID, x.Title)
		case len(x.Title) < 10 || strings.HasSuffix(x.Title, ".") || strings.ContainsAny(x.Title, "\n\t<>"):
			t.Errorf("%s: title %q is no plain phrase", x.ID, x.Title)
		case x.Script.HTTP2 == nil || x.Script.NotOverHTTP2() != "":
			t.Errorf("%s is not played over HTTP/2", x.ID)
		case !catalog.IsOverHTTP2(x.ID) || catalog.ByID(x.ID) != x:
			t.Errorf("%s is not found by its id", x.ID)
		case slices.ContainsFunc(slices.Concat(catalog.Cases(), suites()), func(other *c.Case) bool { return other.ID == x.ID }):
			t.Errorf("%s is in the catalogue of HTTP/1.1 too", x.ID)
		case x.Level == "" || x.Script.Outcomes[0].Behavior != verdict.OK:
			t.Errorf("%s has no level or no good outcome", x.ID)
		case x.Suite != "" && x.History == "":
			t.Errorf("%s has no history", x.ID)
		}
		titles[x.Title] = x.ID
		for _, id := range x.Requires {
			if rfc.ByID(id) == nil {
				t.Errorf("%s requires %s, which the ledger does not have", x.ID, id)
			}
		}
	}
	if x := catalog.ByID("rfc8441/5/999"); x != nil {
		t.Errorf("there is a case %s", x.ID)
	}
}

// docs/http2.md lists each case, and says what is known of the floods.
func TestHTTP2CasesAreDocumented(t *testing.T) {
	text, err := os.ReadFile("../../docs/http2.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, x := range slices.Concat(catalog.OverHTTP2(), catalog.SuiteOverHTTP2(catalog.Robust)) {
		if !strings.Contains(string(text), "| `"+x.ID+"` | "+x.Title+" |") {
			t.Errorf("docs/http2.md lacks the row: | `%s` | %s |", x.ID, x.Title)
		}
		if !strings.Contains(strings.Join(strings.Fields(string(text)), " "), x.History) {
			t.Errorf("docs/http2.md lacks the history of %s", x.ID)
		}
	}
}

// A case of the catalogue is played over HTTP/2 unless its data say that it is about HTTP/1.1,
// about TLS for it, or about how TCP ends.
func TestWhichCasesArePlayedOverHTTP2(t *testing.T) {
	const played = ""
	for id, want := range map[string]string{
		"1.1.1": played, "9.1.1": played, "12.1.1": played, "rfc6455/5.5/24": played, "rfc6455/10.6/22": "TLS", "rfc6455/5.5/27": played,
		"rfc6455/4.2.1/3": "method", "rfc6455/4.2.1/40": "Connection", "rfc6455/4.2.1/54": "Sec-WebSocket-Key", "rfc6455/4.2.1/66": played,
		"rfc6455/4.2.1/84": played, "rfc6455/4.2.1/92": "octets", "rfc6455/4.2.1/97": "octets", "rfc6455/4.2.1/100": played, "rfc6455/4.2.1/85": played, "rfc6455/4.2.1/142": "12 KiB",
		"rfc6455/10.6/1": played, "rfc6455/10.6/2": "TLS", "rfc8441/4/1": played,
	} {
		x := catalog.ByID(id)
		if x == nil {
			t.Fatalf("there is no case %s", id)
		}
		got := x.Script.NotOverHTTP2()
		if (got == played) != (want == played) || !strings.Contains(got, want) {
			t.Errorf("%s (%s): %q, want it to contain %q", id, x.Title, got, want)
		}
	}
}
