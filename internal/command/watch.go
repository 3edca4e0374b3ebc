package command

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync"
	"time"

	"github.com/spf13/cobra"

	"github.com/wsspec/wsspec/conformance"
	"github.com/wsspec/wsspec/conformance/observed"
	"github.com/wsspec/wsspec/conformance/opening"
	"github.com/wsspec/wsspec/conformance/passive"
	"github.com/wsspec/wsspec/conformance/stream"
	"github.com/wsspec/wsspec/conformance/verdict"
	"github.com/wsspec/wsspec/conformance/watch"
	"github.com/wsspec/wsspec/ref/wire"
	"github.com/wsspec/wsspec/reports/terminal"
)

// watchFlags are those of wsspec watch.
type watchFlags struct {
	listen, to  string
	cert, key   string
	insecure    bool
	ca          string
	out         string
	maxTime     time.Duration
	timeout     time.Duration
	connections int
	verbose     bool
	quiet       bool
	seed        uint64
	faults      map[watch.FaultKind]*[]string
	keeping
}

func newWatch() *cobra.Command {
	f := watchFlags{faults: map[watch.FaultKind]*[]string{}}
	cmd := &cobra.Command{
		Use:   "watch --listen ADDR --to URL",
		Short: "Pass real traffic on to a server, and judge it",
		Long: `Pass real traffic on to a server, and judge it: both halves of the opening
handshake, and the frames and messages of both sides. Octets go on unchanged and at
once, and are judged behind that. Each violation is printed as it happens. Ctrl-C,
--max-time or --connections ends the watch, and a summary follows.

Faults on request show what the client and the server do when the network misbehaves.
Their values have the form [client:|server:]VALUE[#CONNECTION]: the side that sends (both
if there is none), and the number of the only connection with the fault. A..B in place
of a number or a time draws one between the two. Each flag of a fault can be repeated.

Exit codes: 0 no violation, 1 a violation, 2 usage, 3 nothing was seen, the server could
not be reached, or octets came faster than they could be judged.`,
		Example: `  wsspec watch --listen :9000 --to ws://localhost:8080
  wsspec watch --listen :9000 --to wss://example.org --out watched -v
  wsspec watch --listen :9000 --to ws://localhost:8080 --max-time 10m
  wsspec watch --listen :9000 --to ws://localhost:8080 --delay server:20ms..80ms
  wsspec watch --listen :9000 --to ws://localhost:8080 --reset 1KiB..64KiB --seed 7`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			f.hide(cmd.ErrOrStderr())
			return f.hidden.error(f.run(cmd.Context(), cmd.OutOrStdout(), f.hidden.writer(cmd.ErrOrStderr())))
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&f.listen, "listen", "", "take connections at this `ADDR`, such as :9000; port 0 takes a free one")
	flags.StringVar(&f.to, "to", "", "pass them on to the server at this `URL`, ws://HOST:PORT or wss://HOST:PORT")
	flags.StringVar(&f.cert, "cert", "", "take connections with TLS, by the certificate in this PEM `FILE`")
	flags.StringVar(&f.key, "key", "", "the certificate's private key, a PEM `FILE`")
	flags.BoolVar(&f.insecure, "insecure", false, "accept any certificate of the server")
	flags.StringVar(&f.ca, "ca", "", "trust the server's certificates in this PEM `FILE`")
	flags.StringVar(&f.out, "out", "", "write watch.jsonl (a line for each connection) and watch.pcapng (for Wireshark) into this `DIR`")
	flags.DurationVar(&f.maxTime, "max-time", 0, "end the watch after this time (default: no bound)")
	flags.IntVar(&f.connections, "connections", 0, "end the watch when so many connections have ended (default: no bound)")
	flags.DurationVar(&f.timeout, "timeout", conformance.DefaultTimeout, "the longest that connecting to the server may take")
	flags.BoolVarP(&f.verbose, "verbose", "v", false, "print each head and each frame as it goes, in both directions")
	flags.BoolVar(&f.quiet, "quiet", false, "print the summary alone")
	flags.Uint64Var(&f.seed, "seed", 1, "the `NUMBER` that the faults draw from: the same one has the same faults")
	for kind, usage := range map[watch.FaultKind]string{
		watch.Cut:       "close TCP on both sides behind so many octets of a side, or after a time: `VALUE` such as server:1000, 4KiB..8KiB, 2s",
		watch.Reset:     "as --cut, by a reset of TCP: `VALUE`",
		watch.Delay:     "wait before each piece that is passed on: `VALUE` such as 20ms, server:10ms..50ms",
		watch.Split:     "pass octets on in writes of so many octets, a millisecond apart: `VALUE` such as client:1, 1..7",
		watch.Coalesce:  "gather octets for a time, and pass them on in one write: `VALUE` such as 100ms",
		watch.Throttle:  "pass so many octets on in a second: `VALUE` such as server:10KiB",
		watch.DropFrame: "leave out the frame with this number, from 1, or one in N by chance: `VALUE` such as server:3, 1/20",
	} {
		f.faults[kind] = flags.StringArray(kind.String(), nil, usage)
	}
	flags.BoolVar(&f.keepSecrets, "keep-secrets", false, keepSecretsHelp)
	return cmd
}

