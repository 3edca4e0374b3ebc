package command

import (
	"fmt"
	"io"
	"time"
)

// usualPace is how often many devices connect again.
const usualPace = 30 * time.Second

// outlook says what a run in which each connection plays a case has before it: how long it
// takes, and what an interruption costs.
func (s *served) outlook(w io.Writer) {
	left := s.service.Due()
	if done := s.record.Len(); done > 0 {
		fmt.Fprintf(w, "going on with the run that was interrupted: %d of %d cases have a result; remove %s to begin anew\n", done, len(s.cases), s.flags.journalPath())
	}
	fmt.Fprintf(w, "with a client that connects every %s, the %d cases that are left take about %s, and longer if some fail: they are played twice\n",
		usualPace, left, roughly(time.Duration(left)*usualPace))
	if s.flags.journalPath() == "" {
		fmt.Fprintln(w, "with --out DIR, the same command goes on with a run that was interrupted")
	}
}

// roughly is a time as people say it.
func roughly(d time.Duration) string {
	switch {
	case d >= time.Hour:
		return fmt.Sprintf("%.1f h", d.Hours())
	case d >= 2*time.Minute:
		return fmt.Sprintf("%.0f min", d.Minutes())
	}
	return fmt.Sprintf("%.0f s", d.Seconds())
}

// A connectionPace says how long a run takes in which each connection plays a case: the
// client alone says how often it connects.
type connectionPace struct {
	first, said time.Time
	played      int
}

// Estimates come after so many cases, and then so long after the one before.
const (
	firstEstimate    = 5
	betweenEstimates = time.Minute
)

// add counts a case: with it, done of all cases have a result.
func (p *connectionPace) add(c *console, done, all int) {
	now := time.Now()
	if p.played++; p.played == 1 {
		p.first = now
		return
	}
	left := all - done
	if p.played < firstEstimate || left <= 0 || now.Sub(p.said) < betweenEstimates {
		return
	}
	takes := now.Sub(p.first) / time.Duration(p.played-1) * time.Duration(left)
	if takes < betweenEstimates/2 {
		return
	}
	p.said = now
	c.line(fmt.Sprintf("%d of %d cases; at this pace the others take about %s", done, all, roughly(takes)))
}
