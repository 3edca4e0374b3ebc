package autobahn

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os/exec"
	"strings"
	"time"
)

// Docker runs the docker command. The zero value is ready to use.
type Docker struct {
	// Path is the command; empty means docker, wherever PATH has it.
	Path string
	// Env is its environment, a NAME=value each; nil means this process's own.
	Env []string
}

// callDeadline is how long an answer from Docker may take that needs no work of it.
const callDeadline = 30 * time.Second

// An Unavailable says that there is no Docker to run a container with.
type Unavailable struct {
	// Said is what Docker, or the system, says about it.
	Said string
	// Do is what to do.
	Do string
}

// Error says what to do.
func (e *Unavailable) Error() string {
	return fmt.Sprintf("%s. %s", strings.TrimRight(e.Said, ".?! "), e.Do)
}

// command is a docker command in a process group of its own: Ctrl-C in a terminal
// reaches every process there, and what becomes of the container is decided here.
func (d *Docker) command(ctx context.Context, args ...string) *exec.Cmd {
	path := d.Path
	if path == "" {
		path = "docker"
	}
	cmd := exec.CommandContext(ctx, path, args...)
	cmd.Env = d.Env
	cmd.WaitDelay = time.Second
	inOwnGroup(cmd)
	return cmd
}

// output runs a command that answers at once, and returns what it prints, without
// the last line end. An error has what Docker says.
func (d *Docker) output(ctx context.Context, args ...string) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, callDeadline)
	defer cancel()
	cmd := d.command(ctx, args...)
	var stdout bytes.Buffer
	said := &tail{}
	cmd.Stdout, cmd.Stderr = &stdout, said
	err := cmd.Run()
	switch {
	case err == nil:
		return strings.TrimSpace(stdout.String()), nil
	case errors.Is(err, exec.ErrNotFound):
		return "", &Unavailable{"There is no docker command here", "Install Docker, or run wsspec's own cases: wsspec server, wsspec client"}
	case errors.Is(ctx.Err(), context.DeadlineExceeded):
		return "", &Unavailable{fmt.Sprintf("Docker did not answer for %s", callDeadline), "Is its daemon well? docker info shows"}
	case ctx.Err() != nil:
		return "", ctx.Err()
	}
	text := said.last(err.Error())
	for _, sign := range []string{"Cannot connect to the Docker daemon", "error during connect", "permission denied while trying to connect", "failed to connect to the docker API", "connection refused", "EOF"} {
		if strings.Contains(text, sign) {
			return "", &Unavailable{"Docker does not answer: " + text, "Start its daemon, or point DOCKER_HOST at one that runs; docker info has to work"}
		}
	}
	return "", fmt.Errorf("docker %s: %s", args[0], text)
}

// mostSaid is how much of what a program says is kept: its last octets.
const mostSaid = 4 << 10

// tail keeps the last octets written to it.
type tail struct{ octets []byte }

func (t *tail) Write(p []byte) (int, error) {
	t.octets = append(t.octets, p...)
	if over := len(t.octets) - mostSaid; over > 0 {
		t.octets = append(t.octets[:0], t.octets[over:]...)
	}
	return len(p), nil
}

// last is the last line that says something, or else what is given.
func (t *tail) last(otherwise string) string {
	lines := strings.Split(strings.ToValidUTF8(string(t.octets), "�"), "\n")
	for i := len(lines) - 1; i >= 0; i-- {
		line := strings.TrimSpace(lines[i])
		if line == "" || strings.HasPrefix(line, "Run 'docker") || strings.HasPrefix(line, "See 'docker") {
			continue
		}
		return strings.TrimPrefix(strings.TrimPrefix(line, "docker: "), "Error response from daemon: ")
	}
	return otherwise
}
