// Command conformance is what make conformance runs: it starts the reference
// echo server and the third-party peers, has wsspec test them all into one
// report, and leaves no process behind, however it ends.
//
//	conformance [--without-ref] [FLAG]...
//
// Every flag but --without-ref goes to wsspec server as it is, and the exit
// code is that command's own. The programs wsspec and peers have to lie beside
// this one, as make puts them; what the libraries print goes to peers.log there.
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
)

// exitHarness is wsspec's exit code for what could not be tested.
const exitHarness = 3

// startDeadline is how long a program may take until its servers listen,
// stopDeadline how long to end once it was asked to.
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

// run starts the servers, lets wsspec test them, and returns its exit code
// when all of them have ended.
func run(ctx context.Context, wsspec, peers string, args []string, stdout, stderr *os.File) (code int) {
	fail := func(err error) {
		fmt.Fprintln(stderr, "conformance:", err)
		code = exitHarness
	}
	listed, err := exec.CommandContext(ctx, peers, "list").Output()
	if err != nil {
		fail(fmt.Errorf("%s list: %w", peers, err))
		return code
	}
	// What libraries print about what was done to them is not this run's result.
	log, err := os.Create(peers + ".log")
	if err != nil {
		fail(err)
		return code
	}
	defer log.Close()
	programs := []program{
		{path: wsspec, args: []string{"echo", "--addr", "127.0.0.1:0", "--until-stdin-closes"}, servers: 1, agent: "ref", stderr: stderr},
		{path: peers, args: []string{"serve", "--all", "--until-stdin-closes"}, servers: len(strings.Fields(string(listed))), stderr: log},
	}
	if len(args) > 0 && args[0] == "--without-ref" {
		programs, args = programs[1:], args[1:]
	}
	command := []string{"server"}
	for _, p := range programs {
		s, err := start(ctx, p)
		if err != nil {
			fail(err)
			return code
		}
		defer func() {
			if err := s.stop(); err != nil {
				fail(err)
			}
		}()
		command = append(command, s.targets...)
	}
	test := exec.CommandContext(ctx, wsspec, append(command, args...)...)
	test.Stdout, test.Stderr = stdout, stderr
	test.Cancel = func() error { return interrupt(test.Process) }
	test.WaitDelay = stopDeadline
	err = test.Run()
	var exit *exec.ExitError
	switch {
	case errors.As(err, &exit) && exit.Exited():
		code = exit.ExitCode()
	case err != nil:
		fail(fmt.Errorf("wsspec server: %w", err))
	}
	return code
}
