package command

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
	"github.com/wsspec/wsspec/autobahn/spec"
	"github.com/wsspec/wsspec/conformance"
	"github.com/wsspec/wsspec/conformance/verdict"
	"github.com/wsspec/wsspec/ref/wire"
	"github.com/wsspec/wsspec/reports/record"
)

// runFlags are the flags that every way of running cases has.
type runFlags struct {
	selection conformance.Selection
	profile   string
	out       string
	parallel  int
	timeout   time.Duration
	slow      float64
	baseline  string
	quiet     bool
	verbose   bool
	strict    bool

	writeBaseline string
	transcripts   string
	// maxTime bounds the whole run; zero for no bound. failFast ends it behind the first
	// failure.
	maxTime  time.Duration
	failFast bool
	// noEcho: the peer does not send messages back.
	noEcho bool
	// ask is a message that the peer answers, answer how the answer looks; question is
	// both.
	ask, answer string
	question    *conformance.Question
	dialogueFlag
	// format names the form that standard output gets.
	format  string
	formOut formOutput
	// shardFlags say which shard of a divided run this is.
	shardFlags
	// lastFailed runs the cases that failed in the report before, which is then before.
	lastFailed bool
	before     *lastFailures
	// list prints the cases that would be run, and runs none.
	list bool

	// config names a file with settings.
	config string
	// spec names Autobahn's spec file, which file is when it was read.
	spec        string
	file        *spec.File
	autobahnOut string

	suiteFlags
	keeping
}

func (r *runFlags) add(cmd *cobra.Command) {
	selectionFlags(cmd, &r.selection)
	f := cmd.Flags()
	f.StringVar(&r.profile, "profile", "quick", profileHelp)
	f.StringVar(&r.out, "out", "", "write report.json, index.html and junit.xml into this `DIR`")
	f.IntVar(&r.parallel, "parallel", conformance.DefaultParallel, "run `N` cases at once")
	r.addTimes(f)
	f.StringVar(&r.baseline, "baseline", "", "compare with this `FILE` of known verdicts: exit 4 if something got worse")
	f.StringVar(&r.writeBaseline, "write-baseline", "", "write this run's verdicts to a `FILE` for --baseline; - is standard output, and the rest goes to standard error")
	f.StringVar(&r.transcripts, "transcripts", "", "write the transcript of each case into this `DIR`: one JSON line for an entry, with at most 64 KiB of its octets")
	f.StringVar(&r.config, "config", "", "take flags and targets from this YAML `FILE`; what the command line says wins")
	f.StringVar(&r.spec, "spec", "", "take cases, peers and folder from Autobahn's spec `FILE`; --run, --skip and --rfc choose among its cases")
	f.StringVar(&r.autobahnOut, "autobahn-out", "", "write the report in Autobahn's form (index.json, a file a case) into this `DIR`")
	f.BoolVar(&r.quiet, "quiet", false, "print one line, the counts")
	f.BoolVarP(&r.verbose, "verbose", "v", false, "print each frame as it goes, in both directions")
	f.DurationVar(&r.maxTime, "max-time", 0, "end the run after this time; what is left is not run, and the exit code is 3 (default: no bound)")
	f.BoolVar(&r.list, "list", false, "print the cases that the other flags choose, and run none")
	f.BoolVar(&r.failFast, "fail-fast", false, "end the run behind the first case that fails; what is left is not run")
	f.StringVar(&r.format, "format", "", "write the report in this `FORM` to standard output, and all other lines to standard error: "+formNames())
	f.BoolVar(&r.lastFailed, "last-failed", false, "run only the cases that failed in the report that is in the --out folder")
	f.BoolVar(&r.noEcho, "no-echo", false, "the peer does not send messages back: where a case needs that, judge that the connection lives")
	f.StringVar(&r.ask, "ask", "", "send this `MESSAGE` where a case is about the shape of messages, and judge by --answer; hex:OCTETS is a binary one (with it, --no-echo need not be typed)")
	f.StringVar(&r.answer, "answer", "", "what answers --ask: a regular `EXPRESSION`, a JSON object with fields that have to be equal, or hex:OCTETS that it begins with")
	r.dialogueFlag.add(f)
	f.BoolVar(&r.strict, "strict", false, "exit 1 on warnings too")
	r.shardFlags.add(f)
	r.addNames(f)
	r.addOwned(f)
	r.keeping.add(f)
}

