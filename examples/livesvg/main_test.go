package main

import (
	"context"
	"encoding/xml"
	"flag"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/wsspec/wsspec/examples/internal/trial"
	"github.com/wsspec/wsspec/internal/chromium"
	"github.com/wsspec/wsspec/ref"
	"github.com/wsspec/wsspec/ref/wire"
)

var screenshots = flag.String("screenshots", "", "write screenshots of the page to this `folder`")

func start(t *testing.T, every time.Duration) *trial.Program {
	t.Helper()
	return trial.Start(t, func(ctx context.Context, stdout io.Writer) error {
		return run(ctx, "127.0.0.1:0", every, stdout)
	})
}

// The page shows one drawing after another, as an image with a label.
func TestPage(t *testing.T) {
	trial.NoLeaks(t)
	p := start(t, 20*time.Millisecond)
	tab := chromium.Start(t, 2*time.Minute, 600, 560)
	heard := chromium.Listen(t, tab)
	chromium.Visit(t, tab, p.URL)
	const clock = `document.querySelector("#drawing > svg[role=img]")`
	chromium.Until(t, tab, clock)
	label := chromium.Eval[string](t, tab, clock+`.getAttribute("aria-label")`)
	if !strings.HasPrefix(label, "It is ") {
		t.Errorf("the label of the clock is %q", label)
	}
	chromium.Until(t, tab, clock+`.getAttribute("aria-label") !== "`+label+`"`)
	if n := chromium.Eval[int](t, tab, `document.querySelectorAll("svg").length`); n != 1 {
		t.Errorf("%d clocks", n)
	}
	if width := chromium.Eval[float64](t, tab, clock+`.querySelector(".minutes").getBoundingClientRect().width`); width == 0 {
		t.Error("the hands of the clock are not visible")
	}
	trial.Pictures(t, tab, *screenshots, "livesvg")
	heard.Quiet(t, func(url string) bool { return strings.HasPrefix(url, p.URL) })
	p.Stop()
	chromium.Until(t, tab, `document.getElementById("status").textContent.startsWith("not connected")`)
}

// Drawings are compressed, and the server closes with 1001 when it stops.
func TestPush(t *testing.T) {
	trial.NoLeaks(t)
	p := start(t, time.Millisecond)
	conn := p.Dial("/", &ref.DialOptions{Compression: &ref.Compression{}})
	if !conn.Compressed() {
		t.Error("not compressed")
	}
	for range 10 {
		if _, message, err := conn.Read(trial.Context(t)); err != nil || !strings.HasPrefix(string(message), "<svg") {
			t.Fatalf("read %q, %v", message, err)
		}
	}
	p.Interrupt()
	trial.Closed(t, conn, wire.StatusGoingAway)
}

func TestDraw(t *testing.T) {
	for _, tt := range []struct {
		time                    string
		hours, minutes, seconds string
	}{
		{"00:00:00", "0.0", "0.0", "0.0"},
		{"03:00:00", "90.0", "0.0", "0.0"},
		{"18:30:15", "195.1", "181.5", "90.0"},
		{"23:59:59", "360.0", "359.9", "354.0"},
	} {
		now, err := time.Parse(time.TimeOnly, tt.time)
		if err != nil {
			t.Fatal(err)
		}
		var svg struct {
			XMLName xml.Name `xml:"http://www.w3.org/2000/svg svg"`
			Label   string   `xml:"aria-label,attr"`
			Paths   []struct {
				Class     string `xml:"class,attr"`
				Transform string `xml:"transform,attr"`
			} `xml:"path"`
		}
		if err := xml.Unmarshal(draw(now), &svg); err != nil {
			t.Fatal(err)
		}
		if svg.Label != "It is "+tt.time+"." {
			t.Errorf("%s: label %q", tt.time, svg.Label)
		}
		turned := map[string]string{}
		for _, path := range svg.Paths {
			turned[path.Class] = path.Transform
		}
		for hand, want := range map[string]string{"hours": tt.hours, "minutes": tt.minutes, "seconds": tt.seconds} {
			if turned[hand] != "rotate("+want+")" {
				t.Errorf("%s: the %s are at %s, want %s", tt.time, hand, turned[hand], want)
			}
		}
	}
}

func TestFlagMustBePositive(t *testing.T) {
	if err := run(t.Context(), "127.0.0.1:0", 0, io.Discard); err == nil || !strings.Contains(err.Error(), "-every") {
		t.Errorf("%v, want an error that says what to do", err)
	}
}
