// Bench measures package ref beside other Go libraries: the same work, in one
// process, in interleaved rounds. See README.md.
package main

import (
	"encoding/json"
	"flag"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"runtime/pprof"
	"slices"
	"strings"
	"time"
)

// A run is everything that was measured.
type run struct {
	Go        string                        `json:"go"`
	Machine   string                        `json:"machine"`
	Rounds    int                           `json:"rounds"`
	Summaries []summary                     `json:"summaries"`
	Sizes     []sizeSummary                 `json:"sizes,omitempty"`
	Idle      map[string]map[string]float64 `json:"idleOctets,omitempty"`
	Micro     map[string]float64            `json:"micro,omitempty"`
	raw       map[string][]result           // by work and library
}

func (r *run) find(workName, library string) (summary, bool) {
	for _, s := range r.Summaries {
		if s.Work == workName && s.Library == library {
			return s, true
		}
	}
	return summary{}, false
}

func main() {
	only := flag.String("run", "", "only work whose name matches this pattern; sizes, idle and micro are names too")
	libs := flag.String("lib", "", "only libraries whose name matches this pattern")
	rounds := flag.Int("rounds", 5, "how many interleaved rounds")
	lasting := flag.Duration("time", time.Second, "how long a library works in a round")
	idle := flag.Int("idle", 10000, "how many connections idle memory is measured with")
	out := flag.String("out", "", "folder for bench.json, bench.txt (for benchstat), bench.md and plots")
	baseline := flag.String("check", "", "compare with the ratios in this file, and fail on a loss of more than 15%")
	write := flag.String("write-check", "", "write the ratios to this file")
	profile := flag.String("cpuprofile", "", "file for a profile of the processor")
	clients := flag.Int("idle-clients", 0, "used by idle")
	address := flag.String("idle-address", "", "used by idle")
	kind := flag.Int("idle-compression", 0, "used by idle")
	serving := flag.String("serve", "", "used by sizes")
	flag.Parse()
	if *serving != "" {
		exit(serveUntilEOF(*serving))
		return
	}
	if *clients > 0 {
		exit(idleClients(*address, *clients, compression(*kind)))
		return
	}
	if *profile != "" {
		f, err := os.Create(*profile)
		exit(err)
		exit(pprof.StartCPUProfile(f))
		defer pprof.StopCPUProfile()
	}
	r := &run{Go: runtime.Version(), Machine: fmt.Sprintf("%s/%s, %d processors", runtime.GOOS, runtime.GOARCH, runtime.NumCPU()), Rounds: *rounds, raw: map[string][]result{}}
	r.measure(*only, *libs, *rounds, *lasting)
	if matches(*only, "sizes") {
		r.measureSizes(*libs, *rounds, *lasting/10) // there are 8 sizes
	}
	if matches(*only, "idle") {
		r.measureIdle(*libs, *idle)
	}
	if matches(*only, "micro") {
		r.Micro = micro()
		for _, name := range slices.Sorted(maps.Keys(r.Micro)) {
			fmt.Printf("%-22s %8.4g\n", name, r.Micro[name])
		}
	}
	fmt.Print(r.printGoals())
	if *out != "" {
		exit(r.write(*out))
	}
	if *write != "" {
		exit(r.writeRatios(*write))
	}
	if *baseline != "" {
		exit(r.checkRatios(*baseline))
	}
}