// watcher checks the flags, and makes what they say.
func (f *watchFlags) watcher() (*watch.Watcher, error) {
	switch {
	case f.listen == "":
		return nil, usage("where do the clients connect? For example: --listen :9000")
	case f.to == "":
		return nil, usage("which server? For example: --to ws://localhost:8080")
	case f.maxTime < 0:
		return nil, usage("--max-time %s: it has to be longer than nothing, as in --max-time 10m", f.maxTime)
	case f.connections < 0:
		return nil, usage("--connections %d: it has to be above 0", f.connections)
	case f.timeout <= 0:
		return nil, usage("--timeout %s: it has to be longer than nothing, as in --timeout 5s", f.timeout)
	case f.quiet && f.verbose:
		return nil, usage("--quiet prints the summary alone: leave out --verbose")
	}
	f.hidden.redactor.Learn(f.to)
	target, err := conformance.ParseTarget(f.to)
	switch {
	case err != nil:
		return nil, usage("--to: %w", err)
	case target.URL.Path != "" && target.URL.Path != "/" || target.URL.RawQuery != "" || target.URL.User != nil:
		return nil, usage("--to %s: the client says which path it wants, and whatever else its request has. Leave all behind the port out, and a user: --to %s://%s", f.to, target.URL.Scheme, target.URL.Host)
	}
	if target.TLS, err = (&serverFlags{insecure: f.insecure, ca: f.ca}).tls(); err != nil {
		return nil, err
	}
	w := &watch.Watcher{Target: target, Deadlines: stream.NewDeadlines(f.timeout, 0, 1), Connections: f.connections, Seed: f.seed}
	w.Deadlines.Connect = f.timeout
	for _, kind := range watch.FaultKinds() {
		for _, value := range *f.faults[kind] {
			fault, err := watch.ParseFault(kind, value)
			if err != nil {
				return nil, usage("--%s %w", kind, err)
			}
			w.Faults = append(w.Faults, fault)
		}
	}
	return w, nil
}

func (f *watchFlags) run(ctx context.Context, stdout, stderr io.Writer) error {
	w, err := f.watcher()
	if err != nil {
		return err
	}
	l, url, err := (&clientFlags{listen: f.listen, cert: f.cert, key: f.key}).listener(false)
	if err != nil {
		return err
	}
	defer l.Close()
	files, err := f.files()
	if err != nil {
		return err
	}
	console := newConsole(stdout, f.quiet)
	seen := &observer{flags: f, log: newFrameLog(console), console: console, files: files, rules: map[ruleOfSide]*count{}}
	defer seen.log.end()
	seen.tell(w)
	console.line(fmt.Sprintf("listening on %s/, passing on to %s://%s", url, w.Target.URL.Scheme, w.Target.URL.Host))
	if f.maxTime > 0 {
		var stop context.CancelFunc
		ctx, stop = context.WithTimeout(ctx, f.maxTime)
		defer stop()
	}
	began := time.Now()
	err = w.Serve(ctx, l)
	seen.log.end()
	lost := files.close()
	console.quiet = false
	for _, line := range seen.summary(time.Since(began)) {
		console.line(line)
	}
	for _, name := range files.written() {
		console.line("written: " + name)
	}
	if err = errors.Join(err, lost); err != nil {
		return couldNot(err)
	}
	return seen.exit(w.Target.URL.Host)
}

