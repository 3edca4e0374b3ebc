package main

import (
	"fmt"
	"net"
	"runtime"
	"slices"
	"sync"
	"syscall"
	"time"

	"github.com/wsspec/wsspec/ref/wire"
)

// An echoWork has messages echoed on several connections at once.
type echoWork struct {
	conns    int
	size     int // of a message, in octets
	pipeline int // how many messages a connection sends before it waits for the answers
	op       wire.Opcode
	c        compression
	sunk     int  // how many messages go before each that is answered
	garbage  bool // the garbage collector runs all the time
}

// run does the work against a server of a library in this process.
func (w echoWork) run(lib library, lasting time.Duration) (r result, err error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return r, err
	}
	defer l.Close()
	go lib.serve(l, w.c)
	return w.against(l.Addr().String(), lib.name, lasting)
}

// against does the work against the server at an address for a time. It returns the
// messages a second and, for work without pipeline, the latencies of single messages.
func (w echoWork) against(address, name string, lasting time.Duration) (r result, err error) {
	payload, extensions, rsv := w.payload(), "", wire.RSV(0)
	if w.c != plain {
		extensions = "permessage-deflate"
		if w.c == noTakeover {
			extensions += "; server_no_context_takeover; client_no_context_takeover"
		}
		if payload, err = deflated(payload); err != nil {
			return r, err
		}
		rsv = wire.RSV1
	}
	one := frame(w.op, rsv, payload)
	batch := slices.Repeat(append(slices.Repeat(frame(w.op, 0, make([]byte, sunkSize)), w.sunk), one...), w.pipeline)
	clients := make([]*client, w.conns)
	for i := range clients {
		if clients[i], err = dial(address, extensions); err != nil {
			return r, fmt.Errorf("%s: %w", name, err)
		}
		defer clients[i].conn.Close()
	}
	if w.garbage {
		stop := make(chan struct{})
		defer close(stop)
		go makeGarbage(stop)
	}
	var mu sync.Mutex
	var wait sync.WaitGroup
	var total int
	began, used := time.Now(), processorTime()
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	end := began.Add(lasting)
	for _, c := range clients {
		wait.Go(func() {
			n, took, failed := w.drive(c, batch, end)
			mu.Lock()
			defer mu.Unlock()
			total += n
			r.latencies = append(r.latencies, took...)
			if failed != nil {
				err = fmt.Errorf("%s: %w", name, failed)
			}
		})
	}
	wait.Wait()
	r.rate = float64(total) / time.Since(began).Seconds()
	r.processor = float64((processorTime() - used).Nanoseconds()) / float64(total)
	runtime.ReadMemStats(&after)
	r.allocations = float64(after.Mallocs-before.Mallocs) / float64(total)
	r.allocated = float64(after.TotalAlloc-before.TotalAlloc) / float64(total)
	return r, err
}

// A result is what one library did in one round.
type result struct {
	rate        float64 // messages a second
	processor   float64 // nanoseconds of processor time a message, the client's included
	allocations float64 // a message
	allocated   float64 // octets a message
	latencies   []time.Duration
}

// processorTime returns the time that the process has used of all processors.
func processorTime() time.Duration {
	var u syscall.Rusage
	_ = syscall.Getrusage(syscall.RUSAGE_SELF, &u) // does not fail for the process itself
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// drive sends and receives on one connection until the end.
func (w echoWork) drive(c *client, batch []byte, end time.Time) (n int, latencies []time.Duration, err error) {
	for now := time.Now(); n == 0 || now.Before(end); {
		sent := make(chan error, 1)
		if len(batch) > 64<<10 { // more than TCP is sure to take while nobody reads
			go func() {
				_, err := c.conn.Write(batch)
				sent <- err
			}()
		} else {
			_, err := c.conn.Write(batch)
			sent <- err
		}
		for range w.pipeline {
			if _, err := c.skip(); err != nil {
				return n, latencies, err
			}
			n += 1 + w.sunk
		}
		if err := <-sent; err != nil {
			return n, latencies, err
		}
		then := now
		now = time.Now()
		if w.pipeline == 1 {
			latencies = append(latencies, now.Sub(then))
		}
	}
	return n, latencies, nil
}

// payload is text, or for other work octets of any kind.
func (w echoWork) payload() []byte {
	if w.c != plain {
		return sampleJSON(w.size)
	}
	p := make([]byte, w.size)
	for i := range p {
		p[i] = byte('a' + i*7919>>3%26)
	}
	return p
}

// sampleJSON returns about as many octets of JSON as a service sends.
func sampleJSON(size int) []byte {
	var out []byte
	out = append(out, '[')
	for i := 0; len(out) < size-2; i++ {
		out = fmt.Appendf(out, `{"id":%d,"name":"user-%d","price":%d.%02d,"tags":["a%d","b%d"],"ok":%t},`, i*7919, i*i%1009, i*31%997, i%100, i%13, i%17, i%3 == 0)
	}
	out = out[:size-1]
	return append(out, ' ')
}

func deflated(message []byte) ([]byte, error) {
	d, err := wire.NewDeflater(wire.DeflaterOptions{NoContextTakeover: true})
	if err != nil {
		return nil, err
	}
	return d.AppendMessage(nil, message), nil
}

// makeGarbage keeps the collector running.
func makeGarbage(stop chan struct{}) {
	var kept [][]byte
	for {
		select {
		case <-stop:
			return
		default:
		}
		kept = append(kept, make([]byte, 4096))
		if len(kept) == 4096 {
			kept = nil
			time.Sleep(time.Millisecond)
		}
	}
}
