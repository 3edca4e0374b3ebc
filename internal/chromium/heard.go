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

// Heard is what a tab said and asked for.
type Heard struct {
	mu       sync.Mutex
	said     []string
	requests []string
}

// Listen hears a tab from now on: its console, its errors, its dialogs, its
// requests.
func Listen(t testing.TB, tab context.Context) *Heard {
	t.Helper()
	h := &Heard{}
	if err := chromedp.Listen(tab, h.event); err != nil {
		t.Fatal(err)
	}
	Command(t, tab, network.Enable, network.EnableParams{})
	Command(t, tab, log.Enable, cdp.Empty{})
	Command(t, tab, runtime.Enable, cdp.Empty{})
	return h
}

// Command gives the browser one command of its protocol.
func Command[P, R any](t testing.TB, tab context.Context, c cdp.Command[P, R], params P) R {
	t.Helper()
	got, err := chromedp.Call(tab, c, params)
	if err != nil {
		t.Fatal(err)
	}
	return got
}

func (h *Heard) event(event any) {
	h.mu.Lock()
	defer h.mu.Unlock()
	switch e := event.(type) {
	case *runtime.EventConsoleAPICalled:
		h.said = append(h.said, fmt.Sprintf("console: %s %v", e.Type, e.Args))
	case *runtime.EventExceptionThrown:
		h.said = append(h.said, "exception: "+e.ExceptionDetails.Text)
	case *log.EventEntryAdded:
		h.said = append(h.said, "log: "+e.Entry.Text)
	case *page.EventJavascriptDialogOpening:
		h.said = append(h.said, "dialog: "+e.Message)
	case *network.EventRequestWillBeSent:
		h.requests = append(h.requests, e.Request.URL)
	}
}

// Quiet fails the test when the tab complained, or asked for something that is
// not expected.
func (h *Heard) Quiet(t testing.TB, expected func(url string) bool) {
	t.Helper()
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, s := range h.said {
		t.Errorf("the browser says %s", s)
	}
	for _, url := range h.requests {
		if url != "about:blank" && !expected(url) {
			t.Errorf("the page asked for %s", url)
		}
	}
}
