package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"sync"
	"time"

	"github.com/wsspec/wsspec/conformance"
)

// placeholder stands for the URL in a client's command.
const placeholder = "{url}"

// mostStderr is how much of what a client says is kept: its last octets, where
// a program says why it died. It makes one sentence of the report.
const mostStderr = mostLetters - 100

// canStart finds out before the run whether the command exists.
func canStart(command []string) error {
	if _, err := exec.LookPath(command[0]); err != nil {
		return fmt.Errorf("cannot start the client: %w", err)
	}
	return nil
}

// launcher starts a command with the URL in place of {url}, and says how it
// ended. What it started in turn is killed with it.
func launcher(command []string) conformance.Launcher {
	secure := secureLauncher(command)
	return func(ctx context.Context, url string) []string { return secure(ctx, url, "") }
}

// secureLauncher is launcher for URLs that need an authority to be trusted.
func secureLauncher(command []string) conformance.SecureLauncher {
	return func(ctx context.Context, url, caFile string) []string {
		args := make([]string, len(command))
		for i, a := range command {
			args[i] = strings.ReplaceAll(a, placeholder, url)
		}
		cmd := exec.CommandContext(ctx, args[0], args[1:]...)
		if caFile != "" {
			cmd.Env = append(os.Environ(), "SSL_CERT_FILE="+caFile)
		}
		var said tail
		err := runGroup(cmd, &said)
		remarks := []string{"the client's process ended: exit status 0"}
		var exit *exec.ExitError
		switch {
		case errors.As(err, &exit):
			remarks[0] = "the client's process ended: " + exit.String()
		case err != nil:
			remarks[0] = "the client's process: " + err.Error()
		}
		if text := strings.TrimSpace(string(said.octets)); text != "" {
			remarks = append(remarks, "the client's standard error: "+strings.ToValidUTF8(text, "?"))
		}
		return remarks
	}
}

// runGroup runs a command to its end, and then ends what it started in turn and
// left behind. Where its standard error goes is no affair of Wait's, which would
// wait for all of them.
func runGroup(cmd *exec.Cmd, stderr io.Writer) error {
	r, w, err := os.Pipe()
	if err != nil {
		return err
	}
	defer r.Close()
	cmd.Stderr = w
	inGroup(cmd)
	err = cmd.Start()
	w.Close()
	if err != nil {
		return err
	}
	var copied sync.WaitGroup
	copied.Go(func() { _, _ = io.Copy(stderr, r) })
	err = cmd.Wait()
	endGroup(cmd)
	// One that left the group can hold the pipe for as long as it likes.
	late := time.AfterFunc(time.Second, func() { r.Close() })
	copied.Wait()
	late.Stop()
	return err
}

// tail keeps the last octets written to it.
type tail struct{ octets []byte }

func (t *tail) Write(p []byte) (int, error) {
	t.octets = append(t.octets, p...)
	if over := len(t.octets) - mostStderr; over > 0 {
		t.octets = append(t.octets[:0], t.octets[over:]...)
	}
	return len(p), nil
}