func exit(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func matches(pattern, name string) bool {
	ok, err := regexp.MatchString(pattern, name)
	exit(err)
	return ok
}

// measure does all work in rounds: in each round every library has its turn.
func (r *run) measure(only, libs string, rounds int, lasting time.Duration) {
	for _, w := range works {
		if !matches(only, w.name) {
			continue
		}
		fmt.Printf("\n%s: %s\n", w.name, w.what)
		for range rounds {
			for _, lib := range libraries {
				if !matches(libs, lib.name) || !w.can(lib) {
					continue
				}
				one, err := w.run(lib, lasting)
				if err != nil {
					fmt.Fprintln(os.Stderr, "bench:", w.name, err)
					continue
				}
				key := w.name + "/" + lib.name
				r.raw[key] = append(r.raw[key], one)
			}
		}
		for _, lib := range libraries {
			if results := r.raw[w.name+"/"+lib.name]; len(results) > 0 {
				s := summarize(w.name, lib.name, results)
				r.Summaries = append(r.Summaries, s)
				fmt.Printf("  %-14s %9.0f /s %9.0f ns of processor %7.1f allocations %9.0f octets", s.Library, s.Rate, s.Processor, s.Allocations, s.Allocated)
				if s.P50 > 0 {
					fmt.Printf("   p50 %6.0f µs, p99 %6.0f µs", s.P50, s.P99)
				}
				fmt.Println()
			}
		}
	}
}

func (r *run) measureIdle(libs string, conns int) {
	if err := descriptorsFor(conns); err != nil {
		fmt.Println("\nSKIP idle:", err)
		return
	}
	r.Idle = map[string]map[string]float64{}
	for _, c := range []compression{plain, noTakeover, takeover} {
		name := []string{"plain", "takeover", "without takeover"}[c]
		fmt.Printf("\nidle, %s: octets of memory for one of %d connections\n", name, conns)
		r.Idle[name] = map[string]float64{}
		for _, lib := range append([]library{{"bare", serveBare, nil}}, libraries...) {
			if !matches(libs, lib.name) || lib.name == "ref-stream" || lib.name == "coder-stream" || c != plain && !lib.compresses[c] {
				continue
			}
			octets, measured, err := idleMemoryWithin(lib, conns, c)
			if err != nil {
				fmt.Fprintln(os.Stderr, "bench: idle:", err)
				continue
			}
			r.Idle[name][lib.name] = octets
			fmt.Printf("  %-14s %9.0f", lib.name, octets)
			if measured < conns {
				fmt.Printf(", with %d connections: more would take too much memory", measured)
			}
			fmt.Println()
		}
	}
}

// write writes all forms of the results.
func (r *run) write(folder string) error {
	if err := os.MkdirAll(folder, 0o777); err != nil {
		return err
	}
	octets, err := json.MarshalIndent(r, "", "\t")
	if err != nil {
		return err
	}
	files := map[string]string{"bench.json": string(octets) + "\n", "bench.txt": r.benchstat(), "bench.md": r.markdown()}
	for name, svg := range r.plots() {
		files[name] = svg
	}
	for name, text := range files {
		if err := os.WriteFile(filepath.Join(folder, name), []byte(text), 0o666); err != nil {
			return err
		}
	}
	return nil
}

// benchstat returns every round as a line of Go's benchmark format.
func (r *run) benchstat() string {
	var b strings.Builder
	for _, key := range slices.Sorted(maps.Keys(r.raw)) {
		for _, one := range r.raw[key] {
			fmt.Fprintf(&b, "Benchmark/%s 1 %.0f ns/op %.1f cpu-ns/op %.1f allocs/op %.0f B/op\n", key, 1e9/one.rate, one.processor, one.allocations, one.allocated)
		}
	}
	return b.String()
}

// markdown returns the medians as tables.
func (r *run) markdown() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s, %s, %d interleaved rounds. The processor time for a message is that of server and client, and the least of the rounds; the rest are medians.\n", r.Machine, r.Go, r.Rounds)
	for _, w := range works {
		header := false
		for _, lib := range libraries {
			s, ok := r.find(w.name, lib.name)
			if !ok {
				continue
			}
			if !header {
				fmt.Fprintf(&b, "\n**%s**: %s\n\n| | per second | processor, ns | allocations | p50, µs | p99, µs |\n| --- | ---: | ---: | ---: | ---: | ---: |\n", w.name, w.what)
				header = true
			}
			fmt.Fprintf(&b, "| %s | %.0f | %.0f | %.1f | %s | %s |\n", s.Library, s.Rate, s.Processor, s.Allocations, orDash(s.P50), orDash(s.P99))
		}
	}
	b.WriteString(r.sizeTables())
	for _, name := range slices.Sorted(maps.Keys(r.Idle)) {
		fmt.Fprintf(&b, "\n**idle, %s**: octets for a connection\n\n| | octets |\n| --- | ---: |\n", name)
		for _, lib := range slices.Sorted(maps.Keys(r.Idle[name])) {
			fmt.Fprintf(&b, "| %s | %.0f |\n", lib, r.Idle[name][lib])
		}
	}
	fmt.Fprintf(&b, "\n```\n%s```\n", r.printGoals())
	return b.String()
}

func orDash(v float64) string {
	if v == 0 {
		return ""
	}
	return fmt.Sprintf("%.0f", v)
}
