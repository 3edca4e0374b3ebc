package command

import (
	"bufio"
	"encoding/json"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/wsspec/wsspec/autobahn"
	"github.com/wsspec/wsspec/conformance/verdict"
	"github.com/wsspec/wsspec/reports"
)

// What the real Autobahn concluded about two libraries, wsspec concludes too, case
// by case, but for what is documented.
func TestParityWithRecordedVerdicts(t *testing.T) {
	if raceDetector {
		t.Skip("SKIP: the same cases run in other tests with the race detector")
	}
	verdicts := map[verdict.Role]*reports.Report{verdict.Server: recordedVerdicts(t, verdict.Server), verdict.Client: recordedVerdicts(t, verdict.Client)}
	peers := buildPeers(t)
	cases := []string{"--run", "[1-7].*", "--run", "9.*", "--run", "1[023].*"}
	for _, tt := range []struct {
		name string
		role verdict.Role
		run  []string
		want int // cases that both have
	}{
		{"gorilla as a server", verdict.Server, append([]string{"server", "gorilla=" + libraryServer(t, peers, "gorilla")}, cases...), 247},
		{"gws as a server", verdict.Server, append([]string{"server", "gws=" + libraryServer(t, peers, "gws")}, cases...), 517},
		{"gorilla as a client", verdict.Client, []string{"client", "--agent", "gorilla", "--run", "[1-7].*", "--run", "10.*", "--", peers, "connect", "--peer", "gorilla", "{url}"}, 247},
		{"gws as a client", verdict.Client, []string{"client", "--agent", "gws", "--run", "[1-7].*", "--run", "10.*", "--", peers, "connect", "--peer", "gws", "{url}"}, 247},
	} {
		t.Run(tt.name, func(t *testing.T) {
			out := t.TempDir()
			args := append([]string{tt.run[0], "--out", out, "--quiet", "--profile", "plain"}, tt.run[1:]...)
			if o := wsspec(t, args...); o.code != exitPass && o.code != exitNonconformant {
				t.Fatalf("exit code %d: %s", o.code, o.stderr)
			}
			ours, err := reports.ReadFile(filepath.Join(out, "report.json"))
			if err != nil {
				t.Fatal(err)
			}
			c, err := autobahn.Compare(ours, verdicts[tt.role])
			if err != nil {
				t.Fatal(err)
			}
			total := c.Total()
			t.Log(total.Sentence())
			if total.Cases != tt.want {
				t.Errorf("%d cases are compared, want %d", total.Cases, tt.want)
			}
			for _, d := range c.Peers[0].Differing {
				if d.Reason == nil {
					t.Errorf("%s: wsspec %s/%s, Autobahn %s/%s: %s", d.Ours.ID, d.Ours.Behavior, d.Ours.BehaviorClose, d.Theirs.Behavior, d.Theirs.BehaviorClose, d.Ours.Explanation)
				}
			}
		})
	}
}

// recordedVerdicts are those of the real Autobahn, as a report.
func recordedVerdicts(t *testing.T, role verdict.Role) *reports.Report {
	t.Helper()
	name := "verdicts-" + string(role) + ".json"
	octets, err := os.ReadFile(filepath.Join("..", "..", "..", "shared", "autobahn", name))
	if errors.Is(err, os.ErrNotExist) {
		t.Skipf("SKIP: the verdicts of the real Autobahn are not here (../shared/autobahn/%s)", name)
	}
	if err != nil {
		t.Fatal(err)
	}
	var known map[string]map[string][3]any
	if err := json.Unmarshal(octets, &known); err != nil {
		t.Fatal(err)
	}
	index := map[string]map[string]any{}
	for agent, cases := range known {
		index[agent] = map[string]any{}
		for id, v := range cases {
			index[agent][id] = map[string]any{"behavior": v[0], "behaviorClose": v[1], "remoteCloseCode": v[2]}
		}
	}
	dir := t.TempDir()
	text, err := json.Marshal(index)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "index.json"), text, 0o644); err != nil {
		t.Fatal(err)
	}
	r, err := autobahn.Read(dir, autobahn.Options{Role: role})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// buildPeers builds the libraries' echo endpoints, which are a module of their own.
func buildPeers(t *testing.T) string {
	t.Helper()
	program := filepath.Join(t.TempDir(), "peers")
	cmd := exec.Command("go", "build", "-o", program, "./cmd/peers")
	cmd.Dir = filepath.Join("..", "..", "conformance", "peers")
	if said, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("go build: %v: %s", err, said)
	}
	return program
}

// libraryServer starts one of them as a server, and returns its URL.
func libraryServer(t *testing.T, peers, name string) string {
	t.Helper()
	cmd := exec.Command(peers, "serve", "--peer", name, "--addr", "127.0.0.1:0", "--until-stdin-closes")
	stdin, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		stdin.Close()
		late := time.AfterFunc(10*time.Second, func() { _ = cmd.Process.Kill() })
		defer late.Stop()
		_ = cmd.Wait()
	})
	line, err := bufio.NewReader(stdout).ReadString('\n')
	at := strings.Index(line, "ws://")
	if err != nil || at < 0 {
		t.Fatalf("peers printed %q, %v", line, err)
	}
	go func() { _, _ = io.Copy(io.Discard, stdout) }()
	return strings.Fields(line[at:])[0]
}
