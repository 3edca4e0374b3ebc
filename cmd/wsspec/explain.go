package main

import (
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"github.com/wsspec/wsspec/conformance"
	"github.com/wsspec/wsspec/conformance/catalog"
	"github.com/wsspec/wsspec/conformance/rfc"
	"github.com/wsspec/wsspec/ref/wire"
)

func newExplain() *cobra.Command {
	var asGo bool
	role := wire.RoleServer.String()
	cmd := &cobra.Command{
		Use:   "explain ID...",
		Short: "Say what a case does, what is permitted, and which clause says so",
		Example: "  wsspec explain 3.2\n" +
			"  wsspec explain 3.2 --go > case_test.go                 # the case as a Go test of a server\n" +
			"  wsspec explain 3.2 5.1 --go --role client > ws_test.go # two cases as Go tests of a client",
		Args: cobra.MinimumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			cases, err := conformance.Selection{Run: args}.Select(catalog.Cases())
			if err != nil {
				return usage("%s", strings.Replace(err.Error(), "--run ", "", 1))
			}
			if asGo {
				return printGoTests(cmd.OutOrStdout(), cases, role)
			}
			if cmd.Flags().Changed("role") {
				return usage("--role says for whom --go writes a test; add --go")
			}
			for i, c := range cases {
				if i > 0 {
					fmt.Fprintln(cmd.OutOrStdout())
				}
				explain(cmd.OutOrStdout(), c)
			}
			return nil
		},
	}
	cmd.Flags().BoolVar(&asGo, "go", false, "print the case as a Go test that needs the standard library alone")
	cmd.Flags().StringVar(&role, "role", role, "with --go: what is under test, `server|client`")
	return cmd
}

// printGoTests prints one file with a test for each case. Of several cases those
// without a Go test are left out, as long as one has one.
func printGoTests(w io.Writer, cases []*conformance.Case, role string) error {
	peer := wire.RoleServer
	switch role {
	case wire.RoleServer.String():
	case wire.RoleClient.String():
		peer = wire.RoleClient
	default:
		return usage("--role %s: it has to be server or client", role)
	}
	source := conformance.GoTests(peer, cases...)
	if source == "" {
		c := cases[0]
		instead := fmt.Sprintf("wsspec %s … --run %s", role, c.ID)
		if !c.TestsRole(peer) {
			instead = fmt.Sprintf("wsspec explain %s --go --role %v", c.ID, peer.Peer())
		}
		return usage("case %s has no Go test for a %s: %s Use %s instead", c.ID, role, c.NoGoTest(peer), instead)
	}
	_, err := io.WriteString(w, source)
	return err
}

func explain(w io.Writer, c *conformance.Case) {
	fmt.Fprintf(w, "%s: %s\n\nSteps\n", c.ID, c.Title)
	for i, s := range c.Script.Sentences() {
		fmt.Fprintf(w, "  %d. %s\n", i+1, s)
	}
	fmt.Fprintf(w, "\nPermitted, from best to worst; anything else is FAILED\n")
	for _, o := range c.Script.Outcomes {
		fmt.Fprintf(w, "  %-13s  %s\n", o.Behavior, o)
	}
	fmt.Fprintf(w, "\nRequirements (level of the case: %s)\n", c.Level)
	for _, id := range c.Requires {
		if r := rfc.ByID(id); r != nil {
			fmt.Fprintf(w, "  %s  %s, %s: %s\n", id, r.Clause(), r.Level, r.Sentence())
		}
	}
	if c.Note != "" {
		fmt.Fprintf(w, "\nNote\n  %s\n", c.Note)
	}
}
