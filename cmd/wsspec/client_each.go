package main

import (
	"fmt"
	"time"
)

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

// add counts a case.
func (p *connectionPace) add(c *console, all int) {
	now := time.Now()
	if p.played++; p.played == 1 {
		p.first = now
		return
	}
	left := all - p.played
	if p.played < firstEstimate || left <= 0 || now.Sub(p.said) < betweenEstimates {
		return
	}
	takes := now.Sub(p.first) / time.Duration(p.played-1) * time.Duration(left)
	if takes < betweenEstimates/2 {
		return
	}
	p.said = now
	c.line(fmt.Sprintf("%d of %d cases; at this pace the others take about %s", p.played, all, takes.Round(time.Second)))
}
