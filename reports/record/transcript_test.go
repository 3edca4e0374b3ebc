package record

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/wsspec/wsspec/conformance"
	"github.com/wsspec/wsspec/conformance/catalog"
	"github.com/wsspec/wsspec/conformance/verdict"
	"github.com/wsspec/wsspec/ref/wire"
	"github.com/wsspec/wsspec/reports"
)

func chattyResult() conformance.Result {
	c := *catalog.Cases()[0]
	c.ID = "rfc6455/4.2.1/3"
	return conformance.Result{
		Case: &c, Role: wire.RoleClient, Verdict: verdict.Pass, Behavior: verdict.OK, Close: verdict.CloseOK,
		Attempts: 1, Duration: time.Second, Transcript: chatter(2000, 8<<10),
	}
}

func TestTranscriptOfAChattyPeerIsWhole(t *testing.T) {
	dir := t.TempDir()
	r := New(Options{Transcripts: dir})
	r.Add("my/agent", chattyResult())
	if err := r.TranscriptErr(); err != nil {
		t.Fatal(err)
	}
	f, err := os.Open(filepath.Join(dir, "my%2Fagent-client", "rfc6455", "4.2.1", "3.jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var entries []reports.Entry
	for lines := json.NewDecoder(f); lines.More(); {
		var e reports.Entry
		if err := lines.Decode(&e); err != nil {
			t.Fatal(err)
		}
		entries = append(entries, e)
	}
	if len(entries) != 2000 || len(entries[1999].Octets) != 8<<10 {
		t.Errorf("%d entries", len(entries))
	}
}

func TestTranscriptsThatCannotBeWrittenAreAnErrorAndTheReportStays(t *testing.T) {
	file := filepath.Join(t.TempDir(), "a file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	r := New(Options{Transcripts: file})
	r.Add("mine", chattyResult())
	if r.TranscriptErr() == nil {
		t.Error("a transcript was written below a file")
	}
	if got := len(r.Report().Results); got != 1 {
		t.Errorf("the report has %d results, want 1", got)
	}
}

// No name of a file or a folder has a character that Windows or the upload of GitHub's
// artifacts refuses, whatever the agent is called, and different agents stay apart.
func TestTranscriptPathsArePortable(t *testing.T) {
	seen := map[string]string{}
	for _, agent := range []string{"127.0.0.1:9001", "127.0.0.1%3A9001", "[::1]:80", "a/b", `a\b`, `"<>|*?`, "a\r\nb", "..", "."} {
		path := transcriptPath("dir", agent, wire.RoleServer, "1.1.1")
		if bad := strings.IndexAny(path, ":\"<>|*?\\\r\n"); bad >= 0 {
			t.Errorf("%q: %s has %q", agent, path, path[bad])
		}
		if other, ok := seen[path]; ok || filepath.Dir(filepath.Dir(path)) != "dir" {
			t.Errorf("%q: %s is not a folder of its own (%q)", agent, path, other)
		}
		seen[path] = agent
	}
	for _, c := range catalog.Cases() {
		if path := transcriptPath("dir", "a", wire.RoleServer, c.ID); strings.ContainsAny(path, ":\"<>|*?\\") {
			t.Errorf("%s has a path that is not portable", path)
		}
	}
}
