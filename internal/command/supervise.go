package command

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/wsspec/wsspec/conformance"
	"github.com/wsspec/wsspec/fuzz/network"
)

// startWait is how long a server that wsspec starts may take until it listens, unless
// --wait says otherwise.
const startWait = 10 * time.Second

// mostLastWords is how many lines of a server's standard error are kept beside the case
// that ended it.
const mostLastWords = 20

// poll is how often wsspec looks whether a server listens.
const poll = 20 * time.Millisecond

// A supervisor starts the server under test, starts it again after a crash, and ends
// it.
type supervisor struct {
	command string
	// environment has variables for it, beside those of wsspec.
	environment []string
	// wait bounds how long the server may take until it listens.
	wait      time.Duration
	deadlines conformance.Deadlines
	process   *process
}

// supervise starts a server by a shell's command line, and waits until it listens at
// the address of each target.
func supervise(ctx context.Context, command string, environment []string, targets []*conformance.Target, wait time.Duration, d conformance.Deadlines) (*supervisor, error) {
	s := &supervisor{command: command, environment: environment, wait: wait, deadlines: d}
	for _, t := range targets {
		if s.listens(ctx, t) {
			return nil, fmt.Errorf("--start: another program listens at %s already; end it, or leave out --start to test it", t.URL.Host)
		}
	}
	if err := s.start(); err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, wait)
	defer cancel()
	for _, t := range targets {
		if err := s.awaitListening(ctx, t); err != nil {
			s.end()
			return nil, err
		}
	}
	return s, nil
}

func (s *supervisor) start() (err error) {
	cmd := shell(s.command)
	cmd.Env = append(cmd.Environ(), s.environment...)
	if s.process, err = startProcess(cmd); err != nil {
		return fmt.Errorf("--start: the server cannot be started: %w", err)
	}
	return nil
}

// end ends the server and all that it started.
func (s *supervisor) end() {
	if s != nil && s.process != nil {
		s.process.end()
	}
}

// listens reports whether the address of a target takes connections.
func (s *supervisor) listens(ctx context.Context, t *conformance.Target) bool {
	conn, err := t.ConnectTCP(ctx, s.deadlines)
	if err == nil {
		conn.Close()
	}
	return err == nil
}

// awaitListening waits until the address of a target takes connections, the server
// ends, or the time is up.
func (s *supervisor) awaitListening(ctx context.Context, t *conformance.Target) error {
	for !s.listens(ctx, t) {
		select {
		case <-s.process.over:
			return fmt.Errorf("--start: the server ended before it took a connection at %s: %s%s (--start takes a command that runs until it is ended)", t.URL.Host, howEnded(s.process.err), s.process.said.quoted())
		case <-ctx.Done():
			if !errors.Is(ctx.Err(), context.DeadlineExceeded) {
				return ctx.Err()
			}
			return fmt.Errorf("--start: the server took no connection at %s within %s (--wait gives more time)%s", t.URL.Host, s.wait, s.process.said.quoted())
		case <-time.After(poll):
		}
	}
	return nil
}

// revive has the server serve again after it stopped: it starts it again if its process
// has ended, and waits until it answers an opening request. It returns the last words
// of the process that ended: a sentence about how, and lines of its standard error.
func (s *supervisor) revive(ctx context.Context, t *conformance.Target) (lastWords []string, err error) {
	ctx, cancel := context.WithTimeout(ctx, s.wait)
	defer cancel()
	for {
		// A process that ends closes its sockets before its end is known.
		_, err = conformance.Probe(ctx, t, s.deadlines)
		if s.process.hasEnded() {
			if lastWords == nil {
				lastWords = s.lastWords()
			}
			err = s.start()
		} else if err == nil {
			return lastWords, nil
		}
		if ctx.Err() != nil {
			return lastWords, err
		}
		select {
		case <-ctx.Done():
		case <-s.process.over:
		case <-time.After(poll):
		}
	}
}

// lastWords are those of a process that has ended.
func (s *supervisor) lastWords() []string {
	words := []string{"Its process ended: " + howEnded(s.process.err) + "."}
	for _, line := range s.process.said.lines(mostLastWords) {
		words = append(words, "the server's standard error: "+strings.TrimRight(line, " \t"))
	}
	return words
}

// memory is how much memory the server takes.
func (s *supervisor) memory() (octets uint64, ok bool) { return s.process.memory() }

// explain adds to an error what a server that has ended said at its end.
func (s *supervisor) explain(err error) error {
	if s == nil || err == nil || s.process == nil || !s.process.hasEnded() {
		return err
	}
	return fmt.Errorf("%w; the server's process ended: %s%s", err, howEnded(s.process.err), s.process.said.quoted())
}

// usage is what the server uses.
func (s *supervisor) usage() (network.Usage, bool) { return s.process.usage() }
