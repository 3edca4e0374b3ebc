package command

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/wsspec/wsspec/conformance"
	"github.com/wsspec/wsspec/conformance/gotest"
	"github.com/wsspec/wsspec/conformance/judge"
	"github.com/wsspec/wsspec/conformance/project"
	"github.com/wsspec/wsspec/conformance/script"
	"github.com/wsspec/wsspec/conformance/verdict"
	"github.com/wsspec/wsspec/fuzz/network"
	"github.com/wsspec/wsspec/ref/wire"
	"github.com/wsspec/wsspec/reports"
	"github.com/wsspec/wsspec/reports/record"
)

// fuzzFlags are the flags of wsspec fuzz.
type fuzzFlags struct {
	serverFlags
	corpusFlags
	seedFlags
	fuzzedClient
	alsoFlag
	lasting time.Duration
	seed    uint64
	scripts uint64
	crashes int
	first   bool
}

func newFuzz() *cobra.Command {
	var f fuzzFlags
	cmd := &cobra.Command{
		Use:   "fuzz URL | fuzz --role client [--worker] -- COMMAND {url} | fuzz --role client --listen ADDR",
		Short: "Look for faults in a server or a client with scripts that no catalogue has",
		Long: `Play scripts on a WebSocket server, or a client, that sends each message back: those of the
catalogue first, and then changed and joined ones, legal and illegal. What the peer does is
judged by the RFCs: a correct Close or a refusal is no finding. What goes wrong is played
again several times, made as small as it can be, and reported once.

The server has to be on the loopback interface, or named by --i-own. With --start a server
that crashes is started again, and its memory, descriptors and threads are watched. If it is
built by go build -cover, scripts are kept that make it run other parts of its program.

With --role client the command behind -- is started for each script, with a URL in place
of {url}. With --worker it is started a few times, and reads URL after URL, which is faster.
--listen plays a script on each connection of a client that connects again by itself.

With --also, scripts are played on other servers too, and a difference is a warning: nobody
knows which of them is wrong, if one is.

With --no-echo, or --dialogue, the peer need not send messages back: what is judged then is
what wsspec server judges with these flags.

Each finding is written to DIR/findings, if --out names a DIR: the script as JSON lines for
wsspec replay, and a Go test that needs nothing of wsspec.

Exit codes: 0 nothing found, 1 findings, 2 usage, 3 could not test. Flaky findings,
inconsistencies, disagreements, stalls of other connections, wrong status codes and what the
catalogue calls NON-STRICT are warnings.`,
		Example: `  wsspec fuzz ws://localhost:9001/ --for 5m --out report
  wsspec fuzz --start './my-server --port 9001' ws://localhost:9001/
  wsspec fuzz ws://localhost:9001/ --also other=ws://localhost:9002/
  wsspec fuzz --role client --worker -- ./echo-worker
  wsspec fuzz --seed 42 --scripts 100000 ws://localhost:9001/
  wsspec replay report/findings/0a1b2c3d.jsonl ws://localhost:9001/`,
		Args: func(cmd *cobra.Command, args []string) error {
			switch {
			case f.role == wire.RoleClient.String() && cmd.ArgsLenAtDash() > 0, f.role == wire.RoleClient.String() && len(args) > 0 && cmd.ArgsLenAtDash() != 0:
				return usage("what is %q? The command of a client stands behind --, as in: wsspec fuzz --role client -- ./echo-client {url}", args[0])
			case f.role == wire.RoleClient.String():
				return nil
			case f.role != wire.RoleServer.String():
				return usage("--role %s: it has to be server or client", f.role)
			case f.worker || f.listen != "":
				return usage("--worker and --listen are about a client: add --role client")
			case len(args) != 1:
				return usage("which server? For example: wsspec fuzz ws://localhost:9001/")
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			switch {
			case f.lasting <= 0 && cmd.Flags().Changed("for"):
				return usage("--for %s: it has to be longer than nothing, as in --for 5m", f.lasting)
			case f.scripts > 0 && !cmd.Flags().Changed("for"):
				f.lasting = 0
			}
			if err := errors.Join(f.checkStart(), f.checkRate()); err != nil {
				return err
			}
			if !cmd.Flags().Changed("seed") {
				f.seed = rand.Uint64N(1 << 32)
			}
			f.hide(cmd.ErrOrStderr())
			run := f.fuzz
			if f.role == wire.RoleClient.String() {
				run = f.fuzzClient
			}
			return f.hidden.error(run(cmd.Context(), args, cmd.OutOrStdout(), f.hidden.writer(cmd.ErrOrStderr())))
		},
	}
	flags := cmd.Flags()
	f.given = flags.Changed
	flags.DurationVar(&f.lasting, "for", 5*time.Minute, "play for this long; findings are confirmed behind it")
	flags.Uint64Var(&f.seed, "seed", 0, "make the scripts of this campaign (default: by chance, and printed)")
	flags.Uint64Var(&f.scripts, "scripts", 0, "end behind so many scripts (default: no bound; with it, --for has no default)")
	flags.IntVar(&f.crashes, "most-crashes", 5, "end behind so many crashes")
	flags.BoolVar(&f.first, "fail-fast", false, "end behind the first finding")
	flags.IntVar(&f.parallel, "parallel", 32, fmt.Sprintf("play `N` scripts at once (%d if the server is not on the loopback interface)", gentleParallel))
	f.addCorpus(flags)
	f.addFuzzShard(flags)
	f.addAlso(flags)
	f.addSeeds(flags)
	f.addRate(flags)
	f.addClient(flags)
	f.addApplication(flags)
	f.addTimes(flags)
	flags.StringVar(&f.out, "out", "", "write findings, report.json, index.html and junit.xml into this `DIR`")
	f.addAgent(flags)
	f.addStart(flags)
	f.addConnection(flags)
	f.addOwned(flags)
	f.keeping.add(flags)
	cmd.AddCommand(newFuzzMerge())
	return cmd
}

// fuzz runs one campaign.
func (f *fuzzFlags) fuzz(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	f.profile = string(conformance.Quick)
	if err := f.check(); err != nil {
		return err
	}
	f.separate(&f.runFlags)
	targets, err := f.targets(append(args, f.also...), stderr)
	if err != nil {
		return err
	}
	t := targets[0]
	for _, one := range targets {
		if err := f.mayHarm(ctx, connectsTo(one), "a fuzzer attacks"); err != nil {
			return err
		}
	}
	f.beGentle(ctx, targets, stderr)
	captured, err := f.seeds(ctx, os.Stdin, stderr)
	if err != nil {
		return err
	}
	covering, err := f.newCounters(stderr)
	if err != nil {
		return err
	}
	defer covering.remove()
	end, err := f.startServer(ctx, targets[:1], covering.environment()...)
	if err != nil {
		return err
	}
	defer end()
	opts := conformance.Options{Wait: f.wait, NoEcho: f.noEcho}
	if err := f.converseWith(t, &opts); err != nil {
		return err
	}
	endpoint, err := f.probe(ctx, t, opts)
	if err != nil {
		return couldNot(f.server.explain(err))
	}
	if !f.noEcho && !endpoint.PlainEcho() {
		return usage("%s does not send messages back. Is there an address at which it does? If not, --no-echo judges what needs no message back", t.URL)
	}
	rec, err := f.record()
	if err != nil {
		return err
	}
	console := newConsole(f.screenOf(stdout, stderr), false)
	rec.AddTarget(t.Agent, wire.RoleServer, t.URL.String())
	c := &campaign{flags: f, agent: t.Agent, role: wire.RoleServer, rec: rec, out: console.w}
	fmt.Fprintf(console.w, "wsspec fuzz %s, seed %d\n", t.Agent, f.seed)
	deadlines := conformance.NewDeadlines(f.timeout, endpoint.RoundTrip, f.slow)
	o, err := f.options(c, deadlines, stderr)
	if err != nil {
		return err
	}
	o.Parallel = f.parallelOf[t.Agent]
	for _, one := range targets[1:] {
		o.Parallel = min(o.Parallel, f.parallelOf[one.Agent])
	}
	if o.Name = t.Agent; len(f.also) > 0 {
		if o.Also, err = f.others(targets[1:], deadlines, endpoint.ClosedWith()); err != nil {
			return err
		}
	}
	if len(captured) > 0 {
		o.Seeds = append(captured, network.Seeds()...)
	}
	if f.server != nil {
		o.Revive = func(ctx context.Context) ([]string, error) { return f.server.revive(ctx, t) }
		o.Usage = f.server.usage
		o.Coverage = covering.of(f.server, t)
	}
	return f.play(ctx, &network.Server{Target: t, Deadlines: deadlines, Application: f.application(opts.Dialogue, endpoint.ClosedWith())}, o, c, console)
}

// options are those of a campaign that the flags say, whatever the role of the peer.
func (f *fuzzFlags) options(c *campaign, d conformance.Deadlines, stderr io.Writer) (network.Options, error) {
	o := network.Options{
		Seed: f.seed, For: f.lasting, MostScripts: f.scripts, MostCrashes: f.crashes, First: f.first,
		Deadlines: d, Found: c.found, Progress: c.progress,
	}
	var err error
	if o.Corpus, err = f.openCorpus(c.role, stderr); err != nil {
		return o, err
	}
	f.ofScripts(&o, c.rec, c.agent, c.role)
	return o, nil
}

// play runs a campaign and ends with its report.
func (f *fuzzFlags) play(ctx context.Context, peer network.Peer, o network.Options, c *campaign, console *console) error {
	defer limitGarbage(garbagePercentLong)()
	rec := c.rec
	p, err := network.Run(ctx, peer, o)
	c.say(p)
	rec.Put(c.agent, c.played(p))
	if o.Corpus != nil {
		fmt.Fprintf(console.w, "corpus: %s\n", o.Corpus)
	}
	var failures []error
	switch {
	case ctx.Err() != nil:
		rec.Interrupted(whyInterrupted(ctx))
		failures = endedEarly(ctx, rec.Len())
	case errors.Is(err, network.ErrGone), errors.Is(err, network.ErrNoHandshake):
		if c.findings == 0 {
			failures = append(failures, err)
		}
	case err != nil:
		failures = append(failures, f.server.explain(err))
	}
	if c.lost != nil {
		failures = append(failures, c.lost)
	}
	return f.finish(console, rec, nil, failures...)
}

// A campaign is one run of the fuzzer, as the command sees it.
type campaign struct {
	flags    *fuzzFlags
	agent    string
	role     wire.Role
	rec      *record.Record
	out      io.Writer
	findings int
	spoke    time.Time
	// lost says that a finding could not be written.
	lost error
}

// speakingEvery is the time between two lines about how far a campaign is.
const speakingEvery = 10 * time.Second

// progress prints a line now and then.
func (c *campaign) progress(p network.Progress) {
	if time.Since(c.spoke) < speakingEvery {
		return
	}
	c.say(p)
}

// say prints a line about how far a campaign is, or how far it came.
func (c *campaign) say(p network.Progress) {
	c.spoke = time.Now()
	fmt.Fprintf(c.out, "%s: %d scripts (%.0f a second), %d different courses, %s%s\n",
		p.Elapsed.Round(time.Second), p.Scripts, p.PerSecond, p.Courses, coverageText(p), findingsText(p))
}

// findingsText counts findings by class.
func findingsText(p network.Progress) string {
	var parts []string
	for _, class := range network.Classes {
		if n := p.Findings[class]; n > 0 {
			parts = append(parts, fmt.Sprintf("%s %d", class, n))
		}
	}
	if p.Flaky > 0 {
		parts = append(parts, fmt.Sprintf("flaky %d", p.Flaky))
	}
	if len(parts) == 0 {
		return "no findings"
	}
	return "findings: " + strings.Join(parts, ", ")
}

// found prints, records and writes a finding.
func (c *campaign) found(f *network.Finding) {
	c.findings++
	fmt.Fprintf(c.out, "%s %s: %s\n  %s\n", f.ID(), describe(f), f.Why, f.Script)
	c.rec.Put(c.agent, resultOf(f, c.role))
	if c.flags.out == "" {
		return
	}
	dir := filepath.Join(c.flags.out, reports.FindingsFolder)
	if err := errors.Join(writeFinding(dir, f, c.role), writeCapture(dir, c.rec.Report(), f.ID())); err != nil && c.lost == nil {
		c.lost = fmt.Errorf("cannot write a finding: %w", err)
	}
}

// describe says what kind of finding it is.
func describe(f *network.Finding) string {
	text := string(f.Class)
	if f.Requirement != "" {
		text += " (" + f.Requirement + ")"
	}
	if f.Class == network.Disagreement {
		text += ", of low confidence"
	}
	if f.Flaky() {
		text += fmt.Sprintf(", in %d of %d plays", f.Reproduced, f.Plays)
	}
	return text
}

// resultOf is a finding as the result of a case.
func resultOf(f *network.Finding, role wire.Role) conformance.Result {
	c := f.Case()
	r := conformance.Result{
		Case: c, Role: role, Verdict: verdict.Fail, Behavior: verdict.Failed, Close: verdict.CloseInformational,
		Started: time.Now(), Attempts: max(1, f.Plays), Transcript: f.Transcript, Observed: f.Notes,
		Explanation: fmt.Sprintf("%s: %s.", judge.SentenceCase(describe(f)), f.Why),
	}
	if r.Flaky = f.Flaky(); f.NoEcho {
		r.Judged = project.NoEcho(c)
	}
	if f.Warns() {
		r.Verdict, r.Behavior = verdict.Warn, verdict.NonStrict
	}
	if f.Class == network.WrongCode {
		r.Behavior, r.Close = verdict.OK, verdict.CloseWrongCode
	}
	return r
}

// played is the result that says how much a campaign has played.
func (c *campaign) played(p network.Progress) conformance.Result {
	return conformance.Result{
		Case:    &script.Case{ID: reports.CampaignID, Title: fmt.Sprintf("%d scripts of seed %d", p.Scripts, c.flags.seed), Roles: []wire.Role{c.role}, Level: verdict.LevelInformational},
		Role:    c.role,
		Verdict: verdict.Pass, Behavior: verdict.Informational, Close: verdict.CloseInformational,
		Started: time.Now().Add(-p.Elapsed), Duration: p.Elapsed, Attempts: 1,
		Observed: []string{fmt.Sprintf("%.0f scripts a second, %d different courses, %d kept, %s%s; %d more of the kinds found, %d not confirmed, %d not looked into because the time was over",
			p.PerSecond, p.Courses, p.Pool, coverageText(p), findingsText(p), p.Again, p.Unconfirmed, p.Unexamined)},
	}
}

// writeFinding writes a finding into a folder: its script, and a Go test.
func writeFinding(dir string, f *network.Finding, role wire.Role) error {
	name := filepath.Join(dir, strings.TrimPrefix(f.ID(), "fuzz/"))
	if err := reports.ReplaceFile(name+".jsonl", f.Write); err != nil {
		return err
	}
	c := f.Case()
	if f.NoEcho || !f.Class.InOnePlay() || gotest.Unavailable(c, role) != "" { // a Go test expects echoes
		return nil
	}
	return reports.ReplaceFile(name+"_test.go", func(w io.Writer) error {
		_, err := io.WriteString(w, gotest.File(role, c))
		return err
	})
}
