package command

import (
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

// What is wrong with a client is found, written, and replayed, with a worker and with a
// process for each script.
func TestFuzzClients(t *testing.T) {
	worker := client(t, "wsspec", "echo", "--connect", "-")
	for _, tt := range []struct {
		name, scripts string
		peer          []string
		says, class   string
	}{
		{"a worker with a fault", "300", append([]string{"--worker"}, client(t, "wsspec", "echo", "--connect", "-", "--fault", "accepts-rsv1")...), "wrong verdict (RFC6455-5.2-3): ", "wrong verdict"},
		{"a worker that crashes", "300", append([]string{"--worker"}, client(t, "worker", "dies of a pong")...), "crash: The client crashed: exit status 2. Its last words: panic: index out of range", "crash"},
		{"a client for each script", "1", client(t, "wsspec", "echo", "--connect", "{url}", "--fault", "close-answered-1005"), "wrong verdict (RFC6455-7.4.1-6): ", "wrong verdict"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			out := t.TempDir()
			args := append([]string{"fuzz", "--role", "client", "--seed", "1", "--scripts", tt.scripts, "--fail-fast", "--out", out}, tt.peer...)
			wsspec(t, args...).want(t, exitNonconformant, tt.says, "wsspec replay ")
			files, err := filepath.Glob(filepath.Join(out, "findings", "*.jsonl"))
			if err != nil || len(files) != 1 {
				t.Fatalf("%d findings are written, %v", len(files), err)
			}
			if _, err := os.Stat(strings.TrimSuffix(files[0], ".jsonl") + "_test.go"); err != nil {
				t.Error(err)
			}
			wsspec(t, append([]string{"replay", files[0], "--times", "10"}, tt.peer...)...).want(t, exitNonconformant, "reproduced: "+tt.class+" in 10 of 10 plays")
			wsspec(t, append([]string{"replay", files[0], "--times", "2", "--worker"}, worker...)...).want(t, exitPass, "gone: nothing wrong in 2 plays")
			if r := readReport(t, out); len(r.Results) != 2 || !r.Results[0].IsFinding() || r.Results[0].Role != "client" {
				t.Errorf("the report has %d results", len(r.Results))
			}
		})
	}
}

// A campaign on a client keeps a corpus, and is a shard of several, as one on a server.
func TestFuzzClientsInShards(t *testing.T) {
	corpus, out := t.TempDir(), t.TempDir()
	args := []string{"fuzz", "--role", "client", "--seed", "1", "--scripts", "100", "--shard", "1/20", "--corpus", corpus, "--out", out, "--worker"}
	wsspec(t, append(args, client(t, "wsspec", "echo", "--connect", "-")...)...).want(t, exitPass, "corpus: ")
	files, err := filepath.Glob(filepath.Join(corpus, "*.script.jsonl"))
	if err != nil || len(files) == 0 {
		t.Fatal("no script is in the corpus", err)
	}
	if text, err := os.ReadFile(files[0]); err != nil || !strings.Contains(string(text), `"role":"client"`) {
		t.Errorf("the script is not for a client: %s %v", text, err)
	}
	if r := readReport(t, filepath.Join(out, "shard-1-of-20")); len(r.Targets) != 1 || r.Targets[0].Shards == nil {
		t.Error("the report is not that of a shard")
	}
}

// What no client can be fuzzed with gets a sentence that says why.
func TestFuzzRefusesClients(t *testing.T) {
	server := finding(t)
	text, err := os.ReadFile(server)
	if err != nil {
		t.Fatal(err)
	}
	of := filepath.Join(t.TempDir(), "client.jsonl")
	if err := os.WriteFile(of, []byte(strings.Replace(string(text), `"role":"server"`, `"role":"client"`, 1)), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		args string
		exit int
		says string
	}{
		{"fuzz --role proxy ws://127.0.0.1:1/", exitUsage, "--role proxy: it has to be server or client"},
		{"fuzz --worker ws://127.0.0.1:1/", exitUsage, "add --role client"},
		{"fuzz --role client", exitUsage, "Its command stands behind --"},
		{"fuzz --role client ws://127.0.0.1:1/", exitUsage, `what is "ws://127.0.0.1:1/"?`},
		{"fuzz --role client -- true", exitUsage, "the command has no {url}"},
		{"fuzz --role client --worker -- true {url}", exitUsage, "leave out {url}"},
		{"fuzz --role client --worker", exitUsage, "there is none behind --"},
		{"fuzz --role client --listen 127.0.0.1:0 -- true {url}", exitUsage, "leave out the command"},
		{"fuzz --role client --listen :0", exitUsage, "--i-own 0.0.0.0"},
		{"fuzz --role client --seed-capture x.pcap -- true {url}", exitUsage, "--seed-capture is about a server"},
		{"fuzz --role client --rate 5 -- true {url}", exitUsage, "--rate is about a server"},
		{"fuzz --role client -- no-such-program {url}", exitHarness, "cannot start the client"},
		{"fuzz --role client -- false {url}", exitHarness, "the client did not connect: exit status 1"},
		{"fuzz --role client --listen 127.0.0.1:0 --wait 1ms", exitHarness, "the client did not connect: no connection came in 1ms"},
		{"fuzz --dialogue no-such-dialogue ws://127.0.0.1:1/", exitUsage, "--dialogue: "},
		{"replay " + of + " ws://127.0.0.1:1/", exitUsage, "the finding is of a client"},
		{"replay " + server + " -- true {url}", exitUsage, "the finding is of a server"},
		{"replay " + of + " -- false {url}", exitHarness, "the client does not connect"},
	} {
		t.Run(tt.args, func(t *testing.T) {
			wsspec(t, strings.Fields(tt.args)...).want(t, tt.exit, tt.says)
		})
	}
}

// A server that sends nothing back is fuzzed with --no-echo.
func TestFuzzWithoutEchoes(t *testing.T) {
	mute := serves(t, "echo", "--addr", "127.0.0.1:0", "--fault", "echoes-never")
	url, out := strings.TrimSpace(mute.url), t.TempDir()
	wsspec(t, "fuzz", url).want(t, exitUsage, "does not send messages back", "--no-echo")
	wsspec(t, "fuzz", "--no-echo", url, "--seed", "1", "--scripts", "64", "--out", out).want(t, exitPass, "no findings")
	mute.interrupt()
	mute.wait().want(t, exitPass)
}

// Workers count as one process: many that fill their caches are no leak.
func TestUsageOfWorkers(t *testing.T) {
	pool := &workers{command: []string{"cat"}}
	defer pool.end()
	if _, ok := pool.usage(); ok {
		t.Error("no worker uses something")
	}
	for range 3 {
		one, err := startWorker(pool.command, "")
		if err != nil {
			t.Fatal(err)
		}
		pool.giveBack(one)
	}
	u, ok := pool.usage()
	if runtime.GOOS != "linux" {
		t.Skip("what a process uses is known on Linux alone")
	}
	if !ok || u.Threads != 1 {
		t.Errorf("three processes with one thread each: %d threads, known: %v", u.Threads, ok)
	}
}
