package main

import (
	"context"
	"flag"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	pagedomain "github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"

	"github.com/wsspec/wsspec/reports"
)

var (
	updateChromium = flag.Bool("update-chromium", false, "rewrite testdata/chromium.baseline.json with what the Chromium here does")
	screenshots    = flag.String("screenshots", "", "folder to put pictures of the page into, for a person to look at")
)

// chromiums are the names Chromium goes by.
var chromiums = []string{"chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome", "headless-shell"}

// chromium starts a headless Chromium, and skips the test where there is none.
func chromium(t *testing.T) context.Context {
	t.Helper()
	i := slices.IndexFunc(chromiums, func(name string) bool { _, err := exec.LookPath(name); return err == nil })
	if i < 0 {
		t.Skipf("NOT TESTED in a browser: none of %s is installed", strings.Join(chromiums, ", "))
	}
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute)
	t.Cleanup(cancel)
	// Tests run as root in containers, where Chromium's sandbox cannot start.
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(chromiums[i]), chromedp.NoSandbox, chromedp.WindowSize(900, 700))
	ctx, cancel = chromedp.NewExecAllocator(ctx, options...)
	t.Cleanup(cancel)
	ctx, cancel = chromedp.NewContext(ctx)
	t.Cleanup(cancel)
	return ctx
}

// js returns what a JavaScript expression comes to.
func js[T any](t *testing.T, ctx context.Context, expression string) T {
	t.Helper()
	got, err := chromedp.Run(ctx, chromedp.Evaluate[T](expression))
	if err != nil {
		t.Fatalf("%s: %v", expression, err)
	}
	return got
}

// until waits until an expression is true; the page may go to another meanwhile,
// and may take longer than the driver of the browser waits by itself.
func until(t *testing.T, ctx context.Context, expression string) {
	t.Helper()
	for {
		_, err := chromedp.Run(ctx, chromedp.Poll[bool]("Boolean("+expression+")"))
		if err == nil {
			return
		}
		again := slices.ContainsFunc([]string{"Cannot find context", "navigated", "timeout"}, func(s string) bool { return strings.Contains(err.Error(), s) })
		if ctx.Err() != nil || !again {
			t.Fatalf("never true: %s (%v)", expression, err)
		}
	}
}

func visit(t *testing.T, ctx context.Context, address string) {
	t.Helper()
	if err := chromedp.Do(ctx, chromedp.Navigate(address)); err != nil {
		t.Fatal(err)
	}
}

// picture keeps what the page looks like, if that was asked for.
func picture(t *testing.T, ctx context.Context, name string) {
	t.Helper()
	if *screenshots == "" {
		return
	}
	shot, err := chromedp.Call(ctx, pagedomain.CaptureScreenshot, pagedomain.CaptureScreenshotParams{})
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(*screenshots, name), shot.Data, 0o644); err != nil {
		t.Fatal(err)
	}
}

// Chromium runs all cases that Autobahn has too, through the page, and does in
// none of them worse than it is known to.
func TestChromium(t *testing.T) {
	const known = "testdata/chromium.baseline.json"
	ctx := chromium(t)
	dir := t.TempDir()
	args := []string{"client", "--listen", "127.0.0.1:0", "--run", "[1-7].*", "--run", "10.*", "--out", dir}
	total := 247
	if !raceDetector { // which finds nothing new in messages of many MiB
		args = append(args, "--run", "9.*", "--run", "12.*", "--run", "13.*")
		total = 517
	}
	if *updateChromium && !raceDetector {
		args = append(args, "--write-baseline", known)
	} else {
		args = append(args, "--baseline", known)
	}
	s := serves(t, args...)
	base := strings.Replace(s.url, "ws://", "http://", 1)
	visit(t, ctx, base+"/?agent=chromium")
	if title := js[string](t, ctx, "document.title"); title != "wsspec: this browser" {
		t.Errorf("the page is called %q", title)
	}
	until(t, ctx, "document.getElementById('progress').value > 100")
	picture(t, ctx, "browser-running.png")
	until(t, ctx, "location.pathname === '/report' && document.readyState === 'complete'")
	if text := js[string](t, ctx, "document.body.innerText"); !strings.Contains(text, "chromium") || !strings.Contains(text, fmt.Sprint("Of ", total, " cases")) {
		t.Errorf("the report shown is not Chromium's: %.200q", text)
	}
	picture(t, ctx, "browser-report.png")
	s.interrupt()
	o := s.wait()
	if o.code != exitPass && !(*updateChromium && o.code == exitNonconformant) {
		t.Errorf("exit code %d: worse than %s: %s", o.code, known, o.stdout)
	}
	r := readReport(t, dir)
	if len(r.Results) != total {
		t.Errorf("%d results, want one for each of the %d cases", len(r.Results), total)
	}
	var behaviors, verdicts = map[reports.Behavior]int{}, map[reports.Verdict]int{}
	for _, res := range r.Results {
		behaviors[res.Behavior]++
		verdicts[res.Verdict]++
	}
	t.Logf("verdicts %v, behaviours %v", verdicts, behaviors)
	if verdicts[reports.Pass] < total/2 {
		t.Errorf("%d cases passed; the page itself is at fault", verdicts[reports.Pass])
	}
}

// The page can be stopped, and then shows what there is; it takes the agent's
// name from the browser unless it is told one.
func TestThePageStops(t *testing.T) {
	ctx := chromium(t)
	dir := t.TempDir()
	s := serves(t, "client", "--listen", "127.0.0.1:0", "--run", "[1-9].*", "--out", dir)
	visit(t, ctx, strings.Replace(s.url, "ws://", "http://", 1)+"/")
	until(t, ctx, "document.getElementById('progress').value >= 5")
	js[bool](t, ctx, "document.getElementById('stop').click(), true")
	until(t, ctx, "location.pathname === '/report' && document.readyState === 'complete'")
	r := readReport(t, dir)
	if n := len(r.Results); n < 5 || n > 300 {
		t.Errorf("%d results, want those that had ended", n)
	}
	if agent := r.Targets[0].Agent; !strings.Contains(agent, "Chrom") {
		t.Errorf("the agent is called %q", agent)
	}
}

// ?shutdown=true ends the service when the run has ended, for CI.
func TestThePageShutsDown(t *testing.T) {
	ctx := chromium(t)
	s := serves(t, "client", "--listen", "127.0.0.1:0", "--run", "1.1")
	visit(t, ctx, strings.Replace(s.url, "ws://", "http://", 1)+"/?shutdown=true&agent="+url.QueryEscape("my & browser"))
	s.wait().want(t, exitPass, "my & browser: 8 of 8 cases: 8 passed")
	until(t, ctx, "document.getElementById('state').value === 'Done.'")
}
