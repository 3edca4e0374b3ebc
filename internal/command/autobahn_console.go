package command

import (
	"fmt"
	"io"
	"strings"

	"github.com/wsspec/wsspec/reports"
	"github.com/wsspec/wsspec/reports/terminal"
)

// autobahnConsole shows what the container prints while it runs: on a terminal the
// last line alone, elsewhere every line.
type autobahnConsole struct {
	*console
	cases int
}

func newAutobahnConsole(w io.Writer, quiet bool) *autobahnConsole {
	return &autobahnConsole{console: newConsole(w, quiet)}
}

// runningCase begins the line that Autobahn prints before each case.
const runningCase = "Running test case ID "

// line is told of each line.
func (c *autobahnConsole) line(s string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.quiet {
		return
	}
	s = terminal.CleanLine(s)
	if strings.HasPrefix(s, runningCase) {
		c.cases++
		s = fmt.Sprintf("%d: %s", c.cases, s)
	}
	if s = "autobahn| " + s; c.screen.moves {
		c.show(s)
	} else {
		c.print(s)
	}
}

func (c *autobahnConsole) end() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.erase()
}

// summary counts each peer's verdicts, names what did not pass, and says where the
// report is.
func (c *autobahnConsole) summary(r *reports.Report, written []string) {
	for _, a := range r.Summary.Agents {
		c.tallies = append(c.tallies, fmt.Sprintf("%s: %d cases: %s", terminal.CleanLine(a.Agent), a.Cases, tally(a.Verdicts)))
	}
	c.console.summary(r, nil, reports.Comparison{}, written)
}
