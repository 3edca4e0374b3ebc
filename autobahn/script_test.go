//go:build unix

package autobahn

import (
	"bufio"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// A signal ends run.sh at once, with the two programs that it started. The stand-in for
// wsspec waits until it is told to end.
func TestTheScriptEndsOnASignal(t *testing.T) {
	if _, err := exec.LookPath("mkfifo"); err != nil {
		t.Skip("SKIP: run.sh needs mkfifo, which is not here")
	}
	// A child ignores what its parent ignores, as SIGHUP under nohup. What the parent
	// catches, it does not ignore.
	caught := make(chan os.Signal, 1)
	signal.Notify(caught, syscall.SIGTERM, syscall.SIGHUP, syscall.SIGINT)
	defer signal.Stop(caught)
	script, err := os.ReadFile("run.sh")
	if err != nil {
		t.Fatal(err)
	}
	for sig, code := range map[syscall.Signal]int{syscall.SIGTERM: 143, syscall.SIGHUP: 143, syscall.SIGINT: 130} {
		t.Run(sig.String(), func(t *testing.T) {
			root := t.TempDir()
			for name, text := range map[string]string{
				"autobahn/run.sh": string(script),
				"bin/wsspec": `#!/bin/sh
sleep 60 >/dev/null 2>&1 &
sleep=$!
trap 'echo "ended $1" >&2; kill "$sleep"; exit 0' TERM
[ "$1" = echo ] && echo 'listening on ws://127.0.0.1:1/'
[ "$1" = autobahn ] && echo "running $*" >&2
wait
`,
			} {
				path := filepath.Join(root, name)
				if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
					t.Fatal(err)
				}
				if err := os.WriteFile(path, []byte(text), 0o755); err != nil {
					t.Fatal(err)
				}
			}
			cmd := exec.Command(filepath.Join(root, "autobahn", "run.sh"), "--run", "1.*")
			said, err := cmd.StderrPipe()
			if err != nil {
				t.Fatal(err)
			}
			if err := cmd.Start(); err != nil {
				t.Fatal(err)
			}
			late := time.AfterFunc(20*time.Second, func() { _ = cmd.Process.Kill() })
			defer late.Stop()
			var lines []string
			for r := bufio.NewScanner(said); r.Scan(); {
				lines = append(lines, r.Text())
				if strings.HasPrefix(r.Text(), "running ") {
					if err := cmd.Process.Signal(sig); err != nil {
						t.Fatal(err)
					}
				}
			}
			_ = cmd.Wait()
			text := strings.Join(lines, "\n")
			if got := cmd.ProcessState.ExitCode(); got != code {
				t.Errorf("exit code %d, want %d\n%s", got, code, text)
			}
			for _, want := range []string{"running autobahn server ref=ws://127.0.0.1:1/ --compare --run 1.*", "ended autobahn", "ended echo"} {
				if !strings.Contains(text, want) {
					t.Errorf("it does not say %q:\n%s", want, text)
				}
			}
		})
	}
}
