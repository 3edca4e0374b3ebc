package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"
)

// A program serves echo servers, and prints "listening on URL" or "NAME
// listening on URL" for each once it can be reached.
type program struct {
	path string
	args []string
	// servers is how many it serves, agent the name of one that is announced
	// without.
	servers int
	agent   string
	stderr  *os.File
}

// A process is a program that runs.
type process struct {
	name string
	cmd  *exec.Cmd
	// stdin closes when this process dies too, so that a program which watches
	// its standard input never outlives it.
	stdin io.Closer
	// targets are NAME=URL, as wsspec server takes them.
	targets []string
	ended   chan error
}

// start runs a program and returns when all its servers listen.
func start(ctx context.Context, p program) (*process, error) {
	s := &process{
		name:  filepath.Base(p.path) + " " + p.args[0],
		cmd:   exec.Command(p.path, p.args...),
		ended: make(chan error, 1),
	}
	s.cmd.Stderr = p.stderr
	stdin, err := s.cmd.StdinPipe()
	if err != nil {
		return nil, fmt.Errorf("%s: %w", s.name, err)
	}
	s.stdin = stdin
	stdout, err := s.cmd.StdoutPipe()
	if err != nil {
		return nil, fmt.Errorf("%s: %w", s.name, err)
	}
	if err := s.cmd.Start(); err != nil {
		return nil, fmt.Errorf("%s: %w", s.name, err)
	}
	announced := make(chan string, p.servers) // never blocks the program, whatever else it prints
	go func() {
		lines := bufio.NewScanner(stdout)
		for n := 0; lines.Scan(); {
			if t, ok := p.target(lines.Text()); ok && n < p.servers {
				announced <- t
				n++
			}
		}
		_, _ = io.Copy(io.Discard, stdout) // behind a line that is too long to scan
		s.ended <- s.cmd.Wait()            // only now, for Wait closes the pipe
		close(announced)
	}()
	deadline := time.NewTimer(startDeadline)
	defer deadline.Stop()
	for len(s.targets) < p.servers {
		var failed error
		select {
		case t, ok := <-announced:
			if ok {
				s.targets = append(s.targets, t)
				continue
			}
			failed = errors.New("ended")
		case <-deadline.C:
			failed = fmt.Errorf("%v have passed", startDeadline)
		case <-ctx.Done():
			failed = errors.New("interrupted")
		}
		failed = fmt.Errorf("%s: %w when %d of its %d servers were listening", s.name, failed, len(s.targets), p.servers)
		return nil, errors.Join(failed, s.stop())
	}
	return s, nil
}

// target reads an announcement.
func (p program) target(line string) (string, bool) {
	agent, url, ok := strings.Cut(line, "listening on ")
	if agent = strings.TrimSpace(agent); agent == "" {
		agent = p.agent
	}
	return agent + "=" + strings.TrimSpace(url), ok && agent != ""
}

// stop asks the program to end, and kills it when it does not. It returns
// when the program has ended, and an error if that was in no good order.
func (s *process) stop() error {
	s.stdin.Close()
	_ = interrupt(s.cmd.Process) // fails if it has ended by itself
	deadline := time.NewTimer(stopDeadline)
	defer deadline.Stop()
	select {
	case err := <-s.ended:
		if err != nil && !interrupted(err) {
			return fmt.Errorf("%s: %w", s.name, err)
		}
		return nil
	case <-deadline.C:
		_ = s.cmd.Process.Kill()
		return fmt.Errorf("%s did not end within %v and was killed: %w", s.name, stopDeadline, <-s.ended)
	}
}

// interrupt asks a process to end, or ends it where asking is not possible.
func interrupt(p *os.Process) error {
	if err := p.Signal(os.Interrupt); err == nil || errors.Is(err, os.ErrProcessDone) {
		return err
	}
	return p.Kill()
}

// interrupted reports whether a process ended by the signal that asked it to:
// so it does if the signal comes when it is leaving already.
func interrupted(err error) bool {
	var exit *exec.ExitError
	if !errors.As(err, &exit) {
		return false
	}
	status, ok := exit.Sys().(syscall.WaitStatus)
	return ok && status.Signaled() && status.Signal() == syscall.SIGINT
}
