package main

import (
	"encoding/xml"
	"errors"
	"io"
	"os"
	"strings"
	"testing"
	"time"
)

// TestMain lets the test be the server of a library, as the program is.
func TestMain(m *testing.M) {
	if len(os.Args) == 3 && os.Args[1] == "-serve" {
		exit(serveUntilEOF(os.Args[2]))
		return
	}
	os.Exit(m.Run())
}

// Every library does all its work, and the forms have it in them.
func TestWorks(t *testing.T) {
	r := &run{raw: map[string][]result{}}
	for _, w := range works {
		for _, lib := range libraries {
			if !w.can(lib) || w.name == "broadcast" && testing.Short() {
				continue
			}
			one, err := w.run(lib, time.Millisecond)
			if err != nil {
				t.Errorf("%s: %v", w.name, err)
				continue
			}
			if one.rate <= 0 || one.processor <= 0 {
				t.Errorf("%s, %s: %+v", w.name, lib.name, one)
			}
			key := w.name + "/" + lib.name
			r.raw[key] = append(r.raw[key], one)
			r.Summaries = append(r.Summaries, summarize(w.name, lib.name, r.raw[key]))
		}
	}
	if text := r.markdown(); !strings.Contains(text, "| ref |") || !strings.Contains(text, "goals met") {
		t.Errorf("tables:\n%s", text)
	}
	if len(r.plots()) != len(works) || !strings.Contains(r.benchstat(), "Benchmark/echo-128x200/ref 1 ") {
		t.Error("a form lacks work")
	}
}

// Client and server are two processes. Every size is measured, drawn and listed.
func TestSizes(t *testing.T) {
	r := &run{raw: map[string][]result{}}
	r.measureSizes("^(floor|ref)$", 1, time.Millisecond)
	if len(r.Sizes) != 2*len(sizes) {
		t.Fatalf("%d results: %+v", len(r.Sizes), r.Sizes)
	}
	for _, one := range r.Sizes {
		if one.P50 <= 0 || one.P99 < one.P50 || one.Throughput <= 0 {
			t.Errorf("%+v", one)
		}
	}
	plots := r.plots()
	for _, figure := range sizeFigures {
		svg := plots[figure.name+".svg"]
		for d := xml.NewDecoder(strings.NewReader(svg)); ; {
			if _, err := d.Token(); errors.Is(err, io.EOF) {
				break
			} else if err != nil {
				t.Fatalf("%s: %v", figure.name, err)
			}
		}
		if strings.Count(svg, "<polyline") != 2 || !strings.Contains(svg, ">64 KiB<") {
			t.Errorf("%s:\n%s", figure.name, svg)
		}
		if text := r.markdown(); !strings.Contains(text, "**"+figure.name+"**") || !strings.Contains(text, "| 64 KiB |") {
			t.Errorf("%s is not in the tables:\n%s", figure.name, text)
		}
	}
}

// Idle memory is measured with as many connections as the process may open, or not at
// all; and with no more than fit into half of the memory.
func TestIdleWithinLimits(t *testing.T) {
	if err := descriptorsFor(1); err != nil {
		t.Error(err)
	}
	if err := descriptorsFor(1 << 40); err == nil || !strings.Contains(err.Error(), "ulimit -n") {
		t.Errorf("more descriptors than there can be: %v", err)
	}
	for _, tt := range []struct {
		octets    float64
		available uint64
		want      int
	}{
		{7000, 8 << 30, 10_000},
		{1 << 20, 8 << 30, 4096},
		{1 << 20, 1 << 20, trial},
		{1 << 20, 0, 10_000}, // where the memory is not known
	} {
		if got := idleConns(10_000, tt.octets, tt.available); got != tt.want {
			t.Errorf("%v octets each of %d: %d connections, want %d", tt.octets, tt.available, got, tt.want)
		}
	}
}

func TestCompareRatios(t *testing.T) {
	before := map[string]float64{"echo/ref": 1, "echo/ref-stream": 2}
	if err := compareRatios(before, map[string]float64{"echo/ref": 1.14, "echo/ref-stream": 2.2}); err != nil {
		t.Error(err)
	}
	if err := compareRatios(before, map[string]float64{"echo/ref": 1.16}); err == nil || !strings.Contains(err.Error(), "echo/ref costs 1.16") {
		t.Errorf("a loss of 16%%: %v", err)
	}
	if compareRatios(before, map[string]float64{"other": 1}) == nil {
		t.Error("nothing was compared, and that is fine")
	}
}
