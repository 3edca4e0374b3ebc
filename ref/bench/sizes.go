package main

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"slices"
	"strings"
	"time"

	"github.com/wsspec/wsspec/ref/wire"
)

// The sizes of messages whose latency and throughput are measured. Messages of sunkSize
// octets would get no answer.
var sizes = []int{32, 128, 1 << 10, 4 << 10, 16 << 10, 64 << 10, 256 << 10, 1 << 20}

// A sizeSummary is what one server does with messages of one size. Client and server
// are processes of their own. All figures are medians of the rounds.
type sizeSummary struct {
	Library    string  `json:"library"`
	Size       int     `json:"octets"`
	P50        float64 `json:"p50Microseconds"` // one message at a time, on one connection
	P99        float64 `json:"p99Microseconds"`
	Throughput float64 `json:"megabytesPerSecond"` // in each direction, over 4 connections
}

// latencyWork and throughputWork are done with messages of each size.
func latencyWork(size int) echoWork {
	return echoWork{conns: 1, size: size, pipeline: 1, op: wire.OpBinary}
}

func throughputWork(size int) echoWork {
	return echoWork{conns: 4, size: size, pipeline: max(1, min(32, 64<<10/size)), op: wire.OpBinary}
}

// measureSizes measures all sizes in rounds. In each round every library has its turn
// with a size before the next size comes.
func (r *run) measureSizes(libs string, rounds int, lasting time.Duration) {
	fmt.Println("\nsizes: latency and throughput, client and server in processes of their own")
	servers := map[string]*serverProcess{}
	for _, lib := range libraries {
		if !matches(libs, lib.name) {
			continue
		}
		s, err := startServer(lib.name)
		if err != nil {
			fmt.Fprintln(os.Stderr, "bench: sizes:", err)
			continue
		}
		defer s.stop()
		servers[lib.name] = s
	}
	type key struct {
		library string
		size    int
	}
	latencies, throughputs := map[key][]result{}, map[key][]result{}
	for range rounds {
		for _, size := range sizes {
			for _, lib := range libraries {
				s := servers[lib.name]
				if s == nil {
					continue
				}
				latency, err := latencyWork(size).against(s.address, lib.name, lasting)
				if err == nil {
					var throughput result
					throughput, err = throughputWork(size).against(s.address, lib.name, lasting)
					throughputs[key{lib.name, size}] = append(throughputs[key{lib.name, size}], throughput)
				}
				if err != nil {
					fmt.Fprintln(os.Stderr, "bench: sizes:", err)
					continue
				}
				latencies[key{lib.name, size}] = append(latencies[key{lib.name, size}], latency)
			}
		}
	}
	for _, lib := range libraries {
		for _, size := range sizes {
			k := key{lib.name, size}
			if len(latencies[k]) == 0 {
				continue
			}
			s := summarize("", lib.name, latencies[k])
			rate := median(throughputs[k], func(r result) float64 { return r.rate })
			one := sizeSummary{Library: lib.name, Size: size, P50: s.P50, P99: s.P99, Throughput: rate * float64(size) / 1e6}
			r.Sizes = append(r.Sizes, one)
			fmt.Printf("  %-14s %8d octets: p50 %8.1f µs, p99 %8.1f µs, %8.1f MB/s\n", one.Library, one.Size, one.P50, one.P99, one.Throughput)
		}
	}
}

// A serverProcess is this program as the server of a library.
type serverProcess struct {
	command *exec.Cmd
	stdin   io.Closer
	address string
}

func startServer(library string) (*serverProcess, error) {
	s := &serverProcess{command: exec.Command(os.Args[0], "-serve", library)}
	s.command.Stderr = os.Stderr
	stdin, err := s.command.StdinPipe()
	if err != nil {
		return nil, err
	}
	s.stdin = stdin
	stdout, err := s.command.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := s.command.Start(); err != nil {
		return nil, err
	}
	line, err := bufio.NewReader(stdout).ReadString('\n')
	if err != nil {
		s.stop()
		return nil, fmt.Errorf("the server of %s did not start: %w", library, err)
	}
	s.address = strings.TrimSpace(line)
	return s, nil
}

// stop ends the process, which waits for the end of its input.
func (s *serverProcess) stop() {
	_ = s.stdin.Close()
	_ = s.command.Wait()
}

// serveUntilEOF is the other process: it prints its address and serves.
func serveUntilEOF(name string) error {
	i := slices.IndexFunc(libraries, func(lib library) bool { return lib.name == name })
	if i < 0 {
		return fmt.Errorf("no library %q", name)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	defer l.Close()
	go libraries[i].serve(l, plain)
	fmt.Println(l.Addr())
	_, err = io.Copy(io.Discard, os.Stdin)
	return err
}

// sizeTables returns the results as tables.
func (r *run) sizeTables() string {
	if len(r.Sizes) == 0 {
		return ""
	}
	var b strings.Builder
	for _, table := range sizeFigures {
		fmt.Fprintf(&b, "\n**%s**: %s\n\n|", table.name, table.what)
		for _, size := range sizes {
			fmt.Fprintf(&b, " | %s", octets(size))
		}
		b.WriteString(" |\n| ---" + strings.Repeat(" | ---:", len(sizes)) + " |\n")
		for _, lib := range libraries {
			line := r.sizesOf(lib.name)
			if len(line) == 0 {
				continue
			}
			fmt.Fprintf(&b, "| %s", lib.name)
			for _, one := range line {
				fmt.Fprintf(&b, " | %s", threeDigits(table.of(one)))
			}
			b.WriteString(" |\n")
		}
	}
	return b.String()
}

func (r *run) sizesOf(library string) (line []sizeSummary) {
	for _, one := range r.Sizes {
		if one.Library == library {
			line = append(line, one)
		}
	}
	return line
}

// threeDigits shows a number without an exponent.
func threeDigits(v float64) string {
	if v >= 100 {
		return fmt.Sprintf("%.0f", v)
	}
	return fmt.Sprintf("%.3g", v)
}

// octets shows a size.
func octets(size int) string {
	switch {
	case size >= 1<<20:
		return fmt.Sprintf("%d MiB", size>>20)
	case size >= 1<<10:
		return fmt.Sprintf("%d KiB", size>>10)
	}
	return fmt.Sprint(size)
}
