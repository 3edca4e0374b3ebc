package command

import (
	"encoding/json"
	"fmt"
	"io"
	"text/tabwriter"

	"github.com/spf13/cobra"
	"github.com/wsspec/wsspec/conformance"
	"github.com/wsspec/wsspec/conformance/script"
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
func choose(s conformance.Selection, role wire.Role) ([]*script.Case, error) {
	return (&suiteFlags{}).choose(s, role)
}

// printCases prints the cases that a run would play, an id and a title a line.
func (r *runFlags) printCases(role wire.Role, stdout io.Writer) error {
	if r.shardText != "" {
		return usage("--list: a case goes to a shard by its id and the name of the agent, and the cases are listed before an agent is known: leave out --shard")
	}
	cases, err := r.choose(role)
	if err != nil {
		return err
	}
	w := tabwriter.NewWriter(stdout, 0, 0, 2, ' ', 0)
	for _, c := range cases {
		fmt.Fprintf(w, "%s\t%s\t%s\n", c.ID, c.Level, c.Title)
	}
	if err := w.Flush(); err != nil {
		return couldNot(err)
	}
	return nil
}

// listed is a case in the output of list --json.
type listed struct {
	ID           string   `json:"id"`
	Title        string   `json:"title"`
	Roles        []string `json:"roles"`
	Level        string   `json:"level"`
	Requirements []string `json:"requirements"`
	// Suite is empty for a case of the catalogue.
	Suite string `json:"suite,omitempty"`
}

func newList() *cobra.Command {
	var selection conformance.Selection
	var suites suiteFlags
	var asJSON bool
	var role string
	cmd := &cobra.Command{
		Use:   "list",
		Short: "List the cases",
		Example: `  wsspec list
  wsspec list --run '5.*'
  wsspec list --suite robust
  wsspec list --rfc 5.5.1 --json`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			cases, err := selection.Select(suites.cases(selection.Run))
			if err != nil {
				return &exitError{exitUsage, err}
			}
			list := make([]listed, 0, len(cases))
			for _, c := range cases {
				l := listed{ID: c.ID, Title: c.Title, Level: string(c.Level), Requirements: c.Requires, Suite: c.Suite}
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
	suites.addNames(cmd.Flags())
	cmd.Flags().BoolVar(&suites.http2, "http2", false, "list the cases over HTTP/2 too, which --http2 of wsspec server and wsspec client plays")
	cmd.Flags().BoolVar(&suites.http3, "http3", false, "list the cases over HTTP/3 too, which wsspec server --http3 plays")
	cmd.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	cmd.Flags().StringVar(&role, "role", "", "only the cases that can judge a `server` or a client")
	cmd.PreRunE = func(*cobra.Command, []string) error {
		if err := suites.check(); err != nil {
			return err
		}
		if role != "" && role != "server" && role != "client" {
			return usage("--role %s: it has to be server or client", role)
		}
		return nil
	}
	return cmd
}
