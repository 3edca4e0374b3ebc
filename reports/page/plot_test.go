package page

import (
	"strings"
	"testing"

	"github.com/wsspec/wsspec/reports/internal/fixture"
)

func TestPlotsOfWhatWasMeasured(t *testing.T) {
	r := fixture.Measured("alpha", "beta")
	plots := newPlots(r)
	var titles []string
	for _, p := range plots {
		titles = append(titles, p.Title)
		for _, s := range p.Series {
			for _, m := range s.Marks {
				if m.X < plotLeft || m.X > plotWidth-plotRight || m.Y < plotTop || m.Y > plotHeight-plotBottom {
					t.Errorf("%s: a mark is outside at %v, %v", p.Title, m.X, m.Y)
				}
			}
			if len(s.Marks) != 5 {
				t.Errorf("%s: %d marks for 5 measurements of %s", p.Title, len(s.Marks), s.Name)
			}
		}
		if len(p.Series) != 2 || p.Shapes()[p.Series[0].Index] == p.Shapes()[p.Series[1].Index] {
			t.Errorf("%s: series are %v", p.Title, p.Series)
		}
	}
	if got, want := strings.Join(titles, "; "), "Size and speed: time; Compression: time; Compression: ratio"; got != want {
		t.Errorf("plots are %s", got)
	}
	if got, want := plots[0].Series[0].Marks[0].Words, "alpha (server), case 9.1.1: 10 × 64 octets, 0.101 ms each"; got != want {
		t.Errorf("a mark says %q", got)
	}
	if page := htmlOf(t, r); strings.Count(page, "<title>alpha (server), case 9.1.1") != 1 {
		t.Error("the page does not draw what was measured")
	}
}

func TestPlotsLeaveOutWhatCannotBeDrawn(t *testing.T) {
	r := fixture.Measured("alpha")
	for i := range r.Results {
		r.Results[i].Stats.ElapsedMs = 0
	}
	if plots := newPlots(r); len(plots) != 0 {
		t.Errorf("%d plots of measurements without a time", len(plots))
	}
}
