package command

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"path"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/wsspec/wsspec/conformance"
	"github.com/wsspec/wsspec/conformance/between"
	"github.com/wsspec/wsspec/conformance/verdict"
	"github.com/wsspec/wsspec/reports/terminal"
)

// betweenFlags are those of wsspec between.
type betweenFlags struct {
	clientSide, serverSide string
	cert, key              string
	insecure               bool
	ca                     string
	run                    []string
	timeout                time.Duration
	slow                   float64
	strict, json, quiet    bool
	list                   bool
	keeping
}

func newBetween() *cobra.Command {
	var f betweenFlags
	cmd := &cobra.Command{
		Use:   "between --client-side URL --server-side ADDR",
		Short: "Test a gateway, from both ends",
		Long: `Test a gateway: a reverse proxy, a load balancer, an API gateway. wsspec connects to
the gateway as a client (--client-side), and is the server that the gateway forwards to
(--server-side). What it sends at one end it compares with what comes out at the other:
the opening handshake, messages, control frames, Close, the end of TCP, and frames that
break a rule.

Exit codes: 0 pass, 1 the gateway broke a rule, 2 usage, 3 could not test.`,
		Example: `  wsspec between --client-side ws://localhost:8080/chat --server-side 127.0.0.1:9001
  wsspec between --client-side wss://gateway.example/ --server-side :9001 --ca ca.pem
  wsspec between --client-side ws://localhost:8080/ --server-side :9001 --run 'closing/*'`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			f.hide(cmd.ErrOrStderr())
			return f.hidden.error(f.test(cmd.Context(), cmd.OutOrStdout()))
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&f.clientSide, "client-side", "", "the gateway, as clients reach it: a `URL`")
	flags.StringVar(&f.serverSide, "server-side", "", "be the server that the gateway forwards to, at this `ADDR`")
	flags.StringVar(&f.cert, "cert", "", "be a server with TLS, by the certificate in this PEM `FILE`")
	flags.StringVar(&f.key, "key", "", "the certificate's private key, a PEM `FILE`")
	flags.BoolVar(&f.insecure, "insecure", false, "accept any certificate of the gateway")
	flags.StringVar(&f.ca, "ca", "", "trust the gateway's certificates in this PEM `FILE`")
	flags.StringArrayVar(&f.run, "run", nil, "play only the cases whose id matches this `PATTERN`, such as 'closing/*'; can be repeated")
	flags.DurationVar(&f.timeout, "timeout", conformance.DefaultTimeout, "the longest that something may take until it comes out; all deadlines follow it")
	flags.Float64Var(&f.slow, "slow", 1, "stretch all deadlines by this `FACTOR`")
	flags.BoolVar(&f.strict, "strict", false, "exit 1 on warnings too")
	flags.BoolVar(&f.json, "json", false, "print a JSON line for each result, and no summary")
	flags.BoolVar(&f.quiet, "quiet", false, "print the summary alone")
	flags.BoolVar(&f.list, "list", false, "print the cases that the other flags choose, and play none")
	return cmd
}

// betweenIDs are the ids of all cases, each with its title behind a tab.
func betweenIDs() (ids []string) {
	for _, c := range between.Cases() {
		ids = append(ids, c.ID+"\t"+c.Title)
	}
	return ids
}

// cases are those that --run chooses.
func (f *betweenFlags) cases() ([]*between.Case, error) {
	cases := between.Cases()
	for _, pattern := range f.run {
		matches := func(c *between.Case) bool { ok, _ := path.Match(pattern, c.ID); return ok }
		if !slices.ContainsFunc(cases, matches) {
			return nil, usage("--run %s: no case has such an id; --list prints all", pattern)
		}
	}
	if len(f.run) == 0 {
		return cases, nil
	}
	return slices.DeleteFunc(cases, func(c *between.Case) bool {
		return !slices.ContainsFunc(f.run, func(pattern string) bool { ok, _ := path.Match(pattern, c.ID); return ok })
	}), nil
}

