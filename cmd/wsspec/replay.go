package main

import (
	"context"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"github.com/wsspec/wsspec/conformance"
	"github.com/wsspec/wsspec/fuzz/network"
)

// replayFlags are the flags of wsspec replay.
type replayFlags struct {
	serverFlags
	times int
}

func newReplay() *cobra.Command {
	var f replayFlags
	cmd := &cobra.Command{
		Use:   "replay FILE URL",
		Short: "Play a finding of wsspec fuzz again",
		Long: `Play the script of a finding again, several times. The last line says what came:

  reproduced   the server did the same wrong thing in each play, or in some
  changed      it did another wrong thing
  gone         it did nothing wrong
  unchecked    it could not be played, or its class is not seen in one play

Exit codes: 0 gone, 1 reproduced or changed, 2 usage, 3 unchecked.`,
		Example: `  wsspec replay report/findings/0a1b2c3d.jsonl ws://localhost:9001/`,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) != 2 {
				return usage("which finding, and which server? For example: wsspec replay 0a1b2c3d.jsonl ws://localhost:9001/")
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			if f.times < 1 {
				return usage("--times %d: at least one play is needed", f.times)
			}
			f.hide(cmd.ErrOrStderr())
			return f.hidden.error(f.replay(cmd.Context(), args, cmd.InOrStdin(), cmd.OutOrStdout(), f.hidden.writer(cmd.ErrOrStderr())))
		},
	}
	flags := cmd.Flags()
	f.given = flags.Changed
	flags.IntVar(&f.times, "times", 5, "play the script `N` times")
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
	targets, err := f.targets(args[1:], stderr)
	if err != nil {
		return err
	}
	if err := f.mayHarm(ctx, connectsTo(targets[0]), "a finding may do harm"); err != nil {
		return err
	}
	d := conformance.NewDeadlines(f.timeout, 0, f.slow)
	result, err := network.Replay(ctx, &network.Server{Target: targets[0], Deadlines: d}, finding, f.times, d)
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
