package run

import (
	"bytes"
	"fmt"

	"github.com/wsspec/wsspec/conformance/observed"
)

// About how many octets the results of a run may keep: of one agent of a service, and
// in all. Beyond that a result keeps its verdict, its explanation, and only the ends of
// its transcript.
const (
	mostOfAgent = 16 << 20
	mostOfRun   = 32 << 20
)

// An allowance is how much the results of a run keep so far, in octets.
type allowance struct{ kept int }

// has reports whether the result is no more than most together with the others.
func (a *allowance) has(r Result, most int) bool { return a.kept+r.size() <= most }

// take counts a result, and forget no longer.
func (a *allowance) take(r Result)   { a.kept += r.size() }
func (a *allowance) forget(r Result) { a.kept -= r.size() }

// keep counts a result. If most is too little for it, keep cuts its transcript.
func (a *allowance) keep(r Result, most int) Result {
	if !a.has(r, most) {
		r = abridged(r)
	}
	a.take(r)
	return r
}

// size is about how much memory a result takes, in octets.
func (r *Result) size() int {
	const result, entry = 1 << 10, 200
	if r.Case == nil {
		return 0
	}
	size := result + len(r.Explanation)
	for i := range r.Transcript {
		size += entry + len(r.Transcript[i].Octets) + len(r.Transcript[i].Text)
	}
	for _, words := range r.Observed {
		size += len(words)
	}
	return size
}

// abridged keeps the ends of a transcript, and what is around the first wrong octet.
func abridged(r Result) Result {
	const ends, around, octets = 8, 2, 256
	wrong := -1
	if r.FirstWrong != nil {
		wrong = r.FirstWrong.Entry
	}
	var kept observed.Transcript
	left := 0
	note := func() {
		if left > 0 {
			kept = append(kept, observed.Entry{Kind: observed.EntryNote, Text: fmt.Sprintf("%d entries are left out: the transcripts of this run take too much memory", left)})
		}
		left = 0
	}
	for i, e := range r.Transcript {
		near := i >= wrong-around && i <= wrong+around
		if i >= ends && i < len(r.Transcript)-ends && !near {
			left++
			continue
		}
		note()
		if i == wrong {
			moved := *r.FirstWrong
			moved.Entry = len(kept)
			r.FirstWrong = &moved
		}
		switch {
		case !near:
			e = e.Beginning(octets)
		case i != wrong || r.FirstWrong.Octet < observed.MostSampled:
			e = e.Sample()
		}
		e.Octets = bytes.Clone(e.Octets) // they are part of a larger buffer
		kept = append(kept, e)
	}
	note()
	r.Transcript = kept
	return r
}
