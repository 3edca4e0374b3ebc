package page

import (
	"bytes"
	"html/template"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/wsspec/wsspec/reports"
	"github.com/wsspec/wsspec/reports/internal/fixture"
)

// The drawing is the same as that of the template, octet by octet.
func TestTimelineIsDrawnAsItsTemplateHasIt(t *testing.T) {
	twin := template.Must(template.ParseFiles("testdata/timeline.html"))
	drawings := 0
	for _, r := range []*reports.Report{fixture.Sample(), fixture.Large(1)} {
		for i := range r.Results {
			res := &r.Results[i]
			for _, room := range []room{{400, 2048}, {6, 16}, {1, 1}, {}} {
				line := newTimeline(res, room)
				var want, got bytes.Buffer
				if err := twin.Execute(&want, line); err != nil {
					t.Fatal(err)
				}
				line.draw(&got)
				// html/template escapes this character for attributes without quotes.
				if diff := cmp.Diff(strings.TrimSpace(strings.ReplaceAll(want.String(), "&#43;", "+")), strings.TrimSpace(got.String())); diff != "" {
					t.Fatalf("%s of %s with %+v (-template +drawing):\n%s", res.ID, res.Agent, room, diff)
				}
				drawings++
			}
		}
	}
	if drawings < 2000 {
		t.Errorf("%d drawings compared", drawings)
	}
}

// No text of a peer becomes markup.
func TestTimelineEscapes(t *testing.T) {
	const nasty = "</pre><script>alert(1)</script>&\"'\x00"
	res := &reports.Result{Agent: nasty, Transcript: []reports.Entry{{Dir: reports.Received, Kind: reports.KindFrame, Text: nasty, Octets: []byte(nasty), Length: 99, SHA256: nasty, Frame: &reports.Frame{MaskKey: nasty, Masked: true}}}}
	res.FirstWrong = &reports.Position{Entry: 0, Octet: 3}
	for _, kind := range []reports.Kind{reports.KindFrame, reports.KindRequest, nasty} {
		res.Transcript[0].Kind, res.Transcript[0].Dir = kind, reports.Direction(kind)
		var b bytes.Buffer
		newTimeline(res, room{4, 40}).draw(&b)
		if got := b.String(); strings.Contains(got, "<script") || strings.Contains(got, "\x00") || strings.Contains(got, `"'`) {
			t.Errorf("%s", got)
		}
	}
}
