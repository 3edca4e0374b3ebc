package network

import (
	"context"
	"fmt"
)

// Usage is what a process uses.
type Usage struct {
	// Memory is the resident memory in octets.
	Memory uint64
	// Descriptors and Threads count open files and threads; 0 if they are not known.
	Descriptors, Threads int
}

// A sample is the usage between two rounds, when no connection is open.
type sample struct {
	scripts uint64
	Usage
}

// How many samples a slope needs, and how much of what a connection has to leave behind, in
// all samples together, to be a leak. A process that fills its caches grows less.
const (
	leakSamples     = 8
	leakMemory      = 64 << 20 // octets
	leakMemoryEach  = 8 << 10  // octets for each script
	leakDescriptors = 200
	leakThreads     = 100
)

// lookForLeaks compares what the process uses between rounds. What grows in nearly each round
// is played for once more with plain connections alone.
func (c *campaign) lookForLeaks(ctx context.Context, p *player) {
	if c.Usage == nil || ctx.Err() != nil {
		return
	}
	u, ok := c.Usage()
	if !ok {
		return
	}
	c.samples = append(c.samples, sample{c.progress.Scripts, u})
	if n := len(c.samples); n > leakSamples {
		c.samples = c.samples[n-leakSamples:]
	} else if n < leakSamples {
		return
	}
	for _, what := range leaking(c.samples) {
		if c.leaks[what.name] {
			continue
		}
		c.leaks[what.name] = true
		c.addLeak(ctx, p, what)
	}
}

// A leak is what grows, and how much for each script.
type leak struct {
	name string
	each float64
}

// leaking says what grew with nearly each sample, and enough.
func leaking(samples []sample) (out []leak) {
	first, last := samples[0], samples[len(samples)-1]
	scripts := float64(last.scripts - first.scripts)
	if scripts <= 0 {
		return nil
	}
	for _, m := range []struct {
		name        string
		of          func(sample) float64
		least, each float64
	}{
		{"octets of memory", func(s sample) float64 { return float64(s.Memory) }, leakMemory, leakMemoryEach},
		{"descriptors", func(s sample) float64 { return float64(s.Descriptors) }, leakDescriptors, 0.02},
		{"threads", func(s sample) float64 { return float64(s.Threads) }, leakThreads, 0.01},
	} {
		rises := 0
		for i := 1; i < len(samples); i++ {
			if m.of(samples[i]) > m.of(samples[i-1]) {
				rises++
			}
		}
		grown := m.of(last) - m.of(first)
		if rises >= len(samples)-2 && grown >= m.least && grown/scripts >= m.each {
			out = append(out, leak{m.name, grown / scripts})
		}
	}
	return out
}

// leakPlays is how many plain connections confirm a leak.
const leakPlays = 400

// addLeak reports what grows, and whether plain connections alone make it grow.
func (c *campaign) addLeak(ctx context.Context, p *player, l leak) {
	before, _ := c.Usage()
	plain := plainMessage
	for range leakPlays {
		if out := p.play(ctx, plain); out.lost != nil || ctx.Err() != nil {
			break
		}
	}
	after, ok := c.Usage()
	f := &Finding{
		Class: Leak, Role: c.peer.Role().String(), Reproduced: 1, Plays: 1, Seed: c.Seed, Script: plain,
		Why: fmt.Sprintf("the process of the peer keeps about %.0f %s for each script", l.each, l.name),
	}
	if ok {
		f.Notes = []string{fmt.Sprintf("behind %d plain connections: memory %d to %d octets, descriptors %d to %d, threads %d to %d",
			leakPlays, before.Memory, after.Memory, before.Descriptors, after.Descriptors, before.Threads, after.Threads)}
	}
	c.transcribe(ctx, p, f)
	c.add(f)
}
