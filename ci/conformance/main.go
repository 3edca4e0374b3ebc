// Command conformance runs wsspec against the reference and the third-party peers, as
// servers and as clients, and merges the results into one report. It leaves no process
// behind. make conformance runs it.
//
//	conformance [--without-ref] [--role server|client] [--out DIR] [--write-baseline FILE] [FLAG]...
//
// It passes every other flag to each run of wsspec. The exit code is the worst one of the
// runs. DIR/parts has the report of each run. The programs wsspec and peers must be in the
// folder of this program, where make puts them. The output of the libraries goes to
// peers.log in the same folder.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"github.com/wsspec/wsspec/conformance/verdict"
)

// exitHarness is the exit code of wsspec if the peer could not be tested.
const exitHarness = 3

// startDeadline limits the time until the servers of a program listen. stopDeadline limits
// the time until a program exits after an interrupt.
const (
	startDeadline = 30 * time.Second
	stopDeadline  = 10 * time.Second
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	defer stop()
	code := exitHarness
	if self, err := os.Executable(); err != nil {
		fmt.Fprintln(os.Stderr, "conformance:", err)
	} else {
		dir := filepath.Dir(self)
		code = run(ctx, filepath.Join(dir, "wsspec"), filepath.Join(dir, "peers"), os.Args[1:], os.Stdout, os.Stderr)
	}
	stop()
	os.Exit(code)
}

// run runs all tests and returns the exit code when all processes have ended.
func run(ctx context.Context, wsspec, peers string, args []string, stdout, stderr *os.File) int {
	fail := func(err error) int {
		fmt.Fprintln(stderr, "conformance:", err)
		return exitHarness
	}
	o, err := parse(args)
	if err != nil {
		return fail(err)
	}
	parts := filepath.Join(o.out, "parts")
	if o.out == "" {
		if parts, err = os.MkdirTemp("", "wsspec-"); err != nil {
			return fail(err)
		}
		defer os.RemoveAll(parts)
	} else if err := os.RemoveAll(parts); err != nil { // from an earlier run
		return fail(err)
	}
	t := &tests{wsspec: wsspec, parts: parts, rest: o.rest, baseline: o.baseline, stdout: stdout, stderr: stderr}
	if err := t.runAll(ctx, o, peers); err != nil {
		t.code = fail(err)
	}
	if err := t.merge(o); err != nil {
		return fail(err)
	}
	return t.code
}

// namesOf returns the names of the libraries with the role.
func namesOf(ctx context.Context, peers, role string) ([]string, error) {
	listed, err := exec.CommandContext(ctx, peers, "list", "--role", role).Output()
	if err != nil {
		return nil, fmt.Errorf("%s list: %w", peers, err)
	}
	return strings.Fields(string(listed)), nil
}

// runAll starts the servers, runs wsspec on each peer, and stops the servers.
func (t *tests) runAll(ctx context.Context, o options, peers string) (err error) {
	var runs []wsspecRun
	for _, role := range o.roles {
		if ctx.Err() != nil {
			return nil
		}
		var more []wsspecRun
		var failed error
		switch role {
		case "server":
			var stop func() error
			more, stop, failed = serverRuns(ctx, t, o, peers)
			defer func() { err = errors.Join(err, stop()) }()
		case "client":
			more, failed = clientRuns(ctx, t, o, peers)
		}
		err = errors.Join(err, failed) // the peers of the other role are tested
		runs = append(runs, more...)
	}
	return errors.Join(err, t.run(ctx, runs))
}

// serverRuns starts all servers. Each is tested in a run of its own. stop stops them; it is
// never nil.
func serverRuns(ctx context.Context, t *tests, o options, peers string) (runs []wsspecRun, stop func() error, err error) {
	var running []*process
	stop = func() (err error) {
		for _, s := range running {
			err = errors.Join(err, s.stop())
		}
		return err
	}
	names, err := namesOf(ctx, peers, "server")
	if err != nil {
		return nil, stop, err
	}
	// The output of the libraries is not part of the result.
	log, err := os.Create(peers + ".log")
	if err != nil {
		return nil, stop, err
	}
	defer log.Close() // the libraries have it open too
	programs := []program{
		{path: t.wsspec, args: []string{"echo", "--addr", "127.0.0.1:0", "--until-stdin-closes"}, servers: 1, agent: "ref", stderr: t.stderr},
		{path: peers, args: []string{"serve", "--all", "--until-stdin-closes"}, servers: len(names), stderr: log},
	}
	if o.withoutRef {
		programs = programs[1:]
	}
	var targets []string
	for _, p := range programs {
		s, failed := start(ctx, p)
		if failed != nil {
			return nil, stop, failed
		}
		running = append(running, s)
		targets = append(targets, s.targets...)
	}
	for _, target := range targets {
		name, _, _ := strings.Cut(target, "=")
		runs = append(runs, wsspecRun{agent: name, role: verdict.Server, command: []string{"server", target}})
	}
	return runs, stop, nil
}

// clientRuns are the runs on the clients. Each is a worker, which plays many cases in one process: to
// start a process for each case takes four times the time of the processors.
func clientRuns(ctx context.Context, t *tests, o options, peers string) (runs []wsspecRun, err error) {
	names, err := namesOf(ctx, peers, "client")
	if err != nil {
		return nil, err
	}
	commands := [][]string{{"ref", t.wsspec, "echo", "--connect", "-"}}
	if o.withoutRef {
		commands = nil
	}
	for _, name := range names {
		commands = append(commands, []string{name, peers, "connect", "--peer", name, "-"})
	}
	for _, c := range commands {
		runs = append(runs, wsspecRun{c[0], verdict.Client, []string{"client", "--worker", "--agent", c[0]}, append([]string{"--"}, c[1:]...)})
	}
	return runs, nil
}
