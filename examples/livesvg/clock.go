package main

import (
	"bytes"
	"fmt"
	"time"
)

// draw returns a clock with the time as SVG. It uses the colours of the page, so that it
// is visible in dark mode, and has a label for screen readers.
func draw(now time.Time) []byte {
	var b bytes.Buffer
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="-52 -52 104 104" role="img" aria-label="It is %s."`, now.Format("15:04:05"))
	fmt.Fprint(&b, ` fill="none" stroke="currentColor" stroke-linecap="round"><circle r="50" stroke-width="2"/>`)
	for hour := range 12 {
		stroke(&b, "mark", 42, 46, 2, float64(hour)/12)
	}
	seconds := float64(now.Second())
	minutes := float64(now.Minute()) + seconds/60
	hours := float64(now.Hour()%12) + minutes/60
	stroke(&b, "hours", 0, 26, 4, hours/12)
	stroke(&b, "minutes", 0, 38, 3, minutes/60)
	stroke(&b, "seconds", -8, 40, 1, seconds/60)
	fmt.Fprint(&b, `</svg>`)
	return b.Bytes()
}

// stroke draws a line from the centre outwards, rotated by a fraction of a full turn.
func stroke(b *bytes.Buffer, class string, from, to, width int, turn float64) {
	fmt.Fprintf(b, `<path class="%s" d="M0 %dV%d" stroke-width="%d" transform="rotate(%.1f)"/>`, class, -from, -to, width, 360*turn)
}
