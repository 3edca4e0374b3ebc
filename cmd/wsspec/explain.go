package main

import (
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"github.com/wsspec/wsspec/conformance"
	"github.com/wsspec/wsspec/conformance/catalog"
	"github.com/wsspec/wsspec/conformance/rfc"
)

func newExplain() *cobra.Command {
	return &cobra.Command{
		Use:     "explain ID...",
		Short:   "Say what a case does, what is permitted, and which clause says so",
		Example: "  wsspec explain 3.2",
		Args:    cobra.MinimumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			cases, err := conformance.Selection{Run: args}.Select(catalog.Cases())
			if err != nil {
				return usage("%s", strings.Replace(err.Error(), "--run ", "", 1))
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
			fmt.Fprintf(w, "  %s  %s, %s: %s\n", id, r.Clause(), r.Level, r.Summary)
		}
	}
	if c.Note != "" {
		fmt.Fprintf(w, "\nNote\n  %s\n", c.Note)
	}
}
