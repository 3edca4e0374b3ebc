package main

import (
	"fmt"
	"io"
	"os"
	"strings"

	"golang.org/x/term"

	"github.com/wsspec/wsspec/conformance"
	"github.com/wsspec/wsspec/reports"
)

// console tells a person, or a log, how a run goes: one line that changes on a
// terminal, plain lines elsewhere.
type console struct {
	w        io.Writer
	terminal bool
	quiet    bool

	agent       string
	done, total int
	counts      map[conformance.Verdict]int
}

func newConsole(w io.Writer, quiet bool) *console {
	f, ok := w.(*os.File)
	return &console{w: w, terminal: ok && term.IsTerminal(int(f.Fd())), quiet: quiet}
}

func (c *console) begin(agent string, total int) {
	c.agent, c.done, c.total, c.counts = agent, 0, total, map[conformance.Verdict]int{}
	if !c.terminal && !c.quiet {
		fmt.Fprintf(c.w, "%s: %d cases\n", agent, total)
	}
}

// result is told of each result as it comes.
func (c *console) result(r conformance.Result) {
	c.done++
	c.counts[r.Verdict]++
	if c.terminal && !c.quiet {
		fmt.Fprintf(c.w, "\r\x1b[K%s: %d of %d  %s", c.agent, c.done, c.total, tally(c.counts))
	}
}

func (c *console) end() {
	switch {
	case c.quiet:
	case c.terminal:
		fmt.Fprint(c.w, "\r\x1b[K")
		fallthrough
	default:
		fmt.Fprintf(c.w, "%s: %d of %d cases: %s\n", c.agent, c.done, c.total, tally(c.counts))
	}
}

// tally counts verdicts, in words.
func tally[V ~string](counts map[V]int) string {
	var parts []string
	for _, v := range []struct{ verdict, words string }{
		{"pass", "passed"}, {"warn", "with a warning"}, {"fail", "failed"}, {"skip", "skipped"}, {"error", "not judged"},
	} {
		if n := counts[V(v.verdict)]; n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", n, v.words))
		}
	}
	return strings.Join(parts, ", ")
}

// summary names each case that is not a plain pass, for agents that the
// baseline knows only what differs from it, and says where the report is.
func (c *console) summary(r *reports.Report, known *reports.Baseline, cmp reports.Comparison, written []string) {
	name := func(agent string) string {
		if len(r.Targets) > 1 {
			return agent + " "
		}
		return ""
	}
	for i := range r.Results {
		res := &r.Results[i]
		plain := res.Verdict == reports.Pass || res.Verdict == reports.Skip
		if plain || known.Knows(res.Agent, res.Role) && res.Verdict != reports.Error || c.quiet && res.Verdict == reports.Warn {
			continue
		}
		fmt.Fprintf(c.w, "%s %s%s %s: %s\n", strings.ToUpper(string(res.Verdict)), name(res.Agent), res.ID, res.Title, res.Why())
	}
	for _, list := range []struct {
		word, hint  string
		differences []reports.Difference
	}{
		{"WORSE", "", cmp.Worse},
		{"CHANGED", "", cmp.Changed},
		{"BETTER", " (renew the baseline with --write-baseline)", cmp.Better},
	} {
		for _, d := range list.differences {
			fmt.Fprintf(c.w, "%s %s%s: %s, in the baseline %s%s. %s\n", list.word, name(d.Agent), d.ID,
				strings.Join(d.Seen[:], "/"), strings.Join(d.Known[:], "/"), list.hint, d.Explanation)
		}
	}
	for _, file := range written {
		fmt.Fprintf(c.w, "report: %s\n", file)
	}
}
