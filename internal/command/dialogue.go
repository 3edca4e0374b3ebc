package command

import (
	"context"
	"errors"
	"fmt"
	"io"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"github.com/wsspec/wsspec/conformance"
	"github.com/wsspec/wsspec/conformance/dialogue"
	"github.com/wsspec/wsspec/reports/terminal"
)

func newDialogue() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "dialogue",
		Short: "List, show and try the dialogues for --dialogue",
		Long: `A dialogue says what has to be said first to an application, what it answers, and
how it keeps itself alive. With it, wsspec tests endpoints that send no message
back, such as MQTT brokers: wsspec server --dialogue mqtt ws://localhost:9001/`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(newDialogueList(), newDialogueShow(), newDialogueCheck())
	return cmd
}

// dialogueNames are the shipped dialogues, with what each is.
func dialogueNames() (names []string) {
	for _, name := range dialogue.Names() {
		if f, err := dialogue.Read(name); err == nil {
			names = append(names, name+"\t"+f.About)
		}
	}
	return names
}

// completeDialogue completes the first argument.
func completeDialogue(_ *cobra.Command, args []string, begun string) ([]string, cobra.ShellCompDirective) {
	if len(args) > 0 {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	return beginning(dialogueNames(), begun), cobra.ShellCompDirectiveDefault
}

func newDialogueList() *cobra.Command {
	return &cobra.Command{
		Use:     "list",
		Short:   "List the dialogues that come with wsspec",
		Example: "  wsspec dialogue list",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			w := tabwriter.NewWriter(cmd.OutOrStdout(), 0, 0, 2, ' ', 0)
			for _, name := range dialogue.Names() {
				f, err := dialogue.Read(name)
				if err != nil {
					return couldNot(err)
				}
				fmt.Fprintf(w, "%s\t%s\t%s\n", name, f.About, f.Specification)
			}
			return w.Flush()
		},
	}
}

func newDialogueShow() *cobra.Command {
	return &cobra.Command{
		Use:               "show NAME|FILE",
		Short:             "Print a dialogue as it is written, to begin one of your own",
		Example:           "  wsspec dialogue show mqtt > my-broker.yaml",
		Args:              cobra.ExactArgs(1),
		ValidArgsFunction: completeDialogue,
		RunE: func(cmd *cobra.Command, args []string) error {
			f, err := dialogue.Read(args[0])
			if err != nil {
				return usage("%w", err)
			}
			_, err = io.WriteString(cmd.OutOrStdout(), f.Text())
			return err
		},
	}
}

func newDialogueCheck() *cobra.Command {
	var f serverFlags
	cmd := &cobra.Command{
		Use:   "check NAME|FILE URL",
		Short: "Open one connection, play the dialogue, and say step by step what came",
		Long: `Open one connection to a server, play the greeting, ask the question if there
is one, and say step by step what came. It judges nothing.

Exit codes: 0 the dialogue went to its end, 2 usage, 3 it did not.`,
		Example:           "  wsspec dialogue check mqtt ws://localhost:9001/",
		Args:              cobra.ExactArgs(2),
		ValidArgsFunction: completeDialogue,
		RunE: func(cmd *cobra.Command, args []string) error {
			if f.timeout <= 0 {
				return usage("--timeout %s: it has to be longer than nothing, as in --timeout 5s", f.timeout)
			}
			f.dialogue = args[0]
			if err := f.readDialogue(); err != nil {
				return err
			}
			stderr := cmd.ErrOrStderr()
			f.hide(stderr)
			return f.hidden.error(f.checkDialogue(cmd.Context(), args[1:], cmd.OutOrStdout(), f.hidden.writer(stderr)))
		},
	}
	flags := cmd.Flags()
	flags.DurationVar(&f.timeout, "timeout", conformance.DefaultTimeout, "the longest the server may stay silent when something is owed")
	f.addConnection(flags)
	return cmd
}

// checkDialogue plays the dialogue with one server and prints each step.
func (f *serverFlags) checkDialogue(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	targets, err := f.targets(args, stderr)
	if err != nil {
		return err
	}
	opts := conformance.Options{Deadlines: conformance.NewDeadlines(f.timeout, 0, 1)}
	if err := f.converseWith(targets[0], &opts); err != nil {
		return err
	}
	talk, err := conformance.Converse(ctx, targets[0], opts)
	for i, step := range talk.Steps {
		fmt.Fprintf(stdout, "%d. %s\n", i+1, terminal.CleanLine(step))
	}
	switch {
	case err != nil:
		return couldNot(err)
	case talk.Stopped != "":
		return couldNot(errors.New("the dialogue stopped: " + talk.Stopped))
	}
	fmt.Fprintf(stdout, "The dialogue %s went to its end in one connection (opening handshake: %s).\n", f.spoken.Name, talk.RoundTrip.Round(time.Millisecond/10))
	return nil
}