// mostTimeout is the longest --timeout, stretched by --slow.
const mostTimeout = 24 * time.Hour

// check finds what no run can do with, before anything is started.
func (r *runFlags) check() error {
	switch {
	case !knowsProfile(r.profile):
		return usage("--profile %s: it has to be quick, full or deep", r.profile)
	case r.parallel < 1:
		return usage("--parallel %d: at least one case has to run at once", r.parallel)
	case r.timeout <= 0:
		return usage("--timeout %s: it has to be longer than nothing, as in --timeout 5s", r.timeout)
	case r.maxTime < 0:
		return usage("--max-time %s: it has to be longer than nothing, as in --max-time 10m", r.maxTime)
	case (r.ask == "") != (r.answer == ""):
		return usage("--ask and --answer belong together: what is sent, and what its answer looks like")
	case r.quiet && r.verbose:
		return usage("--quiet prints one line: leave out --verbose")
	case r.slow <= 0:
		return usage("--slow %g: it has to be above 0, as in --slow 10", r.slow)
	case float64(r.timeout)*r.slow > float64(mostTimeout):
		return usage("--timeout %s and --slow %g: together they have to be at most %s", r.timeout, r.slow, mostTimeout)
	}
	if err := r.readShard(r); err != nil {
		return err
	}
	if r.ask != "" {
		var err error
		if r.question, err = conformance.NewQuestion(r.ask, r.answer); err != nil {
			return usage("--ask and --answer: %w", err)
		}
		r.noEcho = true
	}
	if err := r.readDialogue(); err != nil {
		return err
	}
	r.noEcho = r.noEcho || r.spoken != nil
	return r.suiteFlags.check()
}

// serverFlags are those that say how to reach a server.
type serverFlags struct {
	runFlags
	agent        string
	headers      []string
	headerEnv    []string
	origin       string
	foreign      string
	subprotocols []string
	insecure     bool
	ca           string
	wait         time.Duration
	// noProbe leaves out the message that tells what kind of endpoint it is.
	noProbe bool
	// start is the command that starts the server; server is it, once started.
	start  string
	server *supervisor
	// tlsURL is where the cases about TLS are played, if not at the server's URL.
	tlsURL string
	// rate bounds the new connections in a second; zero for no bound.
	rate int
	// given reports whether a flag was given, on the command line or in a file. parallelOf
	// is how many cases run at once, by agent.
	given      func(flag string) bool
	parallelOf map[string]int
	// configured are the servers that --config lists.
	configured []configuredTarget
}

