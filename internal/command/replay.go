package command

import (
	"context"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"github.com/wsspec/wsspec/conformance"
	"github.com/wsspec/wsspec/fuzz/network"
	"github.com/wsspec/wsspec/ref/wire"
)

// replayFlags are the flags of wsspec replay.
type replayFlags struct {
	serverFlags
	fuzzedClient
	alsoFlag
	times int
	// others are those that a disagreement compares.
	others []network.Another
	// dash: a command stands behind --.
	dash bool
}

func newReplay() *cobra.Command {
	var f replayFlags
	cmd := &cobra.Command{
		Use:   "replay FILE URL | replay FILE [--worker] -- COMMAND {url} | replay FILE --listen ADDR",
		Short: "Play a finding of wsspec fuzz again",
		Long: `Play the script of a finding again, several times. The last line says what came:

  reproduced   the peer did the same wrong thing in each play, or in some
  changed      it did another wrong thing
  gone         it did nothing wrong
  unchecked    it could not be played, or its class is not seen in one play

An inconsistency is reproduced if the plays differ, and a stall if pings on another
connection take long again, beside those with a plain message. A disagreement needs
--also URL for each of the other servers, in the order of the campaign.

A finding of a client is played with the command behind --, with --worker, or with --listen,
as in wsspec fuzz --role client. A finding of --no-echo or --dialogue is judged as it was found.

Exit codes: 0 gone, 1 reproduced or changed, 2 usage, 3 unchecked.`,
		Example: `  wsspec replay report/findings/0a1b2c3d.jsonl ws://localhost:9001/
  wsspec replay report/findings/0a1b2c3d.jsonl --worker -- ./echo-worker`,
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) < 2 && f.listen == "" || len(args) < 1 || len(args) > 2 && cmd.ArgsLenAtDash() != 1 {
				return usage("which finding, and which server? For example: wsspec replay 0a1b2c3d.jsonl ws://localhost:9001/")
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			if f.times < 1 {
				return usage("--times %d: at least one play is needed", f.times)
			}
			f.hide(cmd.ErrOrStderr())
			f.dash = cmd.ArgsLenAtDash() == 1
			return f.hidden.error(f.replay(cmd.Context(), args, cmd.InOrStdin(), cmd.OutOrStdout(), f.hidden.writer(cmd.ErrOrStderr())))
		},
	}
	flags := cmd.Flags()
	f.given = flags.Changed
	flags.IntVar(&f.times, "times", 5, "play the script `N` times")
	f.addReach(flags)
	f.addAlso(flags)
	f.addApplication(flags)
	f.addTimes(flags)
	f.addConnection(flags)
	f.addOwned(flags)
	flags.BoolVar(&f.keepSecrets, "keep-secrets", false, keepSecretsHelp)
	return cmd
}

func (f *replayFlags) replay(ctx context.Context, args []string, stdin io.Reader, stdout, stderr io.Writer) error {
	f.profile, f.parallel = string(conformance.Quick), 1
	if err := f.check(); err != nil {
		return err
	}
	file, err := opened(args[0], stdin)
	if err != nil {
		return usage("%w", err)
	}
	finding, err := network.Read(file)
	_ = file.Close()
	if err != nil {
		return usage("%s: %w", args[0], err)
	}
	if err := f.judgesAs(finding); err != nil {
		return err
	}
	peer, end, err := f.peer(ctx, finding, args[1:], stderr)
	if err != nil {
		return err
	}
	defer end()
	d := conformance.NewDeadlines(f.timeout, 0, f.slow)
	result, err := network.Replay(ctx, peer, finding, f.times, d, f.others...)
	for _, line := range result.Plays {
		fmt.Fprintln(stdout, line)
	}
	fmt.Fprintf(stdout, "%s: %s\n", result.Verdict, result.Why)
	switch {
	case ctx.Err() != nil:
		return couldNot(context.Cause(ctx))
	case err != nil:
		return couldNot(err)
	case result.Verdict == network.Unchecked:
		return &exitError{code: exitHarness}
	case result.Verdict != network.Gone:
		return &exitError{code: exitNonconformant}
	}
	return nil
}

// peer is the peer of a finding: a server at a URL, or a client by its command.
func (f *replayFlags) peer(ctx context.Context, finding *network.Finding, args []string, stderr io.Writer) (peer network.Peer, end func(), err error) {
	client := finding.Role == wire.RoleClient.String()
	switch {
	case client && !f.dash && (f.listen == "" || len(args) > 0):
		return nil, nil, usage("the finding is of a client: its command stands behind --, as in: wsspec replay FILE -- ./echo-client {url}")
	case !client && (f.dash || f.worker || len(args) != 1):
		return nil, nil, usage("the finding is of a server: which one? For example: wsspec replay FILE ws://localhost:9001/")
	case client:
		return f.clientPeer(ctx, args)
	}
	targets, err := f.targets(append(args, f.also...), stderr)
	if err != nil {
		return nil, nil, err
	}
	t := targets[0]
	for _, one := range targets {
		if err := f.mayHarm(ctx, connectsTo(one), "a finding may do harm"); err != nil {
			return nil, nil, err
		}
	}
	var opts conformance.Options
	if err := f.converseWith(t, &opts); err != nil {
		return nil, nil, err
	}
	d := conformance.NewDeadlines(f.timeout, 0, f.slow)
	if f.others, err = f.serverFlags.others(targets[1:], d, 0); err != nil {
		return nil, nil, err
	}
	return &network.Server{Target: t, Deadlines: d, Application: f.application(opts.Dialogue, 0)}, func() {}, nil
}

// clientPeer is the client of a command.
func (f *replayFlags) clientPeer(ctx context.Context, command []string) (network.Peer, func(), error) {
	if err := f.checkClient(command, f.given); err != nil {
		return nil, nil, err
	}
	f.hidden.redactor.Arguments(command)
	started, err := f.client(ctx, command, &f.serverFlags)
	if err != nil {
		return nil, nil, err
	}
	if started.Application, err = f.clientApplication(); err != nil {
		started.end()
		return nil, nil, err
	}
	started.Subprotocols = f.subprotocols
	return started.Client, started.end, nil
}
