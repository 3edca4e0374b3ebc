package command

import (
	"cmp"
	"fmt"
	"io"
	"os"
	"strings"
	"sync"

	"github.com/wsspec/wsspec/conformance"
	"github.com/wsspec/wsspec/conformance/verdict"
	"github.com/wsspec/wsspec/reports"
	"github.com/wsspec/wsspec/reports/terminal"
)

// console tells a person, or a log, how a run goes: failures as they come, a line each;
// on a terminal a last line with the counts so far; and then the summary.
type console struct {
	w      io.Writer
	screen screen
	quiet  bool

	// also is told of each result, if it is set.
	also func(conformance.Result)
	// known is the baseline of the run, nil if there is none. What it knows to fail is
	// no news.
	known *reports.Baseline
	// verbose: each result of a service has a line.
	verbose bool
	// over names what carries the connections; empty for HTTP/1.1.
	over string
	// several: the run has several agents, so that lines name theirs.
	several bool

	// mu keeps lines whole, and guards what follows.
	mu    sync.Mutex
	agent string
	total int
	// seen has the verdict of each case so far: a case that was under way when the
	// server stopped is played again, and has another one then.
	seen map[string]verdict.Verdict
	// told is how many failures had a line.
	told int
	// status is the line that changes; empty if there is none at the moment.
	status string
	// probed says of each server that is no plain echo endpoint what it is.
	probed []string
	// tallies are the lines of the summary, one an agent.
	tallies []string
}

// mostTold is how many failures of a run have a line as they come. The summary tells the
// causes of all.
const mostTold = 10

func newConsole(w io.Writer, quiet bool) *console {
	return &console{w: w, screen: screenAt(w, os.Getenv), quiet: quiet}
}

// begin begins the cases of an agent.
func (c *console) begin(agent string, total int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.agent, c.total, c.seen, c.told = terminal.CleanLine(agent), total, map[string]verdict.Verdict{}, 0
	if !c.screen.moves {
		over := ""
		if c.over != "" {
			over = " over " + c.over
		}
		c.print(fmt.Sprintf("%s: %d cases%s", c.agent, total, over))
	}
}

// result is told of each result as it comes.
func (c *console) result(r conformance.Result) {
	if c.also != nil {
		c.also(r)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.seen[r.Case.ID] = r.Verdict
	c.tell(c.agent, c.several, r)
	c.show(fmt.Sprintf("%s: %d of %d  %s", c.agent, len(c.seen), c.total, tally(c.counts())))
}

// tell prints the line of a case that failed, as long as there are few; mu is held.
func (c *console) tell(agent string, named bool, r conformance.Result) {
	if r.Verdict != verdict.Fail && r.Verdict != verdict.Error || c.knows(agent, r) {
		return
	}
	c.told++
	switch {
	case c.told > mostTold+1:
	case c.told == mostTold+1:
		c.print("more cases fail; their causes come at the end")
	default:
		f := terminal.Finding{Verdict: r.Verdict, ID: r.Case.ID, Title: r.Case.Title, Explanation: r.Explanation}
		if named {
			f.Agent = agent
		}
		c.print(c.screen.style().Finding(f))
	}
}

// knows reports whether the baseline knows that a case fails.
func (c *console) knows(agent string, r conformance.Result) bool {
	if c.known == nil {
		return false
	}
	for _, a := range c.known.Agents {
		if _, deviates := a.Deviations[r.Case.ID]; deviates && a.Agent == agent && string(a.Role) == r.Role.String() {
			return true
		}
	}
	return false
}

// line prints a line, unless the run is quiet.
func (c *console) line(text string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.print(text)
}

// print is line; mu is held.
func (c *console) print(text string) {
	if c.quiet {
		return
	}
	status := c.status
	c.erase()
	fmt.Fprintln(c.w, text)
	c.show(status)
}

// show puts a status on a terminal: the last line, which changes; mu is held.
func (c *console) show(status string) {
	if c.quiet || !c.screen.moves || status == "" {
		return
	}
	// A line that wraps could not be taken back.
	columns := cmp.Or(c.screen.style().Width, usualWidth)
	fmt.Fprintf(c.w, "\r\x1b[K%s", terminal.Cut(status, columns-1))
	c.status = status
}

// erase takes the status back; mu is held.
func (c *console) erase() {
	if c.status != "" {
		fmt.Fprint(c.w, "\r\x1b[K")
		c.status = ""
	}
}

// end ends the cases of an agent.
func (c *console) end() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.erase()
	c.tallies = append(c.tallies, tallyLine(c.agent, len(c.seen), c.total, c.counts()))
}

func (c *console) counts() map[verdict.Verdict]int {
	counts := map[verdict.Verdict]int{}
	for _, v := range c.seen {
		counts[v]++
	}
	return counts
}

// tallyLine is the line of an agent in the summary.
func tallyLine(agent string, done, total int, counts map[verdict.Verdict]int) string {
	return fmt.Sprintf("%s: %d of %d cases: %s", terminal.CleanLine(agent), done, total, tally(counts))
}

// tally counts verdicts, in words.
func tally(counts map[verdict.Verdict]int) string {
	var parts []string
	for _, v := range []struct {
		verdict verdict.Verdict
		words   string
	}{
		{verdict.Pass, "passed"}, {verdict.Warn, "with a warning"}, {verdict.Fail, "failed"},
		{verdict.Skip, "skipped"}, {verdict.Error, "not judged"}, {verdict.NotRun, "not run"},
	} {
		if n := counts[v.verdict]; n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", n, v.words))
		}
	}
	return strings.Join(parts, ", ")
}

// served is told of each result of a service, which has any number of agents at once.
func (c *console) served(agent string, r conformance.Result) {
	c.mu.Lock()
	defer c.mu.Unlock()
	words := fmt.Sprintf("%s %s %s/%s", terminal.CleanLine(agent), r.Case.ID, r.Behavior, r.Close)
	if c.verbose {
		c.print(words)
	}
	c.tell(agent, true, r)
	c.show(words)
}

// anew counts the lines of failures from the beginning: the cases that follow are those of
// another run.
func (c *console) anew() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.told = 0
}
