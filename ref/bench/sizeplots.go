package main

import (
	"fmt"
	"math"
	"strings"
)

// sizeFigures are what is drawn and listed over the sizes.
var sizeFigures = []struct {
	name, what, unit string
	of               func(sizeSummary) float64
}{
	{"sizes-latency", "median time of one message there and back, in µs; less is better", "µs", func(s sizeSummary) float64 { return s.P50 }},
	{"sizes-throughput", "megabytes a second in each direction over 4 connections; more is better", "MB/s", func(s sizeSummary) float64 { return s.Throughput }},
}

// lineColours are the colours of the libraries; those of ref are blue.
var lineColours = map[string]string{
	"floor": "#999", "ref": "#0b3d91", "ref-readwrite": "#2f6fd6", "ref-stream": "#7fb0f5", "gorilla": "#b8860b", "coder": "#2e8b57",
	"coder-stream": "#7ccf9c", "gobwas": "#8b3a8b", "gobwas-low": "#c78bc7", "gws": "#c0392b", "xnet": "#444",
}

// sizePlots draws each figure over the size of the messages, both axes logarithmic.
func (r *run) sizePlots() map[string]string {
	out := map[string]string{}
	if len(r.Sizes) == 0 {
		return out
	}
	const height, left, right, top, bottom = 440, 70, 580, 40, 390
	for _, figure := range sizeFigures {
		least, most := math.Inf(1), 0.0
		for _, one := range r.Sizes {
			if v := figure.of(one); v > 0 {
				least, most = min(least, v), max(most, v)
			}
		}
		low, high := math.Floor(math.Log10(least)), math.Ceil(math.Log10(most))
		high = max(high, low+1)
		x := func(i int) float64 { return left + float64(i)*(right-left)/float64(len(sizes)-1) }
		y := func(v float64) float64 {
			return bottom - (math.Log10(v)-low)/(high-low)*(bottom-top)
		}
		var b strings.Builder
		b.WriteString(beginPlot(height, figure.what, figure.name+": "+figure.what))
		for i, size := range sizes {
			fmt.Fprintf(&b, `<line x1="%.1f" y1="%d" x2="%.1f" y2="%d" stroke="#eee"/><text x="%.1f" y="%d" text-anchor="middle">%s</text>`+"\n",
				x(i), top, x(i), bottom, x(i), bottom+18, octets(size))
		}
		for power := low; power <= high; power++ {
			v := math.Pow(10, power)
			fmt.Fprintf(&b, `<line x1="%d" y1="%.1f" x2="%d" y2="%.1f" stroke="#eee"/><text x="%d" y="%.1f" text-anchor="end">%g</text>`+"\n",
				left, y(v), right, y(v), left-6, y(v)+4, v)
		}
		fmt.Fprintf(&b, `<text x="%d" y="%d" text-anchor="middle">octets of a message</text>`+"\n", (left+right)/2, bottom+40)
		row := 0
		for _, lib := range libraries {
			line := r.sizesOf(lib.name)
			if len(line) == 0 {
				continue
			}
			var points []string
			for i, one := range line {
				points = append(points, fmt.Sprintf("%.1f,%.1f", x(i), y(max(least, figure.of(one)))))
			}
			width := 1.5
			if strings.HasPrefix(lib.name, "ref") {
				width = 2.5
			}
			fmt.Fprintf(&b, `<polyline points="%s" fill="none" stroke="%s" stroke-width="%.1f"/>`+"\n", strings.Join(points, " "), lineColours[lib.name], width)
			at := top + 10 + 22*row
			fmt.Fprintf(&b, `<line x1="%d" y1="%d" x2="%d" y2="%d" stroke="%s" stroke-width="%.1f"/><text x="%d" y="%d">%s</text>`+"\n",
				right+16, at, right+40, at, lineColours[lib.name], width, right+46, at+4, lib.name)
			row++
		}
		b.WriteString("</svg>\n")
		out[figure.name+".svg"] = b.String()
	}
	return out
}
