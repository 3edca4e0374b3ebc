package command

import (
	"context"
	"fmt"
	"io"
	"net"
	"runtime"
	"slices"
	"strings"
	"time"

	"github.com/spf13/pflag"

	"github.com/wsspec/wsspec/conformance"
	"github.com/wsspec/wsspec/fuzz/network"
	"github.com/wsspec/wsspec/ref/wire"
)

// fuzzedClient has the flags about a client under test that scripts are played on.
type fuzzedClient struct {
	role   string
	worker bool
	listen string
}

// addClient adds them for a campaign.
func (f *fuzzedClient) addClient(flags *pflag.FlagSet) {
	flags.StringVar(&f.role, "role", wire.RoleServer.String(), "the `ROLE` of the peer under test: server, or client, which the command behind -- starts")
	f.addReach(flags)
}

// addReach adds the flags that say how a client is reached.
func (f *fuzzedClient) addReach(flags *pflag.FlagSet) {
	flags.BoolVar(&f.worker, "worker", false, "start the client's command a few times only: it reads a URL a line from standard input (docs/workers.md)")
	flags.StringVar(&f.listen, "listen", "", "play a script on each connection to this `ADDR`: for a client that connects again by itself; port 0 takes a free one")
}

// forServers are the flags that say how to reach a server.
var forServers = []string{"start", "rate", "header", "header-env", "origin", "insecure", "ca", "seed-capture", "also"}

// checkClient finds what no client can be tested with.
func (f *fuzzedClient) checkClient(command []string, given func(flag string) bool) error {
	for _, flag := range forServers {
		if given(flag) {
			return usage("--%s is about a server, and the peer under test is a client", flag)
		}
	}
	named := slices.ContainsFunc(command, func(a string) bool { return strings.Contains(a, placeholder) })
	switch {
	case len(command) > 0 && f.listen != "":
		return usage("--listen %s is for a client that connects by itself: leave out the command, or leave out --listen", f.listen)
	case len(command) == 0 && f.worker:
		return usage("--worker starts a command; there is none behind --")
	case len(command) == 0 && f.listen == "":
		return usage("which client? Its command stands behind --, as in: -- ./echo-client {url}")
	case f.worker && named:
		return usage("--worker: the command reads the URLs from its standard input: leave out {url}")
	case len(command) > 0 && !f.worker && !named:
		return usage("the command has no {url}; the client gets the address in its place, as in: -- ./echo-client {url}")
	case len(command) > 0:
		if err := canStart(command); err != nil {
			return couldNot(err)
		}
	}
	return nil
}

// A startedPeer is a client under test, and what it takes to start it.
type startedPeer struct {
	*network.Client
	// name is how the report names where it is.
	name string
	// usage is what the workers use; nil if there are none.
	usage func() (network.Usage, bool)
	pool  *workers
}

// client makes the client of a command, or of --listen.
func (f *fuzzedClient) client(ctx context.Context, command []string, s *serverFlags) (*startedPeer, error) {
	p := &startedPeer{Client: &network.Client{Subprotocols: s.subprotocols, Deadlines: conformance.NewDeadlines(s.timeout, 0, s.slow)}, name: strings.Join(command, " ")}
	switch {
	case len(command) == 0:
		if err := f.listens(ctx, p, s); err != nil {
			return nil, err
		}
	case f.worker:
		p.pool = &workers{command: command}
		p.Start, p.usage = fuzzStarter(p.pool.start), p.pool.usage
	default:
		p.Start = fuzzStarter(starter(command))
	}
	return p, nil
}

// fuzzStarter has a starter say what the fuzzer wants to know.
func fuzzStarter(start conformance.Starter) func(context.Context, string) network.ClientEnd {
	return func(ctx context.Context, url string) network.ClientEnd {
		end := start(ctx, url, "")
		return network.ClientEnd{Crash: end.Crash, LastWords: end.LastWords}
	}
}

// longestAbsence is how long a client may not connect again until it counts as gone, unless
// --wait says it.
const longestAbsence = time.Minute

// listens listens for a client that connects by itself.
func (f *fuzzedClient) listens(ctx context.Context, p *startedPeer, s *serverFlags) error {
	address, err := listenAddress(f.listen)
	if err != nil {
		return err
	}
	host, _, err := net.SplitHostPort(address)
	if host == "" {
		host = "0.0.0.0"
	}
	if err == nil {
		err = s.mayHarm(ctx, host, "a fuzzer attacks whoever connects")
	}
	if err != nil {
		return err
	}
	if p.Listener, err = net.Listen("tcp", address); err != nil {
		return couldNot(fmt.Errorf("cannot listen on %s: %w (another port goes by --listen)", address, err))
	}
	p.name = "ws://" + p.Listener.Addr().String()
	if p.Absent = s.wait; p.Absent <= 0 {
		p.Absent = longestAbsence
	}
	return nil
}

// end ends all that was started.
func (p *startedPeer) end() {
	if p.pool != nil {
		p.pool.end()
	}
	p.End()
}

// usage is what an idle worker uses on average; ok is false if that is not known. A process may
// fill its own caches, and many have as many.
func (w *workers) usage() (u network.Usage, ok bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	n := 0
	for _, one := range w.idle {
		if of, known := one.process.usage(); known {
			u.Memory, u.Descriptors, u.Threads, ok = u.Memory+of.Memory, u.Descriptors+of.Descriptors, u.Threads+of.Threads, true
			n++
		}
	}
	if n > 0 {
		u = network.Usage{Memory: u.Memory / uint64(n), Descriptors: u.Descriptors / n, Threads: u.Threads / n}
	}
	return u, ok
}

// fuzzClient runs a campaign against a client.
func (f *fuzzFlags) fuzzClient(ctx context.Context, command []string, stdout, stderr io.Writer) error {
	f.profile = string(conformance.Quick)
	if !f.given("parallel") {
		f.parallel = 2 * runtime.GOMAXPROCS(0) // each is a process
	}
	if err := f.check(); err != nil {
		return err
	}
	if err := f.checkClient(command, f.given); err != nil {
		return err
	}
	f.separate(&f.runFlags)
	f.hidden.redactor.Arguments(command)
	peer, err := f.client(ctx, command, &f.serverFlags)
	if err != nil {
		return err
	}
	defer peer.end()
	if peer.Application, err = f.clientApplication(); err != nil {
		return err
	}
	peer.Subprotocols = f.subprotocols
	if f.agent == "" {
		f.agent = wire.RoleClient.String()
	}
	rec, err := f.record()
	if err != nil {
		return err
	}
	console := newConsole(f.screenOf(stdout, stderr), false)
	rec.AddTarget(f.agent, wire.RoleClient, peer.name)
	c := &campaign{flags: f, agent: f.agent, role: wire.RoleClient, rec: rec, out: console.w}
	fmt.Fprintf(console.w, "wsspec fuzz %s, seed %d\n", f.agent, f.seed)
	if peer.Listener != nil {
		fmt.Fprintf(console.w, "listening on %s (each connection plays a script)\n", peer.name)
	}
	o, err := f.options(c, peer.Deadlines, stderr)
	if err != nil {
		return err
	}
	o.Parallel, o.Usage = f.parallel, peer.usage
	return f.play(ctx, peer.Client, o, c, console)
}
