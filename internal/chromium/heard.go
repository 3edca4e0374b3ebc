package chromium

import (
	"context"
	"fmt"
	"sync"
	"testing"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

// Heard records the console output, errors, dialogs and requests of a tab.
type Heard struct {
	mu       sync.Mutex
	said     []string
	requests []string
}

// Listen starts to record the activity of a tab.
func Listen(t testing.TB, tab context.Context) *Heard {
	t.Helper()
	a := &Heard{}
	if err := chromedp.Listen(tab, a.event); err != nil {
		t.Fatal(err)
	}
	Command(t, tab, network.Enable, network.EnableParams{})
	Command(t, tab, log.Enable, cdp.Empty{})
	Command(t, tab, runtime.Enable, cdp.Empty{})
	return a
}

// Command sends one command of the DevTools protocol to the browser.
func Command[P, R any](t testing.TB, tab context.Context, c cdp.Command[P, R], params P) R {
	t.Helper()
	got, err := chromedp.Call(tab, c, params)
	if err != nil {
		t.Fatal(err)
	}
	return got
}

func (a *Heard) event(event any) {
	a.mu.Lock()
	defer a.mu.Unlock()
	switch e := event.(type) {
	case *runtime.EventConsoleAPICalled:
		a.said = append(a.said, fmt.Sprintf("console: %s %v", e.Type, e.Args))
	case *runtime.EventExceptionThrown:
		a.said = append(a.said, "exception: "+e.ExceptionDetails.Text)
	case *log.EventEntryAdded:
		a.said = append(a.said, "log: "+e.Entry.Text)
	case *page.EventJavascriptDialogOpening:
		a.said = append(a.said, "dialog: "+e.Message)
	case *network.EventRequestWillBeSent:
		a.requests = append(a.requests, e.Request.URL)
	}
}

// Quiet fails the test if the tab has console output, an error or a dialog, or requested
// a URL that is not expected.
func (a *Heard) Quiet(t testing.TB, expected func(url string) bool) {
	t.Helper()
	a.mu.Lock()
	defer a.mu.Unlock()
	for _, s := range a.said {
		t.Errorf("unexpected browser output: %s", s)
	}
	for _, url := range a.requests {
		if url != "about:blank" && !expected(url) {
			t.Errorf("the page requested %s", url)
		}
	}
}
