package command

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/wsspec/wsspec/conformance"
	"github.com/wsspec/wsspec/conformance/catalog"
	"github.com/wsspec/wsspec/conformance/gotest"
	"github.com/wsspec/wsspec/conformance/rfc"
	"github.com/wsspec/wsspec/conformance/script"
	"github.com/wsspec/wsspec/conformance/vary"
	"github.com/wsspec/wsspec/ref/wire"
)

func newExplain() *cobra.Command {
	var asGo bool
	role := wire.RoleServer.String()
	cmd := &cobra.Command{
		Use:   "explain ID... | explain CLAUSE...",
		Short: "Say what a case does, what is permitted, and which clause says so",
		Example: "  wsspec explain 3.2\n" +
			"  wsspec explain 3.2+cut@3                               # a variant: the case cut after octet 3\n" +
			"  wsspec explain RFC6455-5.5-2                           # the cases that check a requirement\n" +
			"  wsspec explain 3.2 --go > case_test.go                 # the case as a Go test of a server\n" +
			"  wsspec explain 3.2 5.1 --go --role client > ws_test.go # two cases as Go tests of a client",
		Args: cobra.MinimumNArgs(1),
		ValidArgsFunction: func(_ *cobra.Command, _ []string, begun string) ([]string, cobra.ShellCompDirective) {
			return beginning(slices.Concat(caseIDs(), requirements()), begun), cobra.ShellCompDirectiveNoFileComp
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			cases, err := casesToExplain(args, role)
			if err != nil {
				listed, none := clauseCases(args)
				if none != nil || asGo || cmd.Flags().Changed("role") {
					return usage("%s", strings.Replace(err.Error(), "--run ", "", 1))
				}
				_, err := io.WriteString(cmd.OutOrStdout(), listed)
				return err
			}
			if asGo {
				return printGoTests(cmd.OutOrStdout(), cases, role)
			}
			if cmd.Flags().Changed("role") && !slices.ContainsFunc(cases, func(c *script.Case) bool { return vary.IsVariant(c.ID) }) {
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

// casesToExplain are the cases and variants that the arguments name. A variant is that for
// peers of the role, or of the only role that its case fits.
func casesToExplain(ids []string, role string) ([]*script.Case, error) {
	peer := wire.RoleServer
	if role == wire.RoleClient.String() {
		peer = wire.RoleClient
	}
	var out []*script.Case
	for _, id := range ids {
		of := peer
		if base, _, ok := vary.CutID(id); ok {
			if c := catalog.ByID(base); c != nil && !c.TestsRole(peer) {
				of = peer.Peer()
			}
		}
		cases, err := conformance.Choose(conformance.Selection{Run: []string{id}}, (&suiteFlags{}).cases([]string{id}), of)
		if err != nil {
			return nil, err
		}
		for _, c := range cases {
			if !slices.ContainsFunc(out, func(known *script.Case) bool { return known.ID == c.ID }) {
				out = append(out, c)
			}
		}
	}
	return out, nil
}

// clauseCases lists the cases that check a section, an RFC or a requirement, for each of
// them. It is an error if no case checks one of them.
func clauseCases(clauses []string) (string, error) {
	var b strings.Builder
	for i, clause := range clauses {
		cases, err := conformance.Selection{RFC: []string{clause}}.Select(slices.Concat(catalog.Cases(), catalog.OverHTTP2(), catalog.OverHTTP3()))
		if err != nil {
			return "", err
		}
		if i > 0 {
			b.WriteByte('\n')
		}
		if r := rfc.ByID(clause); r != nil {
			fmt.Fprintf(&b, "%s  %s, %s: %s\n\n", clause, r.Clause(), r.Level, r.Sentence())
		}
		fmt.Fprintf(&b, "%d cases check %s; wsspec explain ID explains one\n", len(cases), clause)
		for _, c := range cases {
			fmt.Fprintf(&b, "  %s  %s\n", c.ID, c.Title)
		}
	}
	return b.String(), nil
}

// printGoTests prints one file with a test for each case. Of several cases those
// without a Go test are left out, as long as one has one.
func printGoTests(w io.Writer, cases []*script.Case, role string) error {
	peer := wire.RoleServer
	switch role {
	case wire.RoleServer.String():
	case wire.RoleClient.String():
		peer = wire.RoleClient
	default:
		return usage("--role %s: it has to be server or client", role)
	}
	source := gotest.File(peer, cases...)
	if source == "" {
		c := cases[0]
		instead := fmt.Sprintf("wsspec %s … --run %s", role, c.ID)
		if !c.TestsRole(peer) {
			instead = fmt.Sprintf("wsspec explain %s --go --role %v", c.ID, peer.Peer())
		}
		return usage("case %s has no Go test for a %s: %s Use %s instead", c.ID, role, gotest.Unavailable(c, peer), instead)
	}
	_, err := io.WriteString(w, source)
	return err
}

func explain(w io.Writer, c *script.Case) {
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
	if c.History != "" {
		fmt.Fprintf(w, "\nPublic history\n  %s\n", c.History)
	}
}
