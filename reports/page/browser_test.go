package page

import (
	"context"
	"flag"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/chromedp"

	"github.com/wsspec/wsspec/internal/chromium"
	"github.com/wsspec/wsspec/reports"
)

var (
	screenshots = flag.String("screenshots", "", "folder to put pictures of the page into, for a person to look at")
	pictured    = flag.String("report", "", "report.json to make these pictures of; the sample by default")
)

// A tab is a page of a report in a headless browser, with the browser's messages.
type tab struct {
	t     *testing.T
	ctx   context.Context
	url   string
	heard *chromium.Heard
}

// openTab starts a browser and opens the report's page from disk. It skips the test
// if Chromium is not installed.
func openTab(t *testing.T, r *reports.Report, fragment string) *tab {
	t.Helper()
	return openPage(t, htmlOf(t, r), fragment)
}

// openPage is openTab for the HTML of a page.
func openPage(t *testing.T, html, fragment string) *tab {
	t.Helper()
	ctx := chromium.Start(t, time.Minute, 1400, 1000)
	file := filepath.Join(t.TempDir(), "index.html")
	if err := os.WriteFile(file, []byte(html), 0o600); err != nil {
		t.Fatal(err)
	}
	page := (&url.URL{Scheme: "file", Path: file}).String()
	b := &tab{t: t, ctx: ctx, url: page, heard: chromium.Listen(t, ctx)}
	b.open(fragment)
	return b
}

func (b *tab) do(steps ...chromedp.Action[chromedp.Void]) {
	b.t.Helper()
	if err := chromedp.Do(b.ctx, steps...); err != nil {
		b.t.Fatal(err)
	}
}

// command gives the browser one command of its protocol.
func command[P, R any](b *tab, c cdp.Command[P, R], params P) R {
	b.t.Helper()
	return chromium.Command(b.t, b.ctx, c, params)
}

// open loads the page with a fragment.
func (b *tab) open(fragment string) {
	b.t.Helper()
	b.do(chromedp.Navigate("about:blank"), chromedp.Navigate(b.url+fragment))
}

// eval returns the value of a JavaScript expression.
func eval[T any](b *tab, expression string) T {
	b.t.Helper()
	return chromium.Eval[T](b.t, b.ctx, expression)
}

// until waits until an expression is true.
func (b *tab) until(expression string) {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, 10*time.Second)
	defer cancel()
	chromium.Until(b.t, ctx, expression)
}

// press presses a key that has no character, such as kb.Enter.
func (b *tab) press(key string) {
	b.t.Helper()
	b.do(chromedp.KeyEvent(key))
}

// strike strikes keys that have characters. The browser makes the character out of the
// key, as with a real keyboard, so that the page can prevent it.
func (b *tab) strike(keys string) {
	b.t.Helper()
	for _, key := range keys {
		command(b, input.DispatchKeyEvent, input.DispatchKeyEventParams{Type: input.DispatchKeyEventTypeKeyDown, Key: string(key), Text: string(key)})
		command(b, input.DispatchKeyEvent, input.DispatchKeyEventParams{Type: input.DispatchKeyEventTypeKeyUp, Key: string(key)})
	}
}

func (b *tab) prefer(scheme string) {
	b.t.Helper()
	command(b, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}}})
}

// quiet fails the test if the browser reported a problem or made a request.
func (b *tab) quiet() {
	b.t.Helper()
	b.heard.Quiet(b.t, func(url string) bool {
		return strings.HasPrefix(url, "data:image/svg+xml") || strings.HasPrefix(url, b.url)
	})
}

// visibleCases is a JavaScript expression: the keys of the visible cases.
const visibleCases = `[...document.querySelectorAll("a.case")].filter(a => a.offsetParent).map(a => new URLSearchParams(a.hash.slice(1)).get("case"))`
