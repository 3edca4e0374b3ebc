package catalog_test

import (
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/wsspec/wsspec/conformance/catalog"
	c "github.com/wsspec/wsspec/conformance/script"
)

// The cases over HTTP/3 are apart from the others, are found by their ids, say nothing of
// HTTP/2, and are in docs/http3.md.
func TestHTTP3CasesAreWhole(t *testing.T) {
	text, err := os.ReadFile("../../docs/http3.md")
	if err != nil {
		t.Fatal(err)
	}
	areWhole(t, catalog.OverHTTP3(), catalog.Cases(), catalog.OverHTTP2(), suites())
	for _, x := range catalog.OverHTTP3() {
		said := x.Title + x.Note
		switch {
		case x.Script.HTTP3 == nil || x.Script.HTTP2 != nil || x.Script.NotOverHTTP3() != "" || x.Script.NotOverHTTP2() == "":
			t.Errorf("%s is not played over HTTP/3 alone", x.ID)
		case slices.ContainsFunc(x.Script.Steps, func(s c.Step) bool { _, ok := s.(c.SendHTTP2); return ok }):
			t.Errorf("%s sends frames of HTTP/2", x.ID)
		case !catalog.IsOverHTTP3(x.ID) || catalog.IsOverHTTP2(x.ID):
			t.Errorf("the id %s does not say that the case is over HTTP/3", x.ID)
		case strings.Contains(said, "HTTP/2") || strings.Contains(strings.ReplaceAll(said, "RFC 9113 8.3,", ""), "RFC 9113") || strings.Contains(said, "STREAM"):
			t.Errorf("%s speaks of HTTP/2: %s", x.ID, said)
		case !strings.Contains(string(text), "| `"+x.ID+"` | "+x.Title+" |"):
			t.Errorf("docs/http3.md lacks the row: | `%s` | %s |", x.ID, x.Title)
		}
	}
	if x := catalog.ByID("rfc9220/3/999"); x != nil {
		t.Errorf("there is a case %s", x.ID)
	}
}

// A case is not played over HTTP/3 for the reasons that HTTP/2 has.
func TestWhichCasesArePlayedOverHTTP3(t *testing.T) {
	const played = ""
	for id, want := range map[string]string{
		"1.1.1": played, "rfc6455/5.5/24": played, "rfc9220/3/8": played,
		"rfc6455/10.6/2": "HTTP/3 has TLS inside QUIC", "rfc6455/10.6/22": "FIN or a reset of QUIC", "rfc6455/4.2.1/3": "rfc9220/3/", "rfc6455/4.2.1/92": "HTTP/3 compresses", "rfc8441/4/1": "about HTTP/2",
	} {
		x := catalog.ByID(id)
		if x == nil {
			t.Fatalf("there is no case %s", id)
		}
		got := x.Script.NotOverHTTP3()
		if (got == played) != (want == played) || !strings.Contains(got, want) || strings.Contains(got, "rfc8441") {
			t.Errorf("%s (%s): %q, want it to contain %q", id, x.Title, got, want)
		}
	}
}
