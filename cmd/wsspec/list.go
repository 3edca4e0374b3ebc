package main

import (
	"encoding/json"
	"fmt"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/wsspec/wsspec/conformance"
	"github.com/wsspec/wsspec/conformance/catalog"
	"github.com/wsspec/wsspec/ref/wire"
)

// selectionFlags adds --run, --skip and --rfc, which every command that picks
// cases has.
func selectionFlags(cmd *cobra.Command, s *conformance.Selection) {
	f := cmd.Flags()
	f.StringArrayVar(&s.Run, "run", nil, "run the cases with these ids: `GLOB` such as 5.*, 1.[12].*, rfc6455/*; can be repeated")
	f.StringArrayVar(&s.Skip, "skip", nil, "leave out the cases with these ids: `GLOB`; can be repeated")
	f.StringArrayVar(&s.RFC, "rfc", nil, "run the cases that check this `SECTION`, RFC or requirement: 5.5.1, 7692, RFC6455-5.5-2; can be repeated")
}

// choose applies a selection to the catalogue's cases for a role.
func choose(s conformance.Selection, role wire.Role) ([]*conformance.Case, error) {
	var cases []*conformance.Case
	for _, c := range catalog.Cases() {
		if c.TestsRole(role) {
			cases = append(cases, c)
		}
	}
	chosen, err := s.Select(cases)
	if err != nil {
		return nil, &exitError{exitUsage, err}
	}
	return chosen, nil
}

// listed is a case in the output of list --json.
type listed struct {
	ID           string   `json:"id"`
	Title        string   `json:"title"`
	Roles        []string `json:"roles"`
	Level        string   `json:"level"`
	Requirements []string `json:"requirements"`
}

func newList() *cobra.Command {
	var selection conformance.Selection
	var asJSON bool
	var role string
	cmd := &cobra.Command{
		Use:   "list",
		Short: "List the cases",
		Example: `  wsspec list
  wsspec list --run '5.*'
  wsspec list --rfc 5.5.1 --json`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			cases, err := selection.Select(catalog.Cases())
			if err != nil {
				return &exitError{exitUsage, err}
			}
			list := make([]listed, 0, len(cases))
			for _, c := range cases {
				l := listed{ID: c.ID, Title: c.Title, Level: string(c.Level), Requirements: c.Requires}
				for _, r := range []wire.Role{wire.RoleServer, wire.RoleClient} {
					if c.TestsRole(r) {
						l.Roles = append(l.Roles, r.String())
					}
				}
				if role == "" || role == l.Roles[0] || role == l.Roles[len(l.Roles)-1] {
					list = append(list, l)
				}
			}
			if asJSON {
				e := json.NewEncoder(cmd.OutOrStdout())
				e.SetIndent("", "  ")
				e.SetEscapeHTML(false)
				return e.Encode(map[string]any{"cases": list})
			}
			w := tabwriter.NewWriter(cmd.OutOrStdout(), 0, 0, 2, ' ', 0)
			for _, l := range list {
				fmt.Fprintf(w, "%s\t%s\t%s\n", l.ID, l.Level, l.Title)
			}
			return w.Flush()
		},
	}
	selectionFlags(cmd, &selection)
	cmd.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	cmd.Flags().StringVar(&role, "role", "", "only the cases that can judge a `server` or a client")
	cmd.PreRunE = func(*cobra.Command, []string) error {
		if role != "" && role != "server" && role != "client" {
			return usage("--role %s: it has to be server or client", role)
		}
		return nil
	}
	return cmd
}
