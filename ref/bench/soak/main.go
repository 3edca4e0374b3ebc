// Soak runs a client and a server of package ref against each other for a long
// time, over many connections, through a proxy that delays, cuts and resets them.
//
// Every message has to arrive exactly once and in order, or its connection has to
// be reported as broken. Memory and goroutines have to stay flat.
package main

import (
	"context"
	"flag"
	"fmt"
	"net"
	"net/http"
	"os"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/wsspec/wsspec/ref"
)

func main() {
	lasting := flag.Duration("time", 10*time.Minute, "how long to run")
	conns := flag.Int("conns", 2000, "connections at a time")
	flag.Parse()
	if err := soak(*lasting, *conns); err != nil {
		fmt.Fprintln(os.Stderr, "soak:", err)
		os.Exit(1)
	}
}

// counts is what has happened so far.
type counts struct {
	messages, octets, opened, closed, broken, refused, cuts, resets atomic.Int64
}

// A sample is the state of the process at one time.
type sample struct {
	heap       uint64 // octets in use after a collection
	goroutines int
}

func soak(lasting time.Duration, conns int) error {
	ctx, cancel := context.WithTimeout(context.Background(), lasting)
	defer cancel()
	var n counts
	wrong := make(chan error, 1)
	fail := func(err error) {
		select {
		case wrong <- err:
		default:
		}
		cancel()
	}
	target, stop, err := serve(fail)
	if err != nil {
		return err
	}
	defer stop()
	p, err := startProxy(target, &n)
	if err != nil {
		return err
	}
	defer p.close()

	var clients sync.WaitGroup
	for i := range conns {
		clients.Go(func() {
			c := &client{id: i, proxy: p.address(), n: &n}
			for ctx.Err() == nil {
				if err := c.session(ctx); err != nil {
					fail(fmt.Errorf("connection %d: %w", i, err))
				}
			}
		})
	}
	samples := watch(ctx, &n, lasting)
	clients.Wait()
	report(&n, samples)
	select {
	case err := <-wrong:
		return err
	default:
		return flat(samples)
	}
}

// serve starts the server.
func serve(fail func(error)) (address string, stop func(), err error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", nil, err
	}
	s := &ref.Server{
		Options: &ref.AcceptOptions{Compression: &ref.Compression{Level: 1, Threshold: 64}, CloseTimeout: 10 * time.Second},
		ErrorHandler: func(c *ref.Conn, _ *http.Request) error {
			return checkAndEcho(c, fail)
		},
		MaxBuffered: 512 << 20,
	}
	go func() { _ = s.Serve(l) }()
	return l.Addr().String(), func() { _ = s.Close() }, nil
}

// checkAndEcho sends every message back and checks that none is missing, out of
// order, twice, or changed.
func checkAndEcho(c *ref.Conn, fail func(error)) error {
	next := uint64(0)
	for {
		err := c.ReadFunc(context.Background(), func(typ ref.MessageType, data []byte) error {
			if err := check(data, next); err != nil {
				fail(fmt.Errorf("server: %w", err))
				return err
			}
			next++
			return c.Write(context.Background(), typ, data)
		})
		if err != nil {
			if ref.IsNormalClose(err) {
				return nil
			}
			return err
		}
	}
}

// watch takes samples until ctx ends.
func watch(ctx context.Context, n *counts, lasting time.Duration) (samples []sample) {
	ticker := time.NewTicker(max(lasting/60, 250*time.Millisecond))
	defer ticker.Stop()
	began := time.Now()
	for {
		select {
		case <-ctx.Done():
			return samples
		case <-ticker.C:
		}
		runtime.GC()
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		s := sample{m.HeapAlloc, runtime.NumGoroutine()}
		samples = append(samples, s)
		fmt.Printf("%8s %12d messages %9d opened %9d closed %7d broken  %6.1f MiB %6d goroutines\n",
			time.Since(began).Round(time.Second), n.messages.Load(), n.opened.Load(), n.closed.Load(), n.broken.Load(),
			float64(s.heap)/(1<<20), s.goroutines)
	}
}

func report(n *counts, samples []sample) {
	fmt.Printf("%d messages of %.1f GiB echoed over %d connections: %d closed, %d broken by %d cuts and %d resets, %d handshakes failed\n",
		n.messages.Load(), float64(n.octets.Load())/(1<<30), n.opened.Load(), n.closed.Load(), n.broken.Load(), n.cuts.Load(), n.resets.Load(), n.refused.Load())
}

// flat reports whether memory and goroutines of the last quarter are those of the
// second one; the first is for warming up.
func flat(samples []sample) error {
	quarter := len(samples) / 4
	if quarter < 2 {
		return nil // too short to tell
	}
	median := func(s []sample, of func(sample) float64) float64 {
		values := make([]float64, len(s))
		for i := range s {
			values[i] = of(s[i])
		}
		slices.Sort(values)
		return values[len(values)/2]
	}
	early, late := samples[quarter:2*quarter], samples[len(samples)-quarter:]
	for name, of := range map[string]func(sample) float64{
		"octets of heap": func(s sample) float64 { return float64(s.heap) },
		"goroutines":     func(s sample) float64 { return float64(s.goroutines) },
	} {
		if a, b := median(early, of), median(late, of); b > 1.5*a+1 {
			return fmt.Errorf("%s grew from %.0f to %.0f", name, a, b)
		}
	}
	return nil
}