// An observer gathers what a watch sees.
type observer struct {
	flags   *watchFlags
	log     *frameLog
	console *console
	files   *watchFiles

	mu sync.Mutex
	// connections is how many were passed on, opened how many of them opened a WebSocket
	// connection, unreached how many could not be passed on.
	connections, opened, unreached int
	client, server                 passive.Side
	rules                          map[ruleOfSide]*count
	// order has the rules as they came.
	order []ruleOfSide
	// unjudged counts what was not judged, by why; tooFast says that it came too fast.
	unjudged map[string]int
	tooFast  bool
	// lastError is why the server was not reached.
	lastError error
	// keys and masks are those of all clients.
	keys  opening.KeyQuality
	masks stream.MaskHistory
}

type ruleOfSide struct {
	rule   *wire.Rule
	sender wire.Role
}

// A count is how often a rule was broken, and how first.
type count struct {
	times int
	first string
}

// mostToldOfSide is how many violations of one side of a connection have a line. More are
// counted.
const mostToldOfSide = 20

// tell has the Watcher tell what it sees.
func (s *observer) tell(w *watch.Watcher) {
	w.Judge = s.judge
	w.Ended = s.ended
	w.Faulted = func(number int, sender wire.Role, what string) {
		s.line(number, sender, "fault: "+what)
	}
	w.Unreached = func(number int, err error) {
		s.mu.Lock()
		s.unreached++
		s.lastError = err
		s.mu.Unlock()
		s.note(number, "not passed on: "+err.Error())
	}
	var refused sync.Once
	w.Refused = func(err error) {
		refused.Do(func() {
			s.log.put("this machine cannot open more connections, and clients have to wait: " + terminal.CleanLine(err.Error()))
		})
	}
}

// line prints a line about what one side of a connection did.
func (s *observer) line(number int, sender wire.Role, text string) {
	s.note(number, sender.String()+" "+text)
}

func (s *observer) note(number int, text string) {
	s.log.put(s.stamp(number) + terminal.CleanLine(text))
}

// stamp is the beginning of a line: the time of day, and the number of the connection.
func (s *observer) stamp(number int) string {
	return fmt.Sprintf("%s #%d ", time.Now().Format("15:04:05.000"), number)
}

// judge are the options for a connection. They are used by one goroutine at a time.
func (s *observer) judge(number int) passive.Options {
	known := s.flags.hidden.redactor.Clone()
	told := map[wire.Role]int{}
	of := s.files.begin(number)
	o := passive.Options{
		Violation: func(v passive.Violation) {
			what := known.Text(v.Detail)
			of.violation(v, what)
			text := fmt.Sprintf("violates %s (%s): %s, at octet %d", v.Rule.Clause(), v.Rule.ID, what, v.Offset)
			s.count(number, v, what)
			switch told[v.Sender]++; {
			case told[v.Sender] <= mostToldOfSide:
				s.log.put(s.console.screen.style().Verdict(verdict.Fail, s.stamp(number)+terminal.CleanLine(v.Sender.String()+" "+text)))
			case told[v.Sender] == mostToldOfSide+1:
				s.line(number, v.Sender, "breaks more rules; they are counted and not printed")
			}
		},
		Unjudged: func(u passive.Unjudged) {
			u.Why = known.Text(u.Why)
			of.unjudged(u)
			s.notJudged(u)
			text := fmt.Sprintf("not judged from octet %d on: %s", u.Offset, u.Why)
			if !u.Rest {
				text = fmt.Sprintf("not judged at octet %d: %s", u.Offset, u.Why)
			}
			s.line(number, u.Sender, text)
		},
		Entry: func(e passive.Entry) {
			if e.Kind == observed.EntryRequest || e.Kind == observed.EntryResponse || e.Kind == observed.EntryOctets {
				known.Secrets(e.Octets)
			}
			if s.flags.verbose {
				e.Dir = map[wire.Role]observed.Direction{wire.RoleClient: observed.Sent, wire.RoleServer: observed.Received}[e.Sender]
				s.log.put(known.Text(frameLine(strings.TrimSpace(s.stamp(number)), e.Entry, s.console.screen.style())))
			}
		},
		HeadsOnly: !s.flags.verbose && !of.keeps(),
		Keys:      &s.keys, Masks: &s.masks,
	}
	if of.keeps() {
		o.Transcript, o.FrameOctets = true, mostOfFrame
	}
	return o
}
