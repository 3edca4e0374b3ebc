package command

import (
	"fmt"

	"github.com/wsspec/wsspec/conformance"
	"github.com/wsspec/wsspec/conformance/script"
	"github.com/wsspec/wsspec/conformance/verdict"
	"github.com/wsspec/wsspec/reports/terminal"
)

// endpoint says what the probe found out about a server, how many cases cannot be tested
// with it, and what to do.
func (c *console) endpoint(e conformance.Endpoint, cases []*script.Case, noEcho bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if e.Kind == 0 {
		return // there was no probe
	}
	says := fmt.Sprintf("probe: %s %s", c.agent, e.Sentence())
	advice := e.Advice()
	switch {
	case noEcho && advice != "":
		says = terminal.CleanLine(says + ". " + advice)
	case noEcho:
		says = terminal.CleanLine(says)
	case !e.PlainEcho():
		needs := 0
		for _, s := range cases {
			if s.Script.NeedsEcho() {
				needs++
			}
		}
		if needs > 0 {
			says += fmt.Sprintf(". %d of %d cases need a message back, and cannot be tested so", needs, len(cases))
		}
		if advice != "" {
			says += ". " + advice
		}
		says = terminal.CleanLine(says)
		c.probed = append(c.probed, terminal.FirstSentence(says))
		says = c.screen.style().Verdict(verdict.Warn, says)
	}
	c.print(says)
}
