package specs_test

import (
	"flag"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/gorilla/websocket"
	"github.com/onsi/ginkgo/v2"

	"github.com/wsspec/wsspec/conformance"
	"github.com/wsspec/wsspec/conformance/catalog"
	"github.com/wsspec/wsspec/conformance/specs"
	"github.com/wsspec/wsspec/ref/wire"
)

var renew = flag.Bool("renew", false, "write the known failures anew")

// A Ginkgo suite with known failures. They are skipped: the library does not look at the UTF-8 of
// messages. These are some of the cases about that, and those about fragments.
func TestGorilla(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(echo))
	defer server.Close()
	target, err := conformance.ParseTarget(server.URL)
	if err != nil {
		t.Fatal(err)
	}
	target.Agent = "gorilla" // its name in the baseline
	cases, err := conformance.Choose(conformance.Selection{Run: []string{"5", "6.2", "6.11", "6.12"}}, catalog.Cases(), wire.RoleServer)
	if err != nil {
		t.Fatal(err)
	}
	specs.Describe(cases, func() *conformance.Target { return target }, specs.Options{Baseline: "testdata/known.json", RenewBaseline: *renew})
	ginkgo.RunSpecs(t, "gorilla/websocket")
}

func echo(w http.ResponseWriter, r *http.Request) {
	conn, err := (&websocket.Upgrader{}).Upgrade(w, r, nil)
	if err != nil {
		return
	}
	defer conn.Close()
	for {
		kind, message, err := conn.ReadMessage()
		if err != nil || conn.WriteMessage(kind, message) != nil {
			return
		}
	}
}
