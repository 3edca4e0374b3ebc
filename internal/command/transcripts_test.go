package command

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/wsspec/wsspec/conformance/observed"
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
	// 1.1.6 has a message of 65,535 octets. The report has the first 4 KiB of its frame, the
	// transcript the first 64 KiB.
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
		if int64(len(e.Octets)) != min(e.Length, observed.MostKept) && e.Cut() || e.Text != inReport[i].Text || e.Length != inReport[i].Length || !bytes.HasPrefix(e.Octets, inReport[i].Octets) {
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

func TestTranscriptsThatCannotBeKeptAreAnError(t *testing.T) {
	dir := t.TempDir()
	file := textFile(t, "a file")
	out := filepath.Join(dir, "out")
	o := wsspec(t, "server", reference(t), "--run", "1.1", "--transcripts", file, "--out", out)
	o.want(t, exitHarness, "cannot write the transcripts into "+file)
	if _, err := os.Stat(out); err == nil || o.stdout != "" {
		t.Errorf("the run began: %v, %s", err, o.stdout)
	}
}
