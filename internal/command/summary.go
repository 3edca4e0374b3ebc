package command

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"github.com/wsspec/wsspec/conformance/verdict"
	"github.com/wsspec/wsspec/reports"
	"github.com/wsspec/wsspec/reports/terminal"
)

// mostDifferences is how many differences of a kind from the baseline have a line.
const mostDifferences = 10

// summary tells the causes of what did not pass, for agents that the baseline knows only
// what differs from it. The counts come last, with the report and what to type next. A
// quiet run has one line.
func (c *console) summary(r *reports.Report, known *reports.Baseline, cmp reports.Comparison, written []string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.quiet {
		c.oneLine(cmp)
		return
	}
	style := c.screen.style()
	for _, line := range style.Causes(r, func(res *reports.Result) bool {
		return !known.Knows(res.Agent, res.Role) || res.Verdict == verdict.Error
	}) {
		c.print(line)
	}
	name := func(agent string) string {
		if len(r.Targets) > 1 {
			return terminal.CleanLine(agent) + " "
		}
		return ""
	}
	c.notRun(r, name)
	c.differences(known, cmp, name)
	for _, line := range c.probed {
		c.print(line)
	}
	for _, line := range c.tallies {
		c.print(style.Strong(line))
	}
	for _, a := range r.Summary.Agents {
		if a.Judged != nil {
			c.print(terminal.CleanLine(name(a.Agent) + a.Judged.Sentence()))
		}
	}
	c.shards(r, written)
	for _, file := range written {
		c.print("report: " + terminal.CleanLine(file))
	}
	c.next(r, known, written)
}

// shards says that a report is a part, and how the parts become one.
func (c *console) shards(r *reports.Report, written []string) {
	at := slices.IndexFunc(r.Targets, func(t reports.Target) bool { return !t.Shards.Complete() })
	if at < 0 {
		return
	}
	s := r.Targets[at].Shards
	if c.ofAll(r) == 0 { // of a campaign of wsspec fuzz
		c.print(fmt.Sprintf("This is %s; wsspec fuzz merge makes one report of all.", s))
		return
	}
	c.print(fmt.Sprintf("This is %s, with %d of %d cases%s.", s, r.Summary.Cases, c.ofAll(r), c.merging(s, written)))
}

// ofAll is how many cases all shards have together.
func (c *console) ofAll(r *reports.Report) (n int) {
	for _, t := range r.Targets {
		if t.Shards != nil {
			n += len(t.Shards.Cases)
		}
	}
	return n
}

// merging is the command that makes one report of the shards in a folder.
func (c *console) merging(s *reports.Shards, written []string) string {
	if len(written) == 0 || filepath.Base(written[0]) != "index.html" {
		return ""
	}
	dir := terminal.CleanLine(filepath.Dir(filepath.Dir(written[0])))
	return fmt.Sprintf("; when all have run: wsspec report merge %s -o %s", filepath.Join(reports.ShellWords(dir), fmt.Sprintf("shard-*-of-%d", s.Of)), reports.ShellWords(filepath.Join(dir, "report.json")))
}

// oneLine is the summary of a quiet run.
func (c *console) oneLine(cmp reports.Comparison) {
	if len(c.tallies) == 0 {
		return // what could not be tested is an error, which is told elsewhere
	}
	line := strings.Join(c.tallies, "; ")
	if n := len(cmp.Worse); n > 0 {
		line += fmt.Sprintf("; worse than in the baseline: %d", n)
	}
	fmt.Fprintln(c.w, line)
}

// differences are what differs from the baseline.
func (c *console) differences(known *reports.Baseline, cmp reports.Comparison, name func(agent string) string) {
	for _, list := range []struct {
		word, hint  string
		differences []reports.Difference
	}{
		{"WORSE", "", cmp.Worse},
		{"CHANGED", "", cmp.Changed},
		{"BETTER", " (renew the baseline with --write-baseline)", cmp.Better},
	} {
		for i, d := range list.differences {
			if i == mostDifferences {
				c.print(fmt.Sprintf("%s %d more cases", list.word, len(list.differences)-i))
				break
			}
			c.print(terminal.CleanLine(fmt.Sprintf("%s %s%s: %s, in the baseline %s%s. %s", list.word, name(d.Agent), d.ID,
				strings.Join(d.Seen[:], "/"), strings.Join(d.Known[:], "/"), list.hint, d.Explanation)))
		}
	}
	if missing := cmp.NotRunSentence(); missing != "" {
		c.print("NOT RUN " + terminal.CleanLine(missing))
	}
	for _, peer := range cmp.Unknown {
		var names []string
		for _, p := range known.Peers() {
			names = append(names, p.String())
		}
		c.print(terminal.CleanLine(fmt.Sprintf("the baseline does not know %s, so that all its failures count; it knows %s", peer, strings.Join(names, ", "))))
	}
}

// notRun counts the cases that were not run, for each reason and each peer.
func (c *console) notRun(r *reports.Report, name func(agent string) string) {
	type cause struct{ agent, why string }
	var causes []cause
	counts := map[cause]int{}
	for _, res := range r.Results {
		if res.Verdict != verdict.NotRun {
			continue
		}
		why := cause{res.Agent, strings.TrimPrefix(res.Explanation, "Not run: ")}
		if counts[why]++; counts[why] == 1 {
			causes = append(causes, why)
		}
	}
	for i, why := range causes {
		if i == mostDifferences {
			c.print(fmt.Sprintf("NOT RUN more cases, for %d more reasons", len(causes)-i))
			break
		}
		c.print(terminal.CleanLine(fmt.Sprintf("NOT RUN %s%d cases: %s", name(why.agent), counts[why], why.why)))
	}
}

// next prints the commands that lead from the first failure to its reason.
func (c *console) next(r *reports.Report, known *reports.Baseline, written []string) {
	i := slices.IndexFunc(r.Results, func(res reports.Result) bool {
		return res.Verdict == verdict.Fail && !known.Knows(res.Agent, res.Role)
	})
	if i < 0 {
		return
	}
	explained := r.Results[i].ReplayID()
	if r.Results[i].IsFinding() {
		explained = r.Results[i].Clause()
	}
	var commands []string
	if explained != "" {
		commands = append(commands, "wsspec explain "+explained)
	}
	if again := r.Rerun(&r.Results[i]); again != "" {
		commands = append(commands, again)
	}
	if len(written) > 0 && filepath.Base(written[0]) == "index.html" {
		if again := r.RerunFailed(); again != "" {
			commands = append(commands, again)
		}
		commands = append(commands, "wsspec report serve "+reports.ShellWords(filepath.Dir(written[0])))
	}
	for i, command := range commands {
		lead := "  or: "
		if i == 0 {
			lead = "next: "
		}
		c.print(lead + terminal.CleanLine(command))
	}
}
