package command

import (
	"context"
	"flag"
	"fmt"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/wsspec/wsspec/conformance/verdict"
	"github.com/wsspec/wsspec/internal/chromium"
)

var (
	updateChromium = flag.Bool("update-chromium", false, "rewrite testdata/chromium.baseline.json with what the Chromium here does")
	screenshots    = flag.String("screenshots", "", "folder to put pictures of the page into, for a person to look at")
)

// inBrowser starts a headless Chromium, and skips the test where there is none.
func inBrowser(t *testing.T) context.Context {
	t.Helper()
	return chromium.Start(t, 5*time.Minute, 900, 700)
}

// Chromium runs all cases that Autobahn has too, through the page, and does in
// none of them worse than it is known to.
func TestChromium(t *testing.T) {
	const known = "testdata/chromium.baseline.json"
	ctx := inBrowser(t)
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
	chromium.Visit(t, ctx, base+"/?agent=chromium")
	if title := chromium.Eval[string](t, ctx, "document.title"); title != "wsspec: this browser" {
		t.Errorf("the page is called %q", title)
	}
	chromium.Until(t, ctx, "document.getElementById('progress').value > 100")
	chromium.Picture(t, ctx, *screenshots, "browser-running.png")
	chromium.Until(t, ctx, "location.pathname === '/report' && document.readyState === 'complete'")
	if text := chromium.Eval[string](t, ctx, "document.body.innerText"); !strings.Contains(text, "chromium") || !strings.Contains(text, fmt.Sprint(total, " cases: ")) {
		t.Errorf("the report shown is not Chromium's: %.200q", text)
	}
	chromium.Picture(t, ctx, *screenshots, "browser-report.png")
	s.interrupt()
	o := s.wait()
	if o.code != exitPass && !(*updateChromium && o.code == exitNonconformant) {
		t.Errorf("exit code %d: worse than %s: %s", o.code, known, o.stdout)
	}
	r := readReport(t, dir)
	if len(r.Results) != total {
		t.Errorf("%d results, want one for each of the %d cases", len(r.Results), total)
	}
	var behaviors, verdicts = map[verdict.Behavior]int{}, map[verdict.Verdict]int{}
	for _, res := range r.Results {
		behaviors[res.Behavior]++
		verdicts[res.Verdict]++
	}
	t.Logf("verdicts %v, behaviours %v", verdicts, behaviors)
	if verdicts[verdict.Pass] < total/2 {
		t.Errorf("%d cases passed; the page itself is at fault", verdicts[verdict.Pass])
	}
}

// The page can be stopped, and then shows what there is; it takes the agent's
// name from the browser unless it is told one.
func TestThePageStops(t *testing.T) {
	ctx := inBrowser(t)
	dir := t.TempDir()
	s := serves(t, "client", "--listen", "127.0.0.1:0", "--run", "[1-9].*", "--out", dir)
	chromium.Visit(t, ctx, strings.Replace(s.url, "ws://", "http://", 1)+"/")
	chromium.Until(t, ctx, "document.getElementById('progress').value >= 5")
	chromium.Eval[bool](t, ctx, "document.getElementById('stop').click(), true")
	chromium.Until(t, ctx, "location.pathname === '/report' && document.readyState === 'complete'")
	r := readReport(t, dir)
	if n := r.Summary.Ran; n < 5 || n >= r.Summary.Cases {
		t.Errorf("%d of %d cases ran, want those that had ended", n, r.Summary.Cases)
	}
	if text := chromium.Eval[string](t, ctx, "document.body.innerText"); !strings.Contains(text, "Incomplete: ") || strings.Contains(text, "conforms") {
		t.Errorf("the report does not say that it is not complete: %.300q", text)
	}
	if agent := r.Targets[0].Agent; !strings.Contains(agent, "Chrom") {
		t.Errorf("the agent is called %q", agent)
	}
}

// ?shutdown=true ends the service when the run has ended, for CI.
func TestThePageShutsDown(t *testing.T) {
	ctx := inBrowser(t)
	s := serves(t, "client", "--listen", "127.0.0.1:0", "--run", "1.1")
	chromium.Visit(t, ctx, strings.Replace(s.url, "ws://", "http://", 1)+"/?shutdown=true&agent="+url.QueryEscape("my & browser"))
	s.wait().want(t, exitPass, "my & browser: 8 of 8 cases: 8 passed")
	chromium.Until(t, ctx, "document.getElementById('state').value === 'Done.'")
}
