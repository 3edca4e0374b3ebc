package main

import (
	"cmp"
	"fmt"
	"net"
	"runtime"
	"slices"
	"time"

	"github.com/wsspec/wsspec/ref/wire"
)

// A work is something that is measured for each library in each round.
type work struct {
	name string
	what string // in words
	run  func(lib library, lasting time.Duration) (result, error)
	can  func(lib library) bool
}

func echoing(name, what string, w echoWork) work {
	return work{name, what, w.run, func(lib library) bool {
		return (w.c == plain || lib.compresses[w.c]) && (w.sunk == 0 || lib.name != "ref-stream" && lib.name != "coder-stream")
	}}
}

func everyone(library) bool { return true }

var works = []work{
	echoing("echo-128x1", "echo of 128 octets, 1 connection", echoWork{conns: 1, size: 128, pipeline: 1, op: wire.OpBinary}),
	echoing("echo-128x200", "echo of 128 octets, 200 connections, 8 messages at a time each", echoWork{conns: 200, size: 128, pipeline: 8, op: wire.OpBinary}),
	echoing("echo-text-128x200", "the same as text", echoWork{conns: 200, size: 128, pipeline: 8, op: wire.OpText}),
	echoing("echo-16K", "echo of 16 KiB, 20 connections", echoWork{conns: 20, size: 16 << 10, pipeline: 1, op: wire.OpBinary}),
	echoing("echo-1M", "echo of 1 MiB, 1 connection", echoWork{conns: 1, size: 1 << 20, pipeline: 1, op: wire.OpBinary}),
	echoing("stream-16", "16 octets, one way, 20 connections", echoWork{conns: 20, size: 128, pipeline: 1, sunk: 500, op: wire.OpBinary}),
	echoing("json-1K-takeover", "echo of 1 KiB of JSON, compressed with context takeover", echoWork{conns: 20, size: 1 << 10, pipeline: 1, op: wire.OpText, c: takeover}),
	echoing("json-1K", "echo of 1 KiB of JSON, compressed without", echoWork{conns: 20, size: 1 << 10, pipeline: 1, op: wire.OpText, c: noTakeover}),
	echoing("json-64K-takeover", "echo of 64 KiB of JSON, compressed with context takeover", echoWork{conns: 20, size: 64 << 10, pipeline: 1, op: wire.OpText, c: takeover}),
	echoing("json-64K", "echo of 64 KiB of JSON, compressed without", echoWork{conns: 20, size: 64 << 10, pipeline: 1, op: wire.OpText, c: noTakeover}),
	echoing("latency-gc", "echo of 128 octets on 20 connections while the garbage collector runs", echoWork{conns: 20, size: 128, pipeline: 1, op: wire.OpBinary, garbage: true}),
	{"handshake", "opening handshakes, 2 at a time", handshakes, everyone},
}

// handshakes opens connections and drops them.
func handshakes(lib library, lasting time.Duration) (r result, err error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return r, err
	}
	defer l.Close()
	go lib.serve(l, plain)
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	began, used := time.Now(), processorTime()
	done := make(chan error, 2)
	counts := make([]int, 2)
	for i := range counts {
		go func() {
			for counts[i] == 0 || time.Since(began) < lasting {
				c, err := dial(l.Addr().String(), "")
				if err != nil {
					done <- fmt.Errorf("%s: %w", lib.name, err)
					return
				}
				// A reset leaves no port waiting.
				_ = c.conn.(*net.TCPConn).SetLinger(0)
				c.conn.Close()
				counts[i]++
			}
			done <- nil
		}()
	}
	for range counts {
		if e := <-done; e != nil {
			err = e
		}
	}
	total := float64(counts[0] + counts[1])
	runtime.ReadMemStats(&after)
	r.rate = total / time.Since(began).Seconds()
	r.processor = float64((processorTime() - used).Nanoseconds()) / total
	r.allocations = float64(after.Mallocs-before.Mallocs) / total
	r.allocated = float64(after.TotalAlloc-before.TotalAlloc) / total
	return r, err
}

// A summary is what the rounds come to: the least processor time, because whatever
// else the machine does only adds to it, and the medians of the rest.
type summary struct {
	Work        string  `json:"work"`
	Library     string  `json:"library"`
	Rounds      int     `json:"rounds"`
	Rate        float64 `json:"perSecond"`
	Processor   float64 `json:"processorNanoseconds"`
	Allocations float64 `json:"allocations"`
	Allocated   float64 `json:"allocatedOctets"`
	P50         float64 `json:"p50Microseconds,omitempty"`
	P99         float64 `json:"p99Microseconds,omitempty"`
}

func median(results []result, of func(result) float64) float64 {
	values := make([]float64, len(results))
	for i, r := range results {
		values[i] = of(r)
	}
	slices.Sort(values)
	return values[len(values)/2]
}

func least(results []result) float64 {
	return slices.MinFunc(results, func(a, b result) int { return cmp.Compare(a.processor, b.processor) }).processor
}

func summarize(workName, library string, results []result) summary {
	s := summary{
		Work: workName, Library: library, Rounds: len(results),
		Rate:        median(results, func(r result) float64 { return r.rate }),
		Processor:   least(results),
		Allocations: median(results, func(r result) float64 { return r.allocations }),
		Allocated:   median(results, func(r result) float64 { return r.allocated }),
	}
	var latencies []time.Duration
	for _, r := range results {
		latencies = append(latencies, r.latencies...)
	}
	if len(latencies) > 0 {
		slices.Sort(latencies)
		s.P50 = float64(latencies[len(latencies)/2].Nanoseconds()) / 1e3
		s.P99 = float64(latencies[len(latencies)*99/100].Nanoseconds()) / 1e3
	}
	return s
}
