package command

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/wsspec/wsspec/reports"
)

// newMan is the command that packages call.
func newMan() *cobra.Command {
	return &cobra.Command{
		Use:    "man DIR",
		Short:  "Write the man pages of all commands into a folder",
		Hidden: true,
		Args:   cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := os.MkdirAll(args[0], 0o755); err != nil {
				return couldNot(err)
			}
			for _, c := range documented(cmd.Root()) {
				path := filepath.Join(args[0], manName(c)+".1")
				if err := reports.ReplaceFile(path, func(w io.Writer) error { return manPage(w, c) }); err != nil {
					return couldNot(err)
				}
			}
			return nil
		},
	}
}

// documented are a command and those below it that have a man page.
func documented(cmd *cobra.Command) []*cobra.Command {
	all := []*cobra.Command{cmd}
	for _, below := range cmd.Commands() {
		if !below.Hidden && below.Name() != "help" && below.Name() != "completion" {
			all = append(all, documented(below)...)
		}
	}
	return all
}

// manName is the name of a command's page: wsspec-report-diff.
func manName(cmd *cobra.Command) string { return strings.ReplaceAll(cmd.CommandPath(), " ", "-") }

// manPage writes the page of a command with the macros of man(7).
func manPage(w io.Writer, cmd *cobra.Command) error {
	cmd.InitDefaultHelpFlag()
	var b strings.Builder
	fmt.Fprintf(&b, ".TH %s 1 \"\" \"wsspec %s\" \"User Commands\"\n", strings.ToUpper(roff(manName(cmd))), roff(version()))
	fmt.Fprintf(&b, ".SH NAME\n%s \\- %s\n", roff(manName(cmd)), roff(cmd.Short))
	b.WriteString(".SH SYNOPSIS\n")
	parent := strings.TrimSuffix(cmd.CommandPath(), cmd.Name())
	for i, use := range strings.Split(cmd.Use, " | "+cmd.Name()) {
		if i > 0 {
			b.WriteString(".br\n")
			use = cmd.Name() + use
		}
		fmt.Fprintf(&b, "%s [\\fIflags\\fR]\n", roff(parent+use))
	}
	b.WriteString(".SH DESCRIPTION\n")
	description := cmd.Long
	if description == "" {
		description = cmd.Short + "."
	}
	for i, paragraph := range strings.Split(description, "\n\n") {
		if i > 0 {
			b.WriteString(".PP\n")
		}
		writeParagraph(&b, paragraph)
	}
	if cmd.HasAvailableSubCommands() {
		b.WriteString(".SH COMMANDS\n")
		for _, below := range documented(cmd)[1:] {
			if below.Parent() == cmd {
				fmt.Fprintf(&b, ".TP\n\\fB%s\\fR(1)\n%s.\n", roff(manName(below)), roff(below.Short))
			}
		}
	}
	b.WriteString(".SH OPTIONS\n")
	cmd.LocalFlags().VisitAll(func(f *pflag.Flag) {
		if f.Hidden {
			return
		}
		name, usage := pflag.UnquoteUsage(f)
		b.WriteString(".TP\n")
		if f.Shorthand != "" {
			fmt.Fprintf(&b, "\\fB%s\\fR, ", roff("-"+f.Shorthand))
		}
		fmt.Fprintf(&b, "\\fB%s\\fR", roff("--"+f.Name))
		if name != "" {
			fmt.Fprintf(&b, " \\fI%s\\fR", roff(name))
		}
		if f.DefValue != "" && f.DefValue != "[]" && f.DefValue != "false" && f.DefValue != "0" && f.DefValue != "0s" {
			usage += " (default " + f.DefValue + ")"
		}
		fmt.Fprintf(&b, "\n%s\n", roff(usage))
	})
	if cmd.Example != "" {
		fmt.Fprintf(&b, ".SH EXAMPLES\n.nf\n%s\n.fi\n", roff(cmd.Example))
	}
	b.WriteString(`.SH "EXIT STATUS"
0 pass, 1 nonconformant, 2 usage, 3 could not test (or the harness failed), 4 regression against the baseline.
`)
	if cmd.HasParent() {
		fmt.Fprintf(&b, ".SH \"SEE ALSO\"\n\\fB%s\\fR(1)\n", roff(manName(cmd.Parent())))
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// writeParagraph writes a paragraph. One with a line that begins with a space is shown as
// it is.
func writeParagraph(b *strings.Builder, paragraph string) {
	if strings.HasPrefix(paragraph, " ") || strings.Contains(paragraph, "\n ") {
		fmt.Fprintf(b, ".nf\n%s\n.fi\n", roff(paragraph))
		return
	}
	fmt.Fprintf(b, "%s\n", roff(paragraph))
}

// roff writes a text so that man shows it as it is.
func roff(s string) string {
	s = strings.NewReplacer(`\`, `\e`, "-", `\-`, "\t", " ").Replace(s)
	lines := strings.Split(s, "\n")
	for i, line := range lines {
		if strings.HasPrefix(line, ".") || strings.HasPrefix(line, "'") {
			lines[i] = `\&` + line
		}
	}
	var b strings.Builder
	for _, c := range strings.Join(lines, "\n") {
		if c < 0x80 {
			b.WriteRune(c)
		} else {
			fmt.Fprintf(&b, "\\[u%04X]", c) // whatever the locale of the reader is
		}
	}
	return b.String()
}
