package command

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// Servers that do not do the same are named, fail no build, and are compared again by a replay.
func TestFuzzCompares(t *testing.T) {
	s := serves(t, "echo", "--addr", "127.0.0.1:0", "--fault", "accepts-length16-for-short")
	url, other, out := reference(t), "lenient="+strings.TrimSpace(s.url), t.TempDir()
	o := wsspec(t, "fuzz", "mine="+url, "--also", other, "--seed", "1", "--scripts", "100", "--shard", "9/20", "--out", out)
	o.want(t, exitPass, "disagreement, of low confidence: the servers do not do the same: mine: fails the connection with 1002; lenient: goes on")
	files, err := filepath.Glob(filepath.Join(out, "*", "findings", "*.jsonl"))
	if err != nil || len(files) == 0 {
		t.Fatal("no finding is written", err)
	}
	if _, err := os.Stat(strings.TrimSuffix(files[0], ".jsonl") + "_test.go"); err == nil {
		t.Error("there is a Go test, which plays on one server")
	}
	wsspec(t, "replay", files[0], url, "--also", other).want(t, exitNonconformant, "reproduced: ")
	wsspec(t, "replay", files[0], url, "--also", "mine="+url).want(t, exitPass, "gone: ")
	wsspec(t, "replay", files[0], url).want(t, exitHarness, "unchecked: a disagreement needs the other servers: add --also URL for each")
	wsspec(t, "fuzz", url, "--also", "ws://192.0.2.1/").want(t, exitUsage, "--i-own 192.0.2.1")
	wsspec(t, "fuzz", "mine="+url, "--also", "mine="+url).want(t, exitUsage, "two servers are called mine")
	wsspec(t, "fuzz", "--role", "client", "--also", url, "--", "true", "{url}").want(t, exitUsage, "--also is about a server")
	s.interrupt()
	s.wait().want(t, exitPass)
}
