package catalog_test

import (
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/wsspec/wsspec/conformance/catalog"
)

// The cases over HTTP/2 are apart from the catalogue, are found by their ids, and are written
// as its cases are.
func TestHTTP2CasesAreWhole(t *testing.T) {
	cases := slices.Concat(catalog.OverHTTP2(), catalog.SuiteOverHTTP2(catalog.Robust))
	areWhole(t, cases, catalog.Cases(), suites())
	for _, x := range cases {
		if x.Script.HTTP2 == nil || x.Script.NotOverHTTP2() != "" {
			t.Errorf("%s is not played over HTTP/2", x.ID)
		}
		if !catalog.IsOverHTTP2(x.ID) {
			t.Errorf("the id %s does not say that the case is over HTTP/2", x.ID)
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
