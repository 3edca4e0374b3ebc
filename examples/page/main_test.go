package main

import (
	"context"
	"errors"
	"flag"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"github.com/wsspec/wsspec/examples/internal/trial"
	"github.com/wsspec/wsspec/internal/chromium"
	"github.com/wsspec/wsspec/ref"
	"github.com/wsspec/wsspec/ref/wire"
)

var screenshots = flag.String("screenshots", "", "write screenshots of the page to this `folder`")

// start starts the program at an address.
func start(t *testing.T, addr string) *trial.Program {
	t.Helper()
	return trial.Start(t, func(ctx context.Context, stdout io.Writer) error { return run(ctx, addr, stdout) })
}

// The page shows the echo of its input, and reconnects when the server is back.
func TestPage(t *testing.T) {
	trial.NoLeaks(t)
	p := start(t, "127.0.0.1:0")
	tab := chromium.Start(t, 2*time.Minute, 800, 600)
	heard := chromium.Listen(t, tab)
	chromium.Visit(t, tab, p.URL)
	const connected, enter = `document.getElementById("status").textContent === "connected"`, "\r"
	chromium.Until(t, tab, connected)
	say := func(text string) {
		t.Helper()
		if err := chromedp.Do(tab, chromedp.Focus(chromedp.CSS("#text")), chromedp.KeyEvent(text+enter)); err != nil {
			t.Fatal(err)
		}
	}
	const markup = "<b>Hello</b>, Grüße"
	say(markup)
	chromium.Until(t, tab, `document.querySelectorAll("#log li").length === 1`)
	if got := chromium.Eval[string](t, tab, `document.querySelector("#log li").textContent`); got != markup {
		t.Errorf("the page shows %q", got)
	}
	heard.Quiet(t, func(url string) bool { return strings.HasPrefix(url, p.URL) })
	trial.Pictures(t, tab, *screenshots, "page")

	addr := strings.Trim(strings.TrimPrefix(p.URL, "http://"), "/")
	p.Stop()
	chromium.Until(t, tab, `document.getElementById("status").textContent.startsWith("not connected")`)
	if !chromium.Eval[bool](t, tab, `document.getElementById("send").disabled`) {
		t.Error("the page still sends without a connection")
	}
	start(t, addr)
	chromium.Until(t, tab, connected)
	say("again")
	chromium.Until(t, tab, `document.querySelectorAll("#log li").length === 2`)
}

// Pages of other sites are rejected, programs are accepted, and the server closes with
// 1001 when it stops.
func TestEndpoint(t *testing.T) {
	trial.NoLeaks(t)
	p := start(t, "127.0.0.1:0")
	_, _, err := ref.Dial(trial.Context(t), p.WS("/"), &ref.DialOptions{Header: http.Header{"Origin": {"https://evil.example"}}})
	var refused *ref.HandshakeError
	if !errors.As(err, &refused) || refused.Status != http.StatusForbidden {
		t.Errorf("a page of another site got %v, want 403", err)
	}
	conn := p.Dial("/", nil)
	trial.Say(t, conn, "Hello")
	trial.Hear(t, conn, "Hello")
	p.Interrupt()
	trial.Closed(t, conn, wire.StatusGoingAway)
}
