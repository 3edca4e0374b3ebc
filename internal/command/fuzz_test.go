package command

import (
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// A fault is found, written, and replayed.
func TestFuzz(t *testing.T) {
	s := serves(t, "echo", "--addr", "127.0.0.1:0", "--fault", "accepts-rsv1")
	url, out := strings.TrimSpace(s.url), t.TempDir()
	o := wsspec(t, "fuzz", url, "--seed", "1", "--scripts", "300", "--fail-fast", "--out", out)
	o.want(t, exitNonconformant, "wrong verdict (RFC6455-5.2-3)", "a handshake; ", "next: wsspec explain RFC6455-5.2-3", "or: wsspec replay ")
	files, err := filepath.Glob(filepath.Join(out, "findings", "*.jsonl"))
	if err != nil || len(files) == 0 {
		t.Fatal("no finding is written", err)
	}
	for _, file := range files {
		if _, err := os.Stat(strings.TrimSuffix(file, ".jsonl") + "_test.go"); err != nil {
			t.Error(err)
		}
		wsspec(t, "check", strings.TrimSuffix(file, ".jsonl")+".pcapng").want(t, exitNonconformant, "RFC6455-5.2-3")
		wsspec(t, "replay", file, url, "--times", "10").want(t, exitNonconformant, "reproduced: wrong verdict in 10 of 10 plays")
		wsspec(t, "replay", file, reference(t)).want(t, exitPass, "gone: nothing wrong in 5 plays")
	}
	if r := readReport(t, out); len(r.Results) < 2 || !r.Results[0].IsFinding() {
		t.Errorf("the report has %d results", len(r.Results))
	}
	s.interrupt()
	s.wait().want(t, exitPass)
}

// A corpus gets scripts, and what is no script is named and stays.
func TestFuzzKeepsACorpus(t *testing.T) {
	dir := t.TempDir()
	garbage := filepath.Join(dir, "garbage")
	if err := os.WriteFile(garbage, []byte("\x7fELF\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	wsspec(t, "fuzz", reference(t), "--seed", "1", "--scripts", "300", "--shard", "1/20", "--corpus", dir).want(t, exitPass,
		"--corpus: "+garbage+" is passed over: it is no file that ends in .script.jsonl", "corpus: ")
	if files, err := filepath.Glob(filepath.Join(dir, "*.script.jsonl")); err != nil || len(files) == 0 {
		t.Error("no script is in the corpus", err)
	}
	if _, err := os.Stat(garbage); err != nil {
		t.Error(err)
	}
}

// A correct server passes, and the report says what was played.
func TestFuzzFindsNothing(t *testing.T) {
	out := t.TempDir()
	wsspec(t, "fuzz", reference(t), "--seed", "1", "--scripts", "300", "--out", out).want(t, exitPass, ": 448 scripts (", "no findings")
	r := readReport(t, out)
	if len(r.Results) != 1 || r.Results[0].Title != "448 scripts of seed 1" {
		t.Errorf("the report has %+v", r.Results)
	}
}

// What cannot be fuzzed gets a sentence that says why.
func TestFuzzRefuses(t *testing.T) {
	garbage := filepath.Join(t.TempDir(), "garbage")
	if err := os.WriteFile(garbage, []byte("\x7fELF\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		name string
		args []string
		exit int
		says string
	}{
		{"no URL", []string{"fuzz"}, exitUsage, "which server?"},
		{"a host of somebody else", []string{"fuzz", "ws://192.0.2.1/"}, exitUsage, "--i-own 192.0.2.1"},
		{"no time", []string{"fuzz", "--for", "0s", "ws://127.0.0.1:1/"}, exitUsage, "--for 0s"},
		{"nobody there", []string{"fuzz", "ws://127.0.0.1:1/"}, exitHarness, "cannot connect"},
		{"a mute server", []string{"fuzz", "--timeout", "200ms", "ws://" + muteServer(t)}, exitHarness, "no answer to the opening request"},
		{"an empty --start", []string{"fuzz", "--start", " ", "ws://127.0.0.1:1/"}, exitUsage, "--start needs a command"},
		{"a corpus that is a file", []string{"fuzz", "--corpus", garbage, reference(t)}, exitUsage, "--corpus: mkdir"},
		{"no finding", []string{"replay", garbage, "ws://127.0.0.1:1/"}, exitUsage, "line 1: it is no line of a finding"},
		{"no file", []string{"replay", garbage + ".not", "ws://127.0.0.1:1/"}, exitUsage, "no such file"},
		{"a finding on a foreign host", []string{"replay", finding(t), "ws://192.0.2.1/"}, exitUsage, "--i-own 192.0.2.1"},
		{"a finding, and nobody there", []string{"replay", finding(t), "ws://127.0.0.1:1/"}, exitHarness, "the peer takes no connection"},
	} {
		t.Run(test.name, func(t *testing.T) {
			wsspec(t, test.args...).want(t, test.exit, test.says)
		})
	}
}

// finding writes one that is easy to play.
func finding(t *testing.T) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "finding.jsonl")
	text := `{"wsspec-finding":1,"class":"hang","why":"x","role":"server","reproduced":5,"plays":5,"seed":1,"number":1}` + "\n" + `{"frame":{"opcode":9}}` + "\n"
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// muteServer takes connections and says nothing.
func muteServer(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	return l.Addr().String() + "/" // the kernel takes the connections
}
