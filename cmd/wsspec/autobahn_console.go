package main

import (
	"fmt"
	"io"
	"strings"
	"sync"

	"github.com/wsspec/wsspec/reports"
)

// autobahnConsole shows what the container prints while it runs: on a terminal the
// last line alone, elsewhere every line.
type autobahnConsole struct {
	*console
	mu    sync.Mutex
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
	s = strings.ToValidUTF8(strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f {
			return ' '
		}
		return r
	}, s), "�")
	if strings.HasPrefix(s, runningCase) {
		c.cases++
		s = fmt.Sprintf("%d: %s", c.cases, s)
	}
	if !c.terminal {
		fmt.Fprintf(c.w, "autobahn| %s\n", s)
		return
	}
	if runes := []rune(s); len(runes) > 100 {
		s = string(runes[:100]) // a line that wraps could not be taken back
	}
	fmt.Fprintf(c.w, "\r\x1b[Kautobahn| %s", s)
}

func (c *autobahnConsole) end() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.terminal && !c.quiet {
		fmt.Fprint(c.w, "\r\x1b[K")
	}
}

// summary counts each peer's verdicts, names what did not pass, and says where the
// report is.
func (c *autobahnConsole) summary(r *reports.Report, written []string) {
	if !c.quiet {
		for _, a := range r.Summary.Agents {
			fmt.Fprintf(c.w, "%s: %d cases: %s\n", a.Agent, a.Cases, tally(a.Verdicts))
		}
	}
	c.console.summary(r, nil, reports.Comparison{}, written)
}
