package ref

import (
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/security"

	"github.com/wsspec/wsspec/internal/chromium"
)

// talking is a page that opens three WebSockets, sends a short and a long message on each,
// and closes it when both came back. It collects what happened.
const talking = `<!doctype html><title>talking</title><script>
var ends = [];
for (let n = 0; n < 3; n++) {
  const ws = new WebSocket("wss://" + location.host), long = "x".repeat(1 << 20), back = [];
  ws.onopen = () => { ws.send("Hello"); ws.send(long); };
  ws.onmessage = e => { if (back.push(e.data) == 2) ws.close(4001, "done"); };
  ws.onclose = e => ends.push([ws.extensions, back[0] === "Hello", back[1] === long, e.code, e.wasClean].join());
}
</script>`

// A browser opens WebSockets on the HTTP/2 connection that brought the page, when the
// server allows it.
func TestBrowserOverHTTP2(t *testing.T) {
	noLeaks(t)
	asked := make(chan string, 10)
	echo := EchoHandler(&AcceptOptions{Compression: &Compression{}})
	s := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/" {
			w.WriteHeader(http.StatusNotFound) // the icon
			return
		}
		asked <- r.Proto + " " + r.Method + " from " + r.RemoteAddr
		if IsUpgrade(r) {
			echo.ServeHTTP(w, r)
			return
		}
		w.Header().Set("Content-Type", "text/html")
		_, _ = io.WriteString(w, talking)
	}))
	s.Config.HTTP2 = HTTP2Config()
	s.Config.ErrorLog = log.New(io.Discard, "", 0) // the browser's first attempts do not trust the certificate
	s.EnableHTTP2 = true
	s.StartTLS()
	defer s.Close()
	tab := chromium.Start(t, 2*time.Minute, 800, 600)
	chromium.Command(t, tab, security.SetIgnoreCertificateErrors, security.SetIgnoreCertificateErrorsParams{Ignore: true})
	chromium.Visit(t, tab, s.URL)
	chromium.Until(t, tab, `ends.length === 3`)
	for _, end := range chromium.Eval[[]string](t, tab, `ends`) {
		if want := "permessage-deflate,true,true,4001,true"; end != want {
			t.Errorf("extensions, messages, code and whether it was clean: %s, want %s", end, want)
		}
	}
	_, connection, _ := strings.Cut(<-asked, " from ")
	for range 3 {
		how, from, _ := strings.Cut(<-asked, " from ")
		if how != "HTTP/2.0 CONNECT" || from != connection {
			t.Errorf("asked by %s on %s, want CONNECT on the page's connection %s", how, from, connection)
		}
	}
}
