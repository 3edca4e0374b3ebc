package command

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// Each command that people see has a man page, and each of its flags is on it.
func TestEachCommandHasAManPage(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "man1")
	wsspec(t, "man", dir).want(t, exitPass)
	got := files(t, dir)
	var want []string
	var walk func(cmd *cobra.Command)
	walk = func(cmd *cobra.Command) {
		if cmd.Hidden {
			return
		}
		page := strings.ReplaceAll(cmd.CommandPath(), " ", "-") + ".1"
		want = append(want, page)
		octets, err := os.ReadFile(filepath.Join(dir, page))
		if err != nil {
			t.Error(err)
			return
		}
		text := strings.ReplaceAll(string(octets), `\-`, "-")
		for _, heading := range []string{".TH " + strings.ToUpper(strings.TrimSuffix(page, ".1")) + " 1 ", "\n.SH NAME\n", "\n.SH SYNOPSIS\n", "\n.SH DESCRIPTION\n", "\n.SH OPTIONS\n", ".SH \"EXIT STATUS\"\n"} {
			if !strings.Contains(text, heading) {
				t.Errorf("%s lacks %q", page, heading)
			}
		}
		cmd.LocalFlags().VisitAll(func(f *pflag.Flag) {
			if !strings.Contains(text, `\fB--`+f.Name+`\fR`) {
				t.Errorf("%s lacks --%s", page, f.Name)
			}
		})
		for line := range strings.Lines(text) {
			if strings.HasPrefix(line, "'") || strings.HasPrefix(line, ".") && !slices.Contains([]string{".TH", ".SH", ".TP", ".PP", ".br", ".nf", ".fi"}, strings.Fields(line)[0]) {
				t.Errorf("%s has a line that man takes for a request: %q", page, line)
			}
		}
		for _, below := range cmd.Commands() {
			walk(below)
		}
	}
	walk(newRoot())
	slices.Sort(want)
	if !slices.Equal(got, want) {
		t.Errorf("the pages are %q, want %q", got, want)
	}
}

func TestRoff(t *testing.T) {
	for text, want := range map[string]string{
		"a-b \\n":      `a\-b \en`,
		".SH x\n'y\nz": "\\&.SH x\n\\&'y\nz",
	} {
		if got := roff(text); got != want {
			t.Errorf("roff(%q) = %q, want %q", text, got, want)
		}
	}
}
