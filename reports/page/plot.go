package page

import (
	"fmt"
	"math"
	"slices"

	"github.com/wsspec/wsspec/reports"
	"github.com/wsspec/wsspec/reports/internal/wording"
)

// The plots' size in SVG units, with room for the axes' labels.
const (
	plotWidth, plotHeight = 560.0, 300.0
	plotLeft, plotRight   = 62.0, 26.0
	plotTop, plotBottom   = 12.0, 36.0
)

// A plot is a chart of measurements: one mark for each case and peer.
type plot struct {
	Title, About string
	// XName and YName say what the axes are; both are logarithmic.
	XName, YName string
	XTicks       []plotTick
	YTicks       []plotTick
	Series       []plotSeries
}

// A plotMark is one measurement with its coordinates.
type plotMark struct {
	X, Y  float64
	Words string
}

// A plotTick is a grid line with its label.
type plotTick struct {
	At    float64
	Label string
}

// A plotSeries has the marks of one peer, with its name and shape.
type plotSeries struct {
	Name  string
	Index int
	Marks []plotMark
}

// Shapes are the shapes of the marks, by the index of the series.
func (p plot) Shapes() []string { return plotShapes }

// plotShapes distinguish the series without colour. Each is drawn around 0,0.
var plotShapes = []string{
	"M-3.5 0a3.5 3.5 0 1 0 7 0a3.5 3.5 0 1 0-7 0z",  // disc
	"M-3.2-3.2h6.4v6.4h-6.4z",                       // square
	"M0-4.2 4 3.2H-4z",                              // triangle
	"M0-4.6 4.6 0 0 4.6-4.6 0z",                     // diamond
	"M-1.2-4.2h2.4v3h3v2.4h-3v3h-2.4v-3h-3v-2.4h3z", // plus
	"M0 4.2-4-3.2H4z",                               // triangle downwards
}

// A measurement is one value to plot.
type measurement struct {
	x, y   float64
	series int
	words  string
}

// newPlots makes the plots of each section with measurements: the time of a message
// by its size, and with compression the ratio by its size.
func newPlots(r *reports.Report) []plot {
	series := make(map[reports.Peer]int)
	var names []plotSeries
	times := make(map[string][]measurement)
	ratios := make(map[string][]measurement)
	var sections []string
	for i := range r.Results {
		res := &r.Results[i]
		s := res.Stats
		if s == nil || s.MessageOctets <= 0 || s.Messages <= 0 || s.ElapsedMs <= 0 {
			continue
		}
		if _, ok := series[res.Peer()]; !ok {
			index := len(names)
			series[res.Peer()] = index
			names = append(names, plotSeries{Name: fmt.Sprintf("%s (%s)", res.Agent, res.Role), Index: index % len(plotShapes)})
		}
		section := reports.SectionOf(res.ID)
		if !slices.Contains(sections, section) {
			sections = append(sections, section)
		}
		each := s.ElapsedMs / float64(s.Messages)
		size := float64(s.MessageOctets)
		who := fmt.Sprintf("%s, case %s", names[series[res.Peer()]].Name, res.ID)
		times[section] = append(times[section], measurement{size, each, series[res.Peer()],
			fmt.Sprintf("%s: %s × %s octets, %.3g ms each", who, wording.Grouped(int(s.Messages)), wording.Grouped(int(s.MessageOctets)), each)})
		if s.SentPayloadOctets > 0 && s.SentWireOctets < s.SentPayloadOctets {
			ratio := float64(s.SentWireOctets) / float64(s.SentPayloadOctets)
			ratios[section] = append(ratios[section], measurement{size, ratio, series[res.Peer()],
				fmt.Sprintf("%s: %.3g wire octets per payload octet", who, ratio)})
		}
	}
	slices.SortFunc(sections, reports.CompareIDs)
	var plots []plot
	for _, section := range sections {
		plots = append(plots, newPlot(reports.SectionTitle(section)+": time", "ms per message, there and back", times[section], names))
		if len(ratios[section]) > 0 {
			plots = append(plots, newPlot(reports.SectionTitle(section)+": ratio", "wire octets per payload octet", ratios[section], names))
		}
	}
	return plots
}

func newPlot(title, y string, all []measurement, names []plotSeries) plot {
	p := plot{Title: title, XName: "octets in a message", YName: y, About: fmt.Sprintf("%s against octets in a message, %s", y, wording.Counted(len(all), "measurement"))}
	minX, maxX := decades(all, func(m measurement) float64 { return m.x })
	minY, maxY := decades(all, func(m measurement) float64 { return m.y })
	x := func(v float64) float64 {
		return plotLeft + (math.Log10(v)-minX)/(maxX-minX)*(plotWidth-plotLeft-plotRight)
	}
	y0 := func(v float64) float64 {
		return plotHeight - plotBottom - (math.Log10(v)-minY)/(maxY-minY)*(plotHeight-plotTop-plotBottom)
	}
	marks := make([][]plotMark, len(names))
	for _, m := range all {
		marks[m.series] = append(marks[m.series], plotMark{round(x(m.x)), round(y0(m.y)), m.words})
	}
	for i, n := range names {
		if n.Marks = marks[i]; len(n.Marks) > 0 {
			p.Series = append(p.Series, n)
		}
	}
	for d := minX; d <= maxX; d++ {
		p.XTicks = append(p.XTicks, plotTick{round(x(math.Pow(10, d))), tickLabel(d)})
	}
	for d := minY; d <= maxY; d++ {
		p.YTicks = append(p.YTicks, plotTick{round(y0(math.Pow(10, d))), tickLabel(d)})
	}
	return p
}

// decades returns the powers of ten below and above all values.
func decades(all []measurement, value func(measurement) float64) (low, high float64) {
	low, high = math.Inf(1), math.Inf(-1)
	for _, m := range all {
		v := math.Log10(value(m))
		low, high = min(low, math.Floor(v)), max(high, math.Ceil(v))
	}
	if low == high {
		high++
	}
	return low, high
}

// tickLabel writes a power of ten: "0.01", "1", "10 k", "1 M".
func tickLabel(power float64) string {
	switch {
	case power >= 6:
		return fmt.Sprintf("%g M", math.Pow(10, power-6))
	case power >= 3:
		return fmt.Sprintf("%g k", math.Pow(10, power-3))
	default:
		return fmt.Sprintf("%g", math.Pow(10, power))
	}
}

func round(v float64) float64 { return math.Round(v*10) / 10 }
