package command

import (
	"bufio"
	"bytes"
	"context"
	"html"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/wsspec/wsspec/reports"
)

// browsing starts `wsspec report serve` and returns its address.
func browsing(t *testing.T, dir string) string {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	r, w := io.Pipe()
	var stderr bytes.Buffer
	code := make(chan int, 1)
	go func() {
		code <- run(ctx, []string{"report", "serve", dir}, strings.NewReader(""), w, &stderr)
		w.Close()
	}()
	t.Cleanup(func() {
		cancel()
		select {
		case c := <-code:
			if c != exitPass {
				t.Errorf("report serve ended with %d: %s", c, stderr.String())
			}
		case <-time.After(10 * time.Second):
			t.Error("report serve did not end when it was told to")
		}
	})
	line, err := bufio.NewReader(r).ReadString('\n')
	address, ok := strings.CutPrefix(strings.TrimSpace(line), "listening on ")
	if err != nil || !ok || !strings.HasPrefix(address, "http://127.0.0.1:") {
		t.Fatalf("report serve printed %q, %v", line, err)
	}
	return address
}

// get returns the status and the body of what is there.
func get(t *testing.T, method, url, host string) (int, string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, method, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	if host != "" {
		req.Host = host
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode, string(body)
}

func TestServeShowsAFolderByItsOwnLinks(t *testing.T) {
	dir := t.TempDir()
	for name, results := range map[string][]reports.Result{
		"monday/report.json":      {passed("mine", "1.1.1"), failedCase("mine", "2.7")},
		"tues day%3F/report.json": {failedCase("mine", "1.1.1"), passed("mine", "2.7")},
	} {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.Rename(reportFile(t, results...), path); err != nil {
			t.Fatal(err)
		}
	}
	address := browsing(t, dir)
	status, list := get(t, http.MethodGet, address, "")
	if status != http.StatusOK || !strings.Contains(list, "2 reports") {
		t.Fatalf("%d: %s", status, list)
	}
	links := regexp.MustCompile(`href="((?:report|diff)[^"]*)"`).FindAllStringSubmatch(list, -1)
	if len(links) != 3 {
		t.Fatalf("links are %q, want two reports and a difference", links)
	}
	for _, match := range links {
		says := "does not conform"
		if strings.HasPrefix(match[1], "diff") {
			says = "1 new failure, 1 fixed; 0 unchanged"
		}
		status, page := get(t, http.MethodGet, address+html.UnescapeString(match[1]), "")
		if status != http.StatusOK || !strings.Contains(page, says) {
			t.Errorf("%s: %d, and does not say %q", match[1], status, says)
		}
	}
	// A report that came in the meantime is there when the list is opened again.
	if err := os.Rename(reportFile(t, passed("yours", "1.1.1")), filepath.Join(dir, "new.json")); err != nil {
		t.Fatal(err)
	}
	if _, list := get(t, http.MethodGet, address, ""); !strings.Contains(list, "yours") {
		t.Error("a new report is not in the list")
	}
}

// The page of a run leads to all runs, to the changes since earlier ones, and to its
// files.
func TestServedPagesLeadOn(t *testing.T) {
	dir := t.TempDir()
	for _, name := range []string{"a.json", "b.json"} {
		if err := os.Rename(reportFile(t, passed("mine", "1.1.1")), filepath.Join(dir, name)); err != nil {
			t.Fatal(err)
		}
	}
	address := browsing(t, dir)
	_, page := get(t, http.MethodGet, address+"report/b.json", "")
	links := regexp.MustCompile(`href="(/[^"]*)"`).FindAllStringSubmatch(page, -1)
	var got []string
	for _, link := range links {
		got = append(got, html.UnescapeString(link[1]))
	}
	for _, want := range []string{"/", "/diff?new=b.json&old=a.json", "/file/json/b.json", "/file/junit/b.json", "/file/sarif/b.json"} {
		if !slices.Contains(got, want) {
			t.Errorf("no link to %s among %q", want, got)
		}
	}
	for _, link := range got {
		if status, body := get(t, http.MethodGet, strings.TrimSuffix(address, "/")+link, ""); status != http.StatusOK || body == "" {
			t.Errorf("%s: %d, %.100q", link, status, body)
		}
	}
}

func TestServeAnswersNothingElse(t *testing.T) {
	address := browsing(t, filepath.Dir(reportFile(t, passed("mine", "1.1.1"))))
	for _, c := range []struct {
		method, path, host string
		want               int
	}{
		{http.MethodGet, "", "", http.StatusOK},
		{http.MethodGet, "report/report.json", "localhost:80", http.StatusOK},
		{http.MethodGet, "", "[::1]:80", http.StatusOK},
		{http.MethodGet, "", "rebound.example", http.StatusForbidden},
		{http.MethodGet, "", "10.0.0.1:80", http.StatusForbidden},
		{http.MethodPost, "", "", http.StatusMethodNotAllowed},
		{http.MethodGet, "other", "", http.StatusNotFound},
		{http.MethodGet, "report/none.json", "", http.StatusNotFound},
		{http.MethodGet, "report/%2e%2e/report.json", "", http.StatusNotFound},
		{http.MethodGet, "report/..%2freport.json", "", http.StatusNotFound},
		{http.MethodGet, "report//etc/passwd", "", http.StatusNotFound},
		{http.MethodGet, "diff?old=report.json&new=/etc/passwd", "", http.StatusNotFound},
		{http.MethodGet, "diff", "", http.StatusNotFound},
		{http.MethodGet, "file/none/report.json", "", http.StatusNotFound},
		{http.MethodGet, "file/autobahn/report.json", "", http.StatusNotFound},
		{http.MethodGet, "file/json/none.json", "", http.StatusNotFound},
	} {
		if got, body := get(t, c.method, address+c.path, c.host); got != c.want {
			t.Errorf("%s /%s with host %q: %d, want %d: %.200s", c.method, c.path, c.host, got, c.want, body)
		}
	}
}

func TestServeRefuses(t *testing.T) {
	dir := t.TempDir()
	wsspec(t, "report", "serve").want(t, exitUsage, "one folder")
	wsspec(t, "report", "serve", filepath.Join(dir, "none")).want(t, exitUsage, "none")
	wsspec(t, "report", "serve", reportFile(t)).want(t, exitUsage, "report.json")
	wsspec(t, "report", "serve", dir, "--listen", "0.0.0.0:0").want(t, exitUsage, "only addresses of the loopback interface")
	wsspec(t, "report", "serve", dir, "--listen", "8080").want(t, exitUsage, "--listen 8080", "127.0.0.1:8080")
	taken := strings.TrimSuffix(strings.TrimPrefix(browsing(t, dir), "http://"), "/")
	wsspec(t, "report", "serve", dir, "--listen", taken).want(t, exitHarness, "cannot listen on "+taken)
}