func newServer() *cobra.Command {
	var f serverFlags
	cmd := &cobra.Command{
		Use:   "server URL | server NAME=URL... | server --config FILE | server --spec FILE",
		Short: "Test a server",
		Long: `Test a WebSocket server. Best is one that sends each message back, as the echo
example of every library does; --no-echo judges any other, in part: where a case
needs a message back, only whether the connection lives. Several servers, each as
NAME=URL, share one report; so do those that a spec file for Autobahn's fuzzing client
lists (--spec).

With --start, wsspec makes a certificate for a server with TLS, and trusts it. {cert} and
{key} in the command stand for its files (PEM), and so do the variables WSSPEC_CERT and
WSSPEC_KEY in the environment of the server. The cases about TLS are played at a wss: URL.
If the server has a port without TLS as well, --tls-url names the other one, so that all
other cases are played without.

Exit codes: 0 pass, 1 nonconformant, 2 usage, 3 could not test, 4 regression
against the baseline. An agent that the baseline knows is compared with it;
any other is gated by itself.`,
		Example: `  wsspec server ws://localhost:9001/
  wsspec server --start './my-server --port 9001' ws://localhost:9001/
  wsspec server --start './my-server --port 9001 --cert {cert} --key {key}' wss://localhost:9001/
  wsspec server wss://example.org/echo --ca ca.pem --out report
  wsspec server ws://localhost:9001/ --run '5.*' --run 7.1
  wsspec server --no-echo --subprotocol mqtt ws://localhost:9001/mqtt
  wsspec server --suite robust --suite security ws://localhost:9001/
  wsspec server one=ws://localhost:9001/ two=ws://localhost:9002/ --out report`,
		Args: func(cmd *cobra.Command, args []string) error {
			specGiven := f.spec != ""
			if err := f.useConfig(cmd); err != nil {
				return err
			}
			if len(args) > 0 || specGiven {
				f.configured = nil // the command line wins
			}
			switch {
			case len(args) > 0 && f.spec != "":
				return usage("the spec file lists the servers: leave out %s", strings.Join(args, " "))
			case len(f.configured) > 0 && f.spec != "":
				return usage("%s: the spec file lists the servers: leave out targets", f.config)
			case len(args) == 0 && len(f.configured) == 0 && f.spec == "" && !f.list:
				return usage("which server? For example: wsspec server ws://localhost:9001/")
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := f.checkHTTP3(); err != nil {
				return err
			}
			if err := f.checkStart(); err != nil {
				return err
			}
			return f.run(cmd.Context(), args, cmd.OutOrStdout(), cmd.ErrOrStderr())
		},
	}
	f.add(cmd)
	flags := cmd.Flags()
	f.given = flags.Changed
	flags.Lookup("parallel").Usage += fmt.Sprintf(" (%d if the server is not on the loopback interface; without N, twice as many on one there that answers at once)", gentleParallel)
	f.addRate(flags)
	f.addAgent(flags)
	f.addStart(flags)
	f.addConnection(flags)
	flags.StringVar(&f.foreign, "foreign-origin", "", "the server has to refuse opening requests of this `ORIGIN`, such as https://other.example: play the cases of the suite security about that")
	flags.BoolVar(&f.noProbe, "no-probe", false, "send no message before the first case, which tells whether the server sends messages back")
	flags.BoolVar(&f.http2, "http2", false, "play the cases through streams of HTTP/2 (RFC 8441), and those about that besides")
	flags.BoolVar(&f.http3, "http3", false, "play the cases through streams of HTTP/3 (RFC 9220), and those about that besides; the wsspec of the module conformance/http3 can do that")
	flags.StringVar(&f.tlsURL, "tls-url", "", "play the cases about TLS at this wss: `URL` of the same server, and all others at its own")
	cmd.MarkFlagsMutuallyExclusive("http3", "http2")
	cmd.MarkFlagsMutuallyExclusive("http3", "tls-url")
	return cmd
}

// addConnection adds the flags about the connection to a server.
func (f *serverFlags) addConnection(flags *pflag.FlagSet) {
	flags.StringArrayVar(&f.headers, "header", nil, "add a field to each opening request: `'K: V'`, or @FILE with a field a line; can be repeated")
	flags.StringArrayVar(&f.headerEnv, "header-env", nil, "add the field, 'K: V', that the environment variable `NAME` has; can be repeated")
	flags.StringVar(&f.origin, "origin", "", "send this Origin")
	flags.StringArrayVar(&f.subprotocols, "subprotocol", nil, "ask for this subprotocol; can be repeated, the most wanted first")
	flags.BoolVar(&f.insecure, "insecure", false, "accept any certificate")
	flags.StringVar(&f.ca, "ca", "", "trust the certificates in this PEM `FILE`")
}

func (f *serverFlags) run(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	if err := f.check(); err != nil {
		return err
	}
	if err := f.checkRate(); err != nil {
		return err
	}
	f.hide(stderr)
	if err := f.readSpec(spec.FuzzingClient, f.hidden.writer(stderr)); err != nil {
		return f.hidden.error(err)
	}
	return f.hidden.error(f.test(ctx, args, stdout, f.hidden.writer(stderr)))
}

// test is run without what only the command line has.
func (f *serverFlags) test(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	if f.list {
		return f.printCases(wire.RoleServer, stdout)
	}
	if err := f.divert(stdout); err != nil {
		return err
	}
	targets, err := f.targets(args, stderr)
	if err != nil {
		return err
	}
	cases, err := f.choose(wire.RoleServer)
	if err != nil {
		return err
	}
	for _, t := range targets {
		if err := f.mayAttack(ctx, connectsTo(t), cases, f.volume()); err != nil {
			return err
		}
	}
	f.beGentle(ctx, targets, stderr)
	targets = f.before.withFailures(targets)
	plan := map[string]planned{}
	for _, t := range targets {
		if plan[t.Agent], err = f.planFor(t.Agent, cases); err != nil {
			return err
		}
	}
	known, err := f.known()
	if err != nil {
		return err
	}
	end, err := f.startServer(ctx, targets)
	if err != nil {
		return err
	}
	defer end()
	rec, err := f.record()
	if err != nil {
		return err
	}
	ctx, done, stop := f.bounded(ctx)
	defer stop()
	console := newConsole(f.screenOf(stdout, stderr), f.quiet)
	console.also, console.known, console.several = done, known, len(targets) > 1
	for _, t := range targets {
		rec.AddTargetOver(t.Transport(), t.Agent, wire.RoleServer, t.URL.String())
		plan[t.Agent].record(rec, f.shard, t.Agent, wire.RoleServer)
	}
	var failures []error
	for _, t := range targets {
		if err := f.runOne(ctx, t, plan[t.Agent], console, rec); err != nil {
			if ctx.Err() != nil {
				rec.Interrupted(whyInterrupted(ctx))
				failures = endedEarly(ctx, rec.Len())
				break
			}
			failures = append(failures, fmt.Errorf("%s: %w", t.Agent, err))
		}
	}
	return f.finish(console, rec, known, failures...)
}

// runOne tests one server and records what came.
func (f *serverFlags) runOne(ctx context.Context, t *conformance.Target, plan planned, console *console, rec *record.Record) error {
	cases := plan.cases
	if len(cases) == 0 { // a shard may have none
		console.begin(t.Agent, 0)
		console.end()
		return nil
	}
	opts := conformance.Options{Wait: f.wait, NoEcho: f.noEcho, Ask: f.question}
	if f.server != nil {
		opts.Revive = func(ctx context.Context) ([]string, error) { return f.server.revive(ctx, t) }
		opts.Memory = f.server.memory
	}
	if err := f.converseWith(t, &opts); err != nil {
		return err
	}
	endpoint, err := f.probe(ctx, t, opts)
	if err != nil {
		err = f.server.explain(err)
		if ctx.Err() == nil {
			for _, c := range cases {
				rec.Put(t.Agent, conformance.Result{Case: c, Role: wire.RoleServer, Verdict: verdict.NotRun, Explanation: "Not run: " + endSentence(err.Error())})
			}
		}
		return err
	}
	console.over = t.Transport()
	console.begin(t.Agent, len(cases))
	console.endpoint(endpoint, cases, f.noEcho)
	opts.Parallel, opts.Profile, opts.Vary = f.parallelOf[t.Agent], f.volume(), f.depth()
	if f.given != nil && !f.given("parallel") && opts.Parallel == conformance.DefaultParallel {
		opts.Parallel = 0 // more on a quick server
	}
	opts.VaryAmong = plan.all
	opts.Deadlines = conformance.NewDeadlines(f.timeout, endpoint.RoundTrip, f.slow)
	opts.ClosesWith = endpoint.ClosedWith()
	opts.Done, opts.DoneKeeps = func(res conformance.Result) { console.result(rec.Put(t.Agent, res)) }, true
	opts.Found = func(res conformance.Result) { rec.Found(t.Agent, res) }
	frames := f.frames(console)
	defer frames.end()
	opts.Watch = frames.watch()
	if opts.Vary != 0 {
		rec.PlanVariants(t.Agent, wire.RoleServer)
	}
	results, err := conformance.RunServer(ctx, t, cases, opts)
	rec.Varied(t.Agent, wire.RoleServer, results, err == nil)
	frames.end()
	console.end()
	return f.server.explain(err)
}

// endSentence adds the full stop that a sentence lacks.
func endSentence(s string) string {
	if strings.HasSuffix(s, "?") || strings.HasSuffix(s, ".") {
		return s
	}
	return s + "."
}

// probe finds out whether the server can be tested at all, and what it is. It waits for
// the server if --wait says so.
func (f *serverFlags) probe(ctx context.Context, t *conformance.Target, opts conformance.Options) (conformance.Endpoint, error) {
	opts.Deadlines = conformance.NewDeadlines(f.timeout, 0, f.slow)
	examine := conformance.Examine
	switch {
	case f.noProbe:
		examine = reach
	case opts.Dialogue != nil:
		examine = converse
	}
	until := time.Now().Add(f.wait)
	for {
		endpoint, err := examine(ctx, t, opts)
		var stopped *conformance.ProbeError
		var refused *conformance.DialogueError
		if err == nil || errors.As(err, &stopped) || errors.As(err, &refused) || ctx.Err() != nil || time.Now().After(until) {
			return endpoint, err
		}
		select {
		case <-ctx.Done():
		case <-time.After(50 * time.Millisecond):
		}
	}
}

// reach is [conformance.Examine] without the message: it finds out whether the server can
// be tested at all.
func reach(ctx context.Context, t *conformance.Target, opts conformance.Options) (e conformance.Endpoint, err error) {
	e.RoundTrip, err = conformance.Probe(ctx, t, opts.Deadlines)
	return e, err
}

// targets are the servers to test, with all that the flags say about the
// connection; what a spec file says of a server is not overruled.
func (f *serverFlags) targets(args []string, stderr io.Writer) ([]*conformance.Target, error) {
	config, err := f.tls()
	if err != nil {
		return nil, err
	}
	fields, err := f.fields()
	if err != nil {
		return nil, err
	}
	named := f.argTargets
	if len(f.configured) > 0 {
		named = func([]string) ([]*conformance.Target, error) { return f.configTargets() }
	}
	if f.file != nil {
		named = func([]string) ([]*conformance.Target, error) { return f.specTargets(stderr) }
	}
	targets, err := named(args)
	if err != nil {
		return nil, err
	}
	seen := map[string]bool{}
	for _, t := range targets {
		if seen[t.Agent] {
			return nil, usage("two servers are called %s; tell them apart by NAME=URL, or an agent in the spec file", t.Agent)
		}
		seen[t.Agent] = true
		t.Fields, t.TLS = withUser(t, slices.Concat(t.Fields, fields)), config
		if t.Origin == "" {
			t.Origin = f.origin
		}
		t.ForeignOrigin = f.foreign
		if len(t.Subprotocols) == 0 {
			t.Subprotocols = f.subprotocols
		}
		t.HTTP2 = f.http2
		if f.http3 {
			if err := useHTTP3(t); err != nil {
				return nil, err
			}
		}
		f.introduce(t)
		if f.tlsURL == "" {
			continue
		}
		if t.Secure, err = secureAt(t, f.tlsURL); err != nil {
			return nil, err
		}
	}
	if f.tlsURL != "" && len(targets) > 1 {
		return nil, usage("--tls-url belongs to one server, and there are %d: test this one by itself", len(targets))
	}
	return targets, nil
}

// argTargets are the servers that the arguments name.
func (f *serverFlags) argTargets(args []string) ([]*conformance.Target, error) {
	var targets []*conformance.Target
	for _, arg := range args {
		name, raw := "", arg
		f.hidden.redactor.Learn(arg)
		if before, after, ok := strings.Cut(arg, "="); ok && !strings.Contains(before, "://") {
			name, raw = before, after
		}
		t, err := conformance.ParseTarget(raw)
		if err != nil {
			return nil, &exitError{exitUsage, err}
		}
		switch {
		case name != "":
			t.Agent = name
		case f.agent != "" && len(args) == 1:
			t.Agent = f.agent
		case f.agent != "":
			return nil, usage("--agent names one server; write several as NAME=URL")
		}
		targets = append(targets, t)
	}
	return targets, nil
}

func (f *serverFlags) tls() (*tls.Config, error) {
	log, err := keyLogged()
	if err != nil {
		return nil, err
	}
	config := &tls.Config{MinVersion: tls.VersionTLS12, InsecureSkipVerify: f.insecure, KeyLogWriter: log}
	if f.ca == "" {
		return config, nil
	}
	pem, err := os.ReadFile(f.ca)
	if err != nil {
		return nil, usage("--ca: %w", err)
	}
	config.RootCAs = x509.NewCertPool()
	if !config.RootCAs.AppendCertsFromPEM(pem) {
		return nil, usage("--ca %s: there is no PEM certificate in it", f.ca)
	}
	return config, nil
}