// gateway checks the flags, and makes what they say.
func (f *betweenFlags) gateway() (*between.Gateway, []*between.Case, error) {
	cases, err := f.cases()
	switch {
	case err != nil:
		return nil, nil, err
	case f.clientSide == "":
		return nil, nil, usage("where is the gateway? For example: --client-side ws://localhost:8080/")
	case f.serverSide == "":
		return nil, nil, usage("where does the gateway forward to? For example: --server-side 127.0.0.1:9001")
	case f.timeout <= 0:
		return nil, nil, usage("--timeout %s: it has to be longer than nothing, as in --timeout 5s", f.timeout)
	case f.slow <= 0:
		return nil, nil, usage("--slow %g: it has to be above 0, as in --slow 10", f.slow)
	case f.quiet && f.json:
		return nil, nil, usage("--json prints results alone: leave out --quiet")
	}
	f.hidden.redactor.Learn(f.clientSide)
	target, err := conformance.ParseTarget(f.clientSide)
	if err != nil {
		return nil, nil, usage("--client-side: %w", err)
	}
	if target.TLS, err = (&serverFlags{insecure: f.insecure, ca: f.ca}).tls(); err != nil {
		return nil, nil, err
	}
	target.Fields = withUser(target, nil)
	l, _, err := (&clientFlags{listen: f.serverSide, cert: f.cert, key: f.key}).listener(false)
	if err != nil {
		return nil, nil, renamed(err, "--listen", "--server-side")
	}
	return &between.Gateway{Target: target, Listener: l, Deadlines: conformance.NewDeadlines(f.timeout, 0, f.slow)}, cases, nil
}

// renamed is an error that names one flag in place of another.
func renamed(err error, from, to string) error {
	var exit *exitError
	if !errors.As(err, &exit) {
		return err
	}
	return &exitError{exit.code, errors.New(strings.ReplaceAll(exit.Error(), from, to))}
}

// test plays the cases, and prints a line for each.
func (f *betweenFlags) test(ctx context.Context, stdout io.Writer) error {
	if f.list {
		cases, err := f.cases()
		for _, c := range cases {
			fmt.Fprintf(stdout, "%-30s %s\n", c.ID, c.Title)
		}
		return err
	}
	g, cases, err := f.gateway()
	if err != nil {
		return err
	}
	console := newConsole(stdout, f.quiet)
	counts := map[verdict.Verdict]int{}
	done := func(r between.Result) {
		counts[r.Verdict]++
		explanation := f.hidden.redactor.Text(r.Explanation)
		if f.json {
			line, _ := json.Marshal(map[string]any{ // strings alone
				"id": r.Case.ID, "title": r.Case.Title, "from": r.From.String(), "requirements": r.Case.Requires, "verdict": r.Verdict, "explanation": explanation,
			})
			console.line(string(line))
			return
		}
		console.line(console.screen.style().Verdict(r.Verdict, fmt.Sprintf("%-4s %s, from the %s: %s", strings.ToUpper(string(r.Verdict)), r.Case.ID, r.From, terminal.CleanLine(explanation))))
	}
	if err := g.Run(ctx, cases, done); err != nil {
		if errors.Is(err, between.ErrNotForwarded) {
			err = fmt.Errorf("%w. Does the gateway forward %s to %s?", err, f.clientSide, f.serverSide)
		}
		return couldNot(err)
	}
	if !f.json {
		console.quiet = false
		console.line(fmt.Sprintf("%s: %s", terminal.CleanLine(g.Target.Agent), tally(counts)))
	}
	switch {
	case ctx.Err() != nil:
		return couldNot(errors.New(whyInterrupted(ctx) + ": not all cases were played"))
	case counts[verdict.Fail] > 0, f.strict && counts[verdict.Warn] > 0:
		return &exitError{code: exitNonconformant}
	}
	return nil
}
