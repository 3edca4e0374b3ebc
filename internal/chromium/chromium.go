// Package chromium lets tests look at pages in a real browser, a headless
// Chromium that is started for one test and gone after it.
package chromium

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
)

// programs are the names Chromium goes by.
var programs = []string{"chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome", "headless-shell"}

// Start starts a browser with one empty tab, which the context stands for, and
// ends it with the test or when patience is over. Where there is no Chromium it
// skips the test and says so.
func Start(t testing.TB, patience time.Duration, width, height int) context.Context {
	t.Helper()
	i := slices.IndexFunc(programs, func(name string) bool { _, err := exec.LookPath(name); return err == nil })
	if i < 0 {
		t.Skipf("NOT TESTED in a browser: none of %s is installed", strings.Join(programs, ", "))
	}
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	t.Cleanup(cancel)
	// Tests run as root in containers, where Chromium's sandbox cannot start.
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(programs[i]), chromedp.NoSandbox, chromedp.WindowSize(width, height))
	ctx, cancel = chromedp.NewExecAllocator(ctx, options...)
	t.Cleanup(cancel)
	return open(t, ctx)
}

// NewTab opens another tab in the browser of a tab. It is closed with the test,
// or before by Close.
func NewTab(t testing.TB, tab context.Context) context.Context {
	t.Helper()
	return open(t, tab)
}

func open(t testing.TB, parent context.Context) context.Context {
	t.Helper()
	ctx, cancel := chromedp.NewContext(parent)
	t.Cleanup(cancel)
	if err := chromedp.Do(ctx); err != nil { // nothing, but now it is there
		t.Fatalf("starting the browser: %v", err)
	}
	return ctx
}

// Close closes a tab, as a user does.
func Close(t testing.TB, tab context.Context) {
	t.Helper()
	if err := chromedp.Cancel(tab); err != nil {
		t.Fatal(err)
	}
}

// Visit goes to an address and waits until it is loaded.
func Visit(t testing.TB, tab context.Context, address string) {
	t.Helper()
	if err := chromedp.Do(tab, chromedp.Navigate(address)); err != nil {
		t.Fatalf("%s: %v", address, err)
	}
}

// Eval returns what a JavaScript expression comes to.
func Eval[T any](t testing.TB, tab context.Context, expression string) T {
	t.Helper()
	got, err := chromedp.Run(tab, chromedp.Evaluate[T](expression))
	if err != nil {
		t.Fatalf("%s: %v", expression, err)
	}
	return got
}

// Until waits until an expression is true, or is an element; the page may go to
// another meanwhile, and may take longer than the driver waits by itself.
func Until(t testing.TB, tab context.Context, expression string) {
	t.Helper()
	for {
		_, err := chromedp.Run(tab, chromedp.Poll[bool]("Boolean("+expression+")"))
		if err == nil {
			return
		}
		again := slices.ContainsFunc([]string{"Cannot find context", "navigated", "timeout"}, func(s string) bool { return strings.Contains(err.Error(), s) })
		if tab.Err() != nil || !again {
			t.Fatalf("never true: %s (%v)", expression, err)
		}
	}
}

// Picture writes what the tab looks like to a PNG file. An empty folder is
// nobody who wants to see it.
func Picture(t testing.TB, tab context.Context, folder, name string) {
	t.Helper()
	if folder == "" {
		return
	}
	octets, err := chromedp.Run(tab, chromedp.CaptureScreenshot())
	if err != nil {
		t.Fatal(err)
	}
	if err := os.MkdirAll(folder, 0o777); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(folder, name), octets, 0o644); err != nil {
		t.Fatal(err)
	}
}
