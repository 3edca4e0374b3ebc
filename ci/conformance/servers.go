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

// A program runs echo servers. For each server, it prints "listening on URL" or "NAME
// listening on URL" when the server is reachable.
type program struct {
	path string
	args []string
	// servers is the number of servers. agent is the name of a server for which the
	// program prints no name.
	servers int
	agent   string
	stderr  *os.File
}

// A process is a running program.
type process struct {
	name string
	cmd  *exec.Cmd
	// stdin also closes if the conformance command dies, so that a program that
	// watches its standard input never outlives the command.
	stdin io.Closer
	// targets has the form NAME=URL, for wsspec server.
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
	announced := make(chan string, p.servers) // buffered, so that sending never blocks
	go func() {
		lines := bufio.NewScanner(stdout)
		for n := 0; lines.Scan(); {
			if t, ok := p.target(lines.Text()); ok && n < p.servers {
				announced <- t
				n++
			}
		}
		_, _ = io.Copy(io.Discard, stdout) // the scanner stops at a line that is too long
		s.ended <- s.cmd.Wait()            // Wait closes the pipe, so it must come after reading
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
			failed = errors.New("exited")
		case <-deadline.C:
			failed = fmt.Errorf("timed out after %v", startDeadline)
		case <-ctx.Done():
			failed = errors.New("interrupted")
		}
		failed = fmt.Errorf("%s: %w when %d of its %d servers were listening", s.name, failed, len(s.targets), p.servers)
		return nil, errors.Join(failed, s.stop())
	}
	return s, nil
}

// target parses a line of output. ok is false if it does not announce a server.
func (p program) target(line string) (string, bool) {
	agent, url, ok := strings.Cut(line, "listening on ")
	if agent = strings.TrimSpace(agent); agent == "" {
		agent = p.agent
	}
	return agent + "=" + strings.TrimSpace(url), ok && agent != ""
}

// stop interrupts the program, and kills it if it does not exit. It waits until the
// program has exited, and returns an error if the program failed or was killed.
func (s *process) stop() error {
	s.stdin.Close()
	_ = interrupt(s.cmd.Process) // fails if the program has already exited
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
		return fmt.Errorf("%s did not exit within %v and was killed: %w", s.name, stopDeadline, <-s.ended)
	}
}

// interrupt interrupts a process, or kills it if the system has no interrupt signal.
func interrupt(p *os.Process) error {
	if err := p.Signal(os.Interrupt); err == nil || errors.Is(err, os.ErrProcessDone) {
		return err
	}
	return p.Kill()
}

// interrupted reports whether the interrupt signal killed a process. That can happen if
// the signal arrives while the process is exiting.
func interrupted(err error) bool {
	var exit *exec.ExitError
	if !errors.As(err, &exit) {
		return false
	}
	status, ok := exit.Sys().(syscall.WaitStatus)
	return ok && status.Signaled() && status.Signal() == syscall.SIGINT
}
