package command

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/wsspec/wsspec/conformance/catalog"
	"github.com/wsspec/wsspec/conformance/rfc"
)

func newLedger() *cobra.Command {
	var format string
	var open bool
	cmd := &cobra.Command{
		Use:   "ledger",
		Short: "Show which cases check which requirements of the RFCs",
		Long: `Show, by RFC and section, how many of the requirements that bind (above MAY) and
can be seen on the wire have a case, or a written reason why not.`,
		Example: `  wsspec ledger
  wsspec ledger --open
  wsspec ledger --format json`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			ledger := rfc.Ledger(catalog.Checks())
			switch format {
			case "text":
				return ledgerText(cmd.OutOrStdout(), ledger, open)
			case "markdown":
				return ledgerMarkdown(cmd.OutOrStdout(), ledger)
			case "json":
				return ledgerJSON(cmd.OutOrStdout(), ledger)
			}
			return usage("--format %s: there are text, markdown and json", format)
		},
	}
	cmd.Flags().StringVar(&format, "format", "text", "`text`, markdown or json")
	cmd.Flags().BoolVar(&open, "open", false, "name the requirements that have neither a case nor a reason")
	return cmd
}

func ledgerText(w io.Writer, ledger []rfc.Entry, open bool) error {
	for i := range ledger {
		if e := &ledger[i]; open && e.Open() {
			fmt.Fprintf(w, "%s  %s, %s: %s\n", e.ID, e.Level, e.AppliesTo, e.Sentence())
		}
	}
	sections, all := rfc.Tallies(ledger)
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "section\trequired\tcovered\texcused")
	for _, s := range sections {
		fmt.Fprintf(t, "RFC %d %s\t%d\t%d\t%d\n", s.RFC, s.Section, s.Due, s.Covered, s.Excused)
	}
	fmt.Fprintf(t, "all\t%d\t%d\t%d\n", all.Due, all.Covered, all.Excused)
	return t.Flush()
}

func ledgerMarkdown(w io.Writer, ledger []rfc.Entry) error {
	sections, all := rfc.Tallies(ledger)
	fmt.Fprintf(w, "# Requirements and their cases\n\n%d of %d requirements above MAY that can be seen on the wire have a case, %d a written reason why not.\n\n", all.Covered, all.Due, all.Excused)
	fmt.Fprintln(w, "| section | required | covered | excused |\n| --- | --- | --- | --- |")
	for _, s := range sections {
		fmt.Fprintf(w, "| RFC %d %s | %d | %d | %d |\n", s.RFC, s.Section, s.Due, s.Covered, s.Excused)
	}
	fmt.Fprintln(w, "\n| requirement | level | | cases |\n| --- | --- | --- | --- |")
	for i := range ledger {
		e := &ledger[i]
		if !e.Due() {
			continue
		}
		cases := strings.Join(e.Cases[:min(len(e.Cases), 4)], ", ")
		switch {
		case e.Open():
			cases = "**none**"
		case e.Excuse != "":
			cases = "none: " + e.Excuse
		case e.Cases[0] == rfc.EveryCase:
			cases = "every case"
		case len(e.Cases) > 4:
			cases += fmt.Sprintf(" and %d more", len(e.Cases)-4)
		}
		fmt.Fprintf(w, "| %s | %s | %s | %s |\n", e.ID, e.Level, strings.ReplaceAll(e.Sentence(), "|", `\|`), cases)
	}
	return nil
}

func ledgerJSON(w io.Writer, ledger []rfc.Entry) error {
	sections, all := rfc.Tallies(ledger)
	e := json.NewEncoder(w)
	e.SetIndent("", "  ")
	e.SetEscapeHTML(false)
	return e.Encode(map[string]any{"all": all, "sections": sections, "requirements": ledger})
}
