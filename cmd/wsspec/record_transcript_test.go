package main

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/wsspec/wsspec/conformance"
	"github.com/wsspec/wsspec/conformance/catalog"
	"github.com/wsspec/wsspec/ref/wire"
	"github.com/wsspec/wsspec/reports"
)

// entriesOf reads a transcript of a line an entry.
func entriesOf(t *testing.T, path string) (entries []reports.Entry) {
	t.Helper()
	lines := json.NewDecoder(strings.NewReader(read(t, path)))
	for lines.More() {
		var e reports.Entry
		if err := lines.Decode(&e); err != nil {
			t.Fatal(err)
		}
		entries = append(entries, e)
	}
	return entries
}

func TestTranscriptsAreKeptBesideTheReport(t *testing.T) {
	dir := t.TempDir()
	out := filepath.Join(dir, "out")
	kept := filepath.Join(dir, "transcripts")
	// 1.1.6 has a message of 65,535 octets, of which the report has the beginning.
	wsspec(t, "server", reference(t), "--agent", "../my agent", "--run", "1.1.6", "--out", out, "--transcripts", kept).want(t, exitPass)
	entries := entriesOf(t, filepath.Join(kept, "..%2Fmy%20agent-server", "1.1.6.jsonl"))
	var inReport []reports.Entry
	for _, res := range readReport(t, out).Results {
		inReport = append(inReport, res.Transcript...)
	}
	if len(entries) == 0 || len(entries) != len(inReport) {
		t.Fatalf("%d entries, %d in the report", len(entries), len(inReport))
	}
	whole := 0
	for i, e := range entries {
		if e.Cut() || e.Text != inReport[i].Text || e.Length != inReport[i].Length || !bytes.HasPrefix(e.Octets, inReport[i].Octets) {
			t.Errorf("entry %d: %d of %d octets; in the report %d of %d", i, len(e.Octets), e.Length, len(inReport[i].Octets), inReport[i].Length)
		}
		if inReport[i].Cut() {
			whole++
		}
	}
	if whole == 0 {
		t.Error("no entry is cut in the report: this test shows nothing")
	}
}

func TestTranscriptOfAChattyPeerIsWhole(t *testing.T) {
	r := newRecord("quick")
	r.transcripts = t.TempDir()
	r.target("mine", wire.RoleClient, "")
	c := *catalog.Cases()[0]
	c.ID = "rfc6455/4.2.1/3"
	r.result("mine", conformance.Result{Case: &c, Role: wire.RoleClient, Verdict: conformance.Pass, Behavior: conformance.OK, Close: conformance.CloseOK, Attempts: 1, Duration: time.Second, Transcript: chatter(2000, 8<<10)})
	if r.lost != nil {
		t.Fatal(r.lost)
	}
	entries := entriesOf(t, filepath.Join(r.transcripts, "mine-client", "rfc6455", "4.2.1", "3.jsonl"))
	if len(entries) != 2000 || len(entries[1999].Octets) != 8<<10 {
		t.Errorf("%d entries", len(entries))
	}
}

func TestTranscriptsThatCannotBeKeptAreAnError(t *testing.T) {
	dir := t.TempDir()
	file := textFile(t, "a file")
	out := filepath.Join(dir, "out")
	wsspec(t, "server", reference(t), "--run", "1.1", "--transcripts", file, "--out", out).want(t, exitHarness, "--transcripts: ", file)
	if _, err := os.Stat(filepath.Join(out, "report.json")); err != nil {
		t.Errorf("the report is not there either: %v", err)
	}
}
