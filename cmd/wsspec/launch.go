package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"time"

	"github.com/wsspec/wsspec/conformance"
)

// placeholder stands for the URL in a client's command.
const placeholder = "{url}"

// mostStderr is how much of what a client says is kept: its last octets, where
// a program says why it died.
const mostStderr = 4 << 10

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
		var said tail
		cmd.Stderr = &said
		cmd.WaitDelay = time.Second
		if caFile != "" {
			cmd.Env = append(os.Environ(), "SSL_CERT_FILE="+caFile)
		}
		killGroup(cmd)
		err := cmd.Run()
		remarks := []string{"the client's process ended: exit status 0"}
		var exit *exec.ExitError
		switch {
		case errors.As(err, &exit):
			remarks[0] = "the client's process ended: " + exit.String()
		case err != nil:
			remarks[0] = "the client's process: " + err.Error()
		}
		if text := strings.TrimSpace(string(said.octets)); text != "" {
			remarks = append(remarks, "the client's standard error: "+strings.ToValidUTF8(text, "�"))
		}
		return remarks
	}
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
