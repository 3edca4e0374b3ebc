// Command peers runs WebSocket libraries as endpoints under test: an echo server, and
// an echo client if the library has a client, for each library in [peers].
//
//	peers serve --peer NAME [--addr HOST:PORT] [--until-stdin-closes]
//	peers serve --all [--addr HOST:0] [--until-stdin-closes]
//	peers connect --peer NAME URL
//	peers connect --peer NAME -     (a worker for wsspec client --worker)
//	peers list [--role server|client]
//
// Exit codes: 0 for success, 1 for a failure (for example, the address is in use or the
// URL does not respond), 2 for a wrong command line.
package main

import (
	"bufio"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"net"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"time"
)

func main() {
	os.Exit(run(os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
}

const usage = `usage:
  peers serve --peer NAME [--addr HOST:PORT] [--until-stdin-closes]
  peers serve --all [--addr HOST:0] [--until-stdin-closes]
  peers connect --peer NAME URL|-
  peers list [--role server|client]
`

// usageError is an error in the command line.
type usageError string

func (e usageError) Error() string { return string(e) }

func run(args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	err := dispatch(args, stdin, stdout)
	var misuse usageError
	switch {
	case err == nil:
		return 0
	case errors.Is(err, flag.ErrHelp):
		fmt.Fprint(stdout, usage)
		return 0
	case errors.As(err, &misuse):
		fmt.Fprintf(stderr, "peers: %v\n%s", err, usage)
		return 2
	default:
		fmt.Fprintf(stderr, "peers: %v\n", err)
		return 1
	}
}

func dispatch(args []string, stdin io.Reader, stdout io.Writer) error {
	if len(args) == 0 {
		return usageError("no command given")
	}
	switch command, args := args[0], args[1:]; command {
	case "serve":
		return serveCommand(args, stdin, stdout)
	case "connect":
		return connectCommand(args, stdin, stdout)
	case "list":
		return listCommand(args, stdout)
	case "help", "-h", "-help", "--help":
		return flag.ErrHelp
	default:
		return usageError(fmt.Sprintf("unknown command %q: serve, connect or list", command))
	}
}

// parse parses args into flags and requires exactly the named positional arguments.
func parse(flags *flag.FlagSet, args []string, positional ...string) error {
	flags.SetOutput(io.Discard)
	if err := flags.Parse(args); err != nil {
		if errors.Is(err, flag.ErrHelp) {
			return err
		}
		return usageError(fmt.Sprintf("%s: %v", flags.Name(), err))
	}
	if n := flags.NArg(); n > len(positional) {
		return usageError(fmt.Sprintf("%s: unexpected argument %q", flags.Name(), flags.Arg(len(positional))))
	} else if n < len(positional) {
		return usageError(fmt.Sprintf("%s: no %s given", flags.Name(), positional[n]))
	}
	return nil
}

// choose finds the peer with the name among those with the role.
func choose(name, role string) (peer, error) {
	candidates := namesOf(role)
	p, ok := find(name)
	switch {
	case name == "":
		return peer{}, usageError("no --peer given: one of " + strings.Join(candidates, ", "))
	case !ok:
		return peer{}, usageError(fmt.Sprintf("unknown peer %q: one of %s", name, strings.Join(candidates, ", ")))
	case role == "client" && p.connect == nil:
		return peer{}, usageError(fmt.Sprintf("%s is a server only: one of %s", name, strings.Join(candidates, ", ")))
	}
	return p, nil
}

func serveCommand(args []string, stdin io.Reader, stdout io.Writer) error {
	flags := flag.NewFlagSet("serve", flag.ContinueOnError)
	name := flags.String("peer", "", "the library to serve")
	all := flags.Bool("all", false, "serve every library, each on its own port")
	addr := flags.String("addr", "127.0.0.1:0", "the TCP address to listen on")
	untilStdinCloses := flags.Bool("until-stdin-closes", false, "exit when standard input is closed")
	if err := parse(flags, args); err != nil {
		return err
	}

	var chosen []peer
	if *all {
		if *name != "" {
			return usageError("serve: --peer and --all cannot be combined")
		}
		if _, port, err := net.SplitHostPort(*addr); err == nil && port != "0" {
			return usageError("serve: --all needs port 0 in --addr, because each library has its own port")
		}
		chosen = peers
	} else {
		p, err := choose(*name, "server")
		if err != nil {
			return err
		}
		chosen = []peer{p}
	}

	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if *untilStdinCloses {
		var end context.CancelFunc
		ctx, end = context.WithCancel(ctx)
		defer end()
		go func() {
			defer end()
			_, _ = io.Copy(io.Discard, stdin) // an error ends the wait too
		}()
	}
	return serveUntil(ctx, chosen, *addr, func(s *server) {
		if *all {
			fmt.Fprintf(stdout, "%s ", s.peer.name)
		}
		fmt.Fprintf(stdout, "listening on %s\n", s.url())
	})
}

// serveUntil serves the chosen peers and calls ready for each one when it is reachable.
// It closes all of them when ctx ends or one of them fails.
func serveUntil(ctx context.Context, chosen []peer, addr string, ready func(*server)) (err error) {
	failed := make(chan error, len(chosen))
	for _, p := range chosen {
		s, err := listen(p, addr)
		if err != nil {
			return err
		}
		defer func() { err = errors.Join(err, s.close()) }()
		go func() { failed <- s.serve() }()
		ready(s)
	}
	select {
	case <-ctx.Done():
		return nil
	case err := <-failed:
		return err
	}
}

// handshakeTimeout limits the time from dialling to the server's response.
const handshakeTimeout = 30 * time.Second

func connectCommand(args []string, stdin io.Reader, stdout io.Writer) error {
	flags := flag.NewFlagSet("connect", flag.ContinueOnError)
	name := flags.String("peer", "", "the library to connect with")
	if err := parse(flags, args, "URL"); err != nil {
		return err
	}
	p, err := choose(*name, "client")
	if err != nil {
		return err
	}
	if flags.Arg(0) == "-" {
		return work(p, stdin, stdout)
	}
	return connectOnce(p, flags.Arg(0))
}

// connectOnce plays one conversation.
func connectOnce(p peer, url string) error {
	ctx, cancel := context.WithTimeout(context.Background(), handshakeTimeout)
	defer cancel()
	if err := p.connect(ctx, url); err != nil {
		return fmt.Errorf("%s could not connect: %w", p.name, err)
	}
	return nil
}

// work is the worker of wsspec client --worker: it plays a conversation with each URL that
// stands on a line of its input, and answers with a line. A panic ends it, as it would end a
// program that uses the library.
func work(p peer, stdin io.Reader, stdout io.Writer) error {
	urls := bufio.NewScanner(stdin)
	urls.Buffer(nil, 1<<20)
	for urls.Scan() {
		answer := "ok"
		if err := connectOnce(p, urls.Text()); err != nil {
			answer = "failed " + strings.Join(strings.Fields(err.Error()), " ")
		}
		if _, err := fmt.Fprintln(stdout, answer); err != nil {
			return err
		}
	}
	return urls.Err()
}

func listCommand(args []string, stdout io.Writer) error {
	flags := flag.NewFlagSet("list", flag.ContinueOnError)
	role := flags.String("role", "server", "server or client")
	if err := parse(flags, args); err != nil {
		return err
	}
	if *role != "server" && *role != "client" {
		return usageError(fmt.Sprintf("list: unknown role %q: server or client", *role))
	}
	for _, name := range namesOf(*role) {
		fmt.Fprintln(stdout, name)
	}
	return nil
}

// namesOf lists the names of the peers with the role, server or client.
func namesOf(role string) []string {
	var names []string
	for _, p := range peers {
		if role == "server" || p.connect != nil {
			names = append(names, p.name)
		}
	}
	return names
}
