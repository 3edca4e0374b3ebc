package reports

import (
	"context"
	"flag"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	pagedomain "github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

var screenshots = flag.String("screenshots", "", "folder to put pictures of the page into, for a person to look at")

// chromiums are the names Chromium goes by.
var chromiums = []string{"chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome", "headless-shell"}

// A tab is a page of a report in a headless browser, with all that the browser
// said about it.
type tab struct {
	t   *testing.T
	ctx context.Context
	url string

	mu       sync.Mutex
	said     []string
	requests []string
}

// openTab starts a browser with the report's page in it, opened from disk. It
// skips the test where there is no Chromium.
func openTab(t *testing.T, r *Report, fragment string) *tab {
	t.Helper()
	return openPage(t, htmlOf(t, r), fragment)
}

// openPage is openTab for a page that is drawn already.
func openPage(t *testing.T, html, fragment string) *tab {
	t.Helper()
	var program string
	for _, name := range chromiums {
		if path, err := exec.LookPath(name); err == nil {
			program = path
			break
		}
	}
	if program == "" {
		t.Skipf("NOT TESTED in a browser: none of %s is installed", strings.Join(chromiums, ", "))
	}
	file := filepath.Join(t.TempDir(), "index.html")
	if err := os.WriteFile(file, []byte(html), 0o600); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	t.Cleanup(cancel)
	// Tests run as root in containers, where Chromium's sandbox cannot start.
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(program), chromedp.NoSandbox, chromedp.WindowSize(1400, 1000))
	ctx, cancel = chromedp.NewExecAllocator(ctx, options...)
	t.Cleanup(cancel)
	ctx, cancel = chromedp.NewContext(ctx)
	t.Cleanup(cancel)
	b := &tab{t: t, ctx: ctx, url: (&url.URL{Scheme: "file", Path: file}).String()}
	if err := chromedp.Listen(ctx, b.listen); err != nil {
		t.Fatal(err)
	}
	command(b, network.Enable, network.EnableParams{})
	command(b, log.Enable, cdp.Empty{})
	command(b, runtime.Enable, cdp.Empty{})
	b.open(fragment)
	return b
}

func (b *tab) listen(event any) {
	b.mu.Lock()
	defer b.mu.Unlock()
	switch e := event.(type) {
	case *runtime.EventConsoleAPICalled:
		b.said = append(b.said, fmt.Sprintf("console: %s %v", e.Type, e.Args))
	case *runtime.EventExceptionThrown:
		b.said = append(b.said, "exception: "+e.ExceptionDetails.Text)
	case *log.EventEntryAdded:
		b.said = append(b.said, "log: "+e.Entry.Text)
	case *pagedomain.EventJavascriptDialogOpening:
		b.said = append(b.said, "dialog: "+e.Message)
	case *network.EventRequestWillBeSent:
		b.requests = append(b.requests, e.Request.URL)
	}
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
	got, err := chromedp.Call(b.ctx, c, params)
	if err != nil {
		b.t.Fatal(err)
	}
	return got
}

// open loads the page with a fragment from the beginning.
func (b *tab) open(fragment string) {
	b.t.Helper()
	b.do(chromedp.Navigate("about:blank"), chromedp.Navigate(b.url+fragment))
}

// eval returns what a JavaScript expression comes to.
func eval[T any](b *tab, expression string) T {
	b.t.Helper()
	got, err := chromedp.Run(b.ctx, chromedp.Evaluate[T](expression))
	if err != nil {
		b.t.Fatalf("%s: %v", expression, err)
	}
	return got
}

// until waits until an expression is true.
func (b *tab) until(expression string) {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, 10*time.Second)
	defer cancel()
	for {
		// "Boolean" because what is to be true may be an element.
		_, err := chromedp.Run(ctx, chromedp.Poll[bool]("Boolean("+expression+")"))
		if err == nil {
			return
		}
		// A page that is still coming in may change its context underneath.
		if ctx.Err() != nil || !strings.Contains(err.Error(), "Cannot find context") {
			b.t.Fatalf("never true: %s (%v)", expression, err)
		}
	}
}

// press presses a key that has no character, such as kb.Enter.
func (b *tab) press(key string) {
	b.t.Helper()
	b.do(chromedp.KeyEvent(key))
}

// strike strikes keys that have characters. The browser makes the character out
// of the key itself, as with a real keyboard, so that a page can prevent it.
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

// quiet fails the test when the browser complained or asked for anything.
func (b *tab) quiet() {
	b.t.Helper()
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, s := range b.said {
		b.t.Errorf("the browser says %s", s)
	}
	for _, url := range b.requests {
		if !strings.HasPrefix(url, "data:image/svg+xml") && !strings.HasPrefix(url, b.url) && url != "about:blank" {
			b.t.Errorf("the page asked for %s", url)
		}
	}
}

// visibleCases is a JavaScript expression: the keys of the cases in sight.
const visibleCases = `[...document.querySelectorAll("a.case")].filter(a => a.offsetParent).map(a => new URLSearchParams(a.hash.slice(1)).get("case"))`
