package command

import (
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/wsspec/wsspec/autobahn/spec"
	"github.com/wsspec/wsspec/conformance"
	"github.com/wsspec/wsspec/conformance/catalog"
	"github.com/wsspec/wsspec/conformance/faulty"
	"github.com/wsspec/wsspec/conformance/rfc"
	"github.com/wsspec/wsspec/reports/forms"
)

// completeFlags tells the shell, for each flag of a command and of those below it, which
// values it can have. Where a flag has no words of its own, there are files, folders, or
// nothing.
func completeFlags(cmd *cobra.Command) {
	cmd.Flags().VisitAll(func(f *pflag.Flag) {
		name, _ := pflag.UnquoteUsage(f)
		words := wordsOf(cmd, f.Name)
		switch {
		case f.Name == "dialogue": // a name, or a file
			_ = cmd.RegisterFlagCompletionFunc(f.Name, func(_ *cobra.Command, _ []string, begun string) ([]string, cobra.ShellCompDirective) {
				return beginning(dialogueNames(), begun), cobra.ShellCompDirectiveDefault
			})
		case words != nil:
			_ = cmd.RegisterFlagCompletionFunc(f.Name, func(_ *cobra.Command, _ []string, begun string) ([]string, cobra.ShellCompDirective) {
				return beginning(words(), begun), cobra.ShellCompDirectiveNoFileComp
			})
		case name == "FILE": // the shell's own
		case name == "DIR":
			_ = cmd.MarkFlagDirname(f.Name)
		default:
			_ = cmd.RegisterFlagCompletionFunc(f.Name, cobra.NoFileCompletions)
		}
	})
	for _, below := range cmd.Commands() {
		completeFlags(below)
	}
}

// wordsOf returns the function that lists the values which a flag of a command can have;
// nil if there are no such words. Behind a tab stands what a value is.
func wordsOf(cmd *cobra.Command, flag string) func() []string {
	these := func(words ...string) func() []string { return func() []string { return words } }
	switch flag {
	case "run", "skip":
		if cmd.Name() == "between" {
			return betweenIDs
		}
		return caseIDs
	case "rfc":
		return func() []string { return slices.Concat(sections(), requirements()) }
	case "profile":
		return func() (names []string) {
			for _, p := range profiles {
				if p.depth != conformance.AllVariants || cmd.Flags().Lookup("baseline") != nil { // not for Autobahn's cases
					names = append(names, p.name)
				}
			}
			return names
		}
	case "role", "only":
		return these("server", "client")
	case "fault":
		return faultNames
	case "mode":
		return these(string(spec.FuzzingClient), string(spec.FuzzingServer))
	case "network":
		return these("host", "bridge")
	case "format":
		return func() []string { return formats(cmd) }
	}
	return nil
}

// formats are the values of the flag --format of a command.
func formats(cmd *cobra.Command) []string {
	switch cmd.Name() {
	case "check":
		return checkFormats
	case "ledger":
		return []string{"text", "markdown", "json"}
	case "diff", "compare":
		return []string{"text", "markdown", "html"}
	case "faults":
		return []string{"markdown", "html"}
	}
	var names []string
	for _, f := range forms.All() {
		if f.Write != nil || cmd.Name() == "report" {
			names = append(names, f.Name+"\t"+f.About)
		}
	}
	return names
}

// caseIDs are the ids of all cases.
func caseIDs() (ids []string) {
	for _, c := range (&suiteFlags{suites: suiteNames(), http2: true, http3: true}).cases(nil) {
		ids = append(ids, c.ID+"\t"+c.Title)
	}
	return ids
}

// requirements are the ids of the requirements that a case checks.
func requirements() (ids []string) {
	checks := catalog.Checks()
	for _, r := range rfc.All() {
		if len(checks[r.ID]) > 0 {
			ids = append(ids, r.ID+"\t"+r.Sentence())
		}
	}
	return ids
}

// sections are the sections of the RFCs with such requirements.
func sections() (numbers []string) {
	checks := catalog.Checks()
	for _, r := range rfc.All() {
		if len(checks[r.ID]) > 0 && !slices.Contains(numbers, r.Section) {
			numbers = append(numbers, r.Section)
		}
	}
	return numbers
}

// faultNames are the mistakes that wsspec echo can make.
func faultNames() (names []string) {
	for _, f := range slices.Concat(faulty.Faults(), faulty.AttackFaults(), faulty.Oddities()) {
		names = append(names, f.Name+"\t"+f.Sentence)
	}
	return names
}

// beginning are the words that begin so.
func beginning(words []string, begun string) []string {
	return slices.DeleteFunc(slices.Clone(words), func(w string) bool { return !strings.HasPrefix(w, begun) })
}
