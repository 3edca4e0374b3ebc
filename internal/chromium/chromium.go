// Package chromium lets tests open pages in a real browser: a headless Chromium that runs
// for one test.
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

// programs lists the names of Chromium's executable.
var programs = []string{"chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome", "headless-shell"}

// Start starts a browser with one empty tab and returns the context of the tab. The
// browser ends with the test, or after patience. If Chromium is not installed, Start
// skips the test.
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

// NewTab opens another tab in the same browser. The tab is closed at the end of the test,
// or earlier by [Close].
func NewTab(t testing.TB, tab context.Context) context.Context {
	t.Helper()
	return open(t, tab)
}

func open(t testing.TB, parent context.Context) context.Context {
	t.Helper()
	ctx, cancel := chromedp.NewContext(parent)
	t.Cleanup(cancel)
	if err := chromedp.Do(ctx); err != nil { // without an action, this only opens the tab
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

// Visit opens an address and waits until the page is loaded.
func Visit(t testing.TB, tab context.Context, address string) {
	t.Helper()
	if err := chromedp.Do(tab, chromedp.Navigate(address)); err != nil {
		t.Fatalf("%s: %v", address, err)
	}
}

// Eval returns the value of a JavaScript expression.
func Eval[T any](t testing.TB, tab context.Context, expression string) T {
	t.Helper()
	got, err := chromedp.Run(tab, chromedp.Evaluate[T](expression))
	if err != nil {
		t.Fatalf("%s: %v", expression, err)
	}
	return got
}

// Until waits until an expression is true or an element. The page may navigate
// meanwhile, and the wait may take longer than the timeout of the driver. If the patience of
// the browser ends before, the failure says what the page shows.
func Until(t testing.TB, tab context.Context, expression string) {
	t.Helper()
	waiting := tab
	if deadline, ok := tab.Deadline(); ok {
		var cancel context.CancelFunc
		waiting, cancel = context.WithDeadline(tab, deadline.Add(-5*time.Second)) // to ask the page
		defer cancel()
	}
	for {
		_, err := chromedp.Run(waiting, chromedp.Poll[bool]("Boolean("+expression+")"))
		if err == nil {
			return
		}
		again := slices.ContainsFunc([]string{"Cannot find context", "navigated", "timeout"}, func(s string) bool { return strings.Contains(err.Error(), s) })
		if waiting.Err() != nil || !again {
			shows, _ := chromedp.Run(tab, chromedp.Evaluate[string]("location.href + ': ' + document.body.innerText"))
			t.Fatalf("never true: %s (%v); the page shows %.500q", expression, err, shows)
		}
	}
}

// Picture writes a screenshot of the tab to a PNG file. It does nothing if folder is
// empty.
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
