package main

import (
	"fmt"
	"strings"
)

// plots returns a bar chart for each work: the processor time for a message.
func (r *run) plots() map[string]string {
	out := map[string]string{}
	for _, w := range works {
		var bars []summary
		most := 0.0
		for _, lib := range libraries {
			if s, ok := r.find(w.name, lib.name); ok {
				bars = append(bars, s)
				most = max(most, s.Processor)
			}
		}
		if len(bars) == 0 {
			continue
		}
		const row, left, width = 24, 120, 480
		height := 48 + row*len(bars)
		var b strings.Builder
		fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" width="720" height="%d" viewBox="0 0 720 %d" font-family="sans-serif" font-size="13" role="img" aria-label="%s">`+"\n", height, height, w.what)
		fmt.Fprintf(&b, `<rect width="720" height="%d" fill="#fff"/><text x="8" y="22" font-weight="bold">%s: processor time for a message, less is better</text>`+"\n", height, w.what)
		for i, s := range bars {
			y, colour := 40+row*i, "#8aa"
			switch {
			case s.Library == "floor":
				colour = "#bbb"
			case strings.HasPrefix(s.Library, "ref"):
				colour = "#26c"
			}
			fmt.Fprintf(&b, `<text x="%d" y="%d" text-anchor="end">%s</text><rect x="%d" y="%d" width="%.1f" height="16" fill="%s"/><text x="%.1f" y="%d">%s</text>`+"\n",
				left-8, y+13, s.Library, left, y, s.Processor/most*width, colour, left+s.Processor/most*width+6, y+13, duration(s.Processor))
		}
		b.WriteString("</svg>\n")
		out[w.name+".svg"] = b.String()
	}
	for name, svg := range r.sizePlots() {
		out[name] = svg
	}
	return out
}

// beginPlot begins a plot that is 720 wide, with a title.
func beginPlot(height int, label, title string) string {
	return fmt.Sprintf(`<svg xmlns="http://www.w3.org/2000/svg" width="720" height="%d" viewBox="0 0 720 %d" font-family="sans-serif" font-size="13" role="img" aria-label="%s">`+"\n"+
		`<rect width="720" height="%d" fill="#fff"/><text x="8" y="22" font-weight="bold">%s</text>`+"\n", height, height, label, height, title)
}

// duration shows nanoseconds with three digits.
func duration(ns float64) string {
	switch {
	case ns >= 1e6:
		return fmt.Sprintf("%.3g ms", ns/1e6)
	case ns >= 1e3:
		return fmt.Sprintf("%.3g µs", ns/1e3)
	}
	return fmt.Sprintf("%.0f ns", ns)
}
