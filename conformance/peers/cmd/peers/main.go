// Command peers runs WebSocket libraries as endpoints under test: an echo
// server, and where there is one an echo client, on each of the libraries
// that [peers] lists.
//
//	peers serve --peer NAME [--addr HOST:PORT] [--until-stdin-closes]
//	peers serve --all [--addr HOST:0] [--until-stdin-closes]
//	peers connect --peer NAME URL
//	peers list [--role server|client]
//
// It exits with 0 when it did what it was asked to, with 1 when it could not
// (the address is taken, nothing answers at the URL) and with 2 when it did
// not understand the command line.
package main

import (
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
  peers connect --peer NAME URL
  peers list [--role server|client]
`

// usageError is a command line that could not be understood.
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
		return connectCommand(args)
	case "list":
		return listCommand(args, stdout)
	case "help", "-h", "-help", "--help":
		return flag.ErrHelp
	default:
		return usageError(fmt.Sprintf("unknown command %q: serve, connect or list", command))
	}
}

// parse reads args into flags and wants exactly the positional arguments that
// are named.
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

// choose finds the peer called name among those with the role.
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
	untilStdinCloses := flags.Bool("until-stdin-closes", false, "end when standard input does")
	if err := parse(flags, args); err != nil {
		return err
	}

	var chosen []peer
	if *all {
		if *name != "" {
			return usageError("serve: --peer and --all exclude each other")
		}
		if _, port, err := net.SplitHostPort(*addr); err == nil && port != "0" {
			return usageError("serve: --all needs port 0 in --addr, for each library has its own port")
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
			_, _ = io.Copy(io.Discard, stdin) // whatever ended it, it has ended
		}()
	}
	return serveUntil(ctx, chosen, *addr, func(s *server) {
		if *all {
			fmt.Fprintf(stdout, "%s ", s.peer.name)
		}
		fmt.Fprintf(stdout, "listening on %s\n", s.url())
	})
}

// serveUntil serves the chosen peers, calls ready for each once it can be
// reached, and closes them all when ctx ends or one of them fails.
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

// handshakeTimeout bounds the time from dialling to the server's answer.
const handshakeTimeout = 30 * time.Second

func connectCommand(args []string) error {
	flags := flag.NewFlagSet("connect", flag.ContinueOnError)
	name := flags.String("peer", "", "the library to connect with")
	if err := parse(flags, args, "URL"); err != nil {
		return err
	}
	p, err := choose(*name, "client")
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(context.Background(), handshakeTimeout)
	defer cancel()
	if err := p.connect(ctx, flags.Arg(0)); err != nil {
		return fmt.Errorf("%s could not connect: %w", p.name, err)
	}
	return nil
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

// namesOf lists the peers that have the role, server or client.
func namesOf(role string) []string {
	var names []string
	for _, p := range peers {
		if role == "server" || p.connect != nil {
			names = append(names, p.name)
		}
	}
	return names
}
