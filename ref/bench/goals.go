package main

import "fmt"

// A goal compares what was measured in one run. For work of servers the measure is
// the processor time for a message, that of the client included, which is the same
// for all: unlike the rate it does not change with what else the machine does.
type goal struct {
	what string
	// value returns what was measured, and what it has to reach.
	value func(r *run) (got, want float64, ok bool)
	less  bool // less is better
	unit  string
}

func (g goal) met(got, want float64) bool {
	if g.less {
		return got <= want
	}
	return got >= want
}

// cost returns the processor time of a message in nanoseconds.
func (r *run) cost(work, library string) (float64, bool) {
	s, ok := r.find(work, library)
	return s.Processor, ok
}

// cheapest returns the least cost of other libraries.
func (r *run) cheapest(work string, libraries ...string) (float64, bool) {
	best, found := 0.0, false
	for _, name := range libraries {
		if cost, ok := r.cost(work, name); ok && (!found || cost < best) {
			best, found = cost, true
		}
	}
	return best, found
}

var others = []string{"gorilla", "coder", "coder-stream", "gobwas", "gobwas-low", "gws", "xnet"}

func atMost(what, work, mine string, libraries ...string) goal {
	return goal{what, func(r *run) (float64, float64, bool) {
		got, ok := r.cost(work, mine)
		want, ok2 := r.cheapest(work, libraries...)
		return got, want, ok && ok2
	}, true, "ns"}
}

func microGoal(what, name string, want float64, less bool, unit string) goal {
	return goal{what, func(r *run) (float64, float64, bool) {
		got, ok := r.Micro[name]
		return got, want, ok
	}, less, unit}
}

func idleGoal(what, kind string, want float64) goal {
	return goal{what, func(r *run) (float64, float64, bool) {
		got, ok := r.Idle[kind]["ref"]
		return got, want, ok
	}, true, "octets"}
}

func allocGoal(what, work, library string, want float64) goal {
	return goal{what, func(r *run) (float64, float64, bool) {
		s, ok := r.find(work, library)
		return s.Allocations, want, ok
	}, true, "allocations"}
}

var goals = []goal{
	atMost("200 × 128: at most the cost of the cheapest library", "echo-128x200", "ref", others...),
	{"200 × 128: at least 0.95 of the floor", func(r *run) (float64, float64, bool) {
		floor, ok := r.cost("echo-128x200", "floor")
		mine, ok2 := r.cost("echo-128x200", "ref")
		return floor / mine, 0.95, ok && ok2
	}, false, "of the floor"},
	atMost("1 MiB by Read and Write: at most gws", "echo-1M", "ref-readwrite", "gws"),
	atMost("1 MiB streaming: at most the cheapest library", "echo-1M", "ref-stream", "coder-stream", "gobwas-low"),
	allocGoal("no allocation for an echo with ReadFunc (0.5 are the client's)", "echo-128x200", "ref", 0.5),
	allocGoal("at most one for an echo with Read and Write", "echo-128x200", "ref-readwrite", 1.5),
	idleGoal("idle: under 5 KB", "plain", 5000),
	idleGoal("idle, compressed without takeover: under 5 KB", "without takeover", 5000),
	idleGoal("idle, compressed with takeover: the windows, 40 KiB, and 5 KB", "takeover", 5000+40<<10),
	microGoal("header: under 12 ns with all checks", "header-ns", 12, true, "ns"),
	microGoal("masking 4 KiB: over 40 GB/s", "mask-GB/s", 40, false, "GB/s"),
	{"validating text: under 20% over none", func(r *run) (float64, float64, bool) {
		text, ok := r.cost("echo-text-128x200", "ref")
		binary, ok2 := r.cost("echo-128x200", "ref")
		return text / binary, 1.2, ok && ok2
	}, true, "of binary"},
	atMost("compressed echo of 1 KiB with takeover: at most gws", "json-1K-takeover", "ref", "gws"),
	atMost("compressed echo of 1 KiB without: at most gws", "json-1K", "ref", "gws"),
	atMost("compressed echo of 64 KiB with takeover: at most gws", "json-64K-takeover", "ref", "gws"),
	atMost("compressed echo of 64 KiB without: at most gws", "json-64K", "ref", "gws"),
	microGoal("inflating: 450 MB/s", "inflate-MB/s", 450, false, "MB/s"),
	{"handshakes: at least 0.8 of gobwas", func(r *run) (float64, float64, bool) {
		theirs, ok := r.cost("handshake", "gobwas")
		mine, ok2 := r.cost("handshake", "ref")
		return theirs / mine, 0.8, ok && ok2
	}, false, "of gobwas"},
	{"handshakes: under half of gorilla's allocations", func(r *run) (float64, float64, bool) {
		theirs, ok := r.find("handshake", "gorilla")
		mine, ok2 := r.find("handshake", "ref")
		return mine.Allocations, theirs.Allocations / 2, ok && ok2
	}, true, "allocations"},
}

// printGoals prints for each goal whether it was met.
func (r *run) printGoals() (text string) {
	met, total := 0, 0
	for _, g := range goals {
		got, want, ok := g.value(r)
		if !ok {
			continue // not measured in this run
		}
		word := "missed"
		if total++; g.met(got, want) {
			word = "met"
			met++
		}
		comparison := "at least"
		if g.less {
			comparison = "at most"
		}
		text += fmt.Sprintf("%-6s  %s: %.4g %s, want %s %.4g\n", word, g.what, got, g.unit, comparison, want)
	}
	return text + fmt.Sprintf("%d of %d goals met\n", met, total)
}
