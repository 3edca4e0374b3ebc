package reports

import (
	"bytes"
	"html/template"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// The drawing is, to the last octet, that of html/template.
func TestTimelineIsDrawnAsItsTemplateHasIt(t *testing.T) {
	twin := template.Must(template.ParseFiles("testdata/timeline.html"))
	drawings := 0
	for _, r := range []*Report{sample(), large(1)} {
		for i := range r.Results {
			res := &r.Results[i]
			for _, room := range []room{{400, 2048}, {6, 16}, {1, 1}, {}} {
				line := newTimeline(res, room)
				var want, got bytes.Buffer
				if err := twin.Execute(&want, line); err != nil {
					t.Fatal(err)
				}
				line.draw(&got)
				// The only character that html/template escapes for other places.
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

// Nothing of a peer's becomes markup.
func TestTimelineEscapes(t *testing.T) {
	const nasty = "</pre><script>alert(1)</script>&\"'\x00"
	res := &Result{Agent: nasty, Transcript: []Entry{{Dir: Received, Kind: KindFrame, Text: nasty, Octets: []byte(nasty), Length: 99, SHA256: nasty, Frame: &Frame{MaskKey: nasty, Masked: true}}}}
	res.Departs = &Departure{Entry: 0, Octet: 3}
	for _, kind := range []Kind{KindFrame, KindRequest, nasty} {
		res.Transcript[0].Kind, res.Transcript[0].Dir = kind, Direction(kind)
		var b bytes.Buffer
		newTimeline(res, room{4, 40}).draw(&b)
		if got := b.String(); strings.Contains(got, "<script") || strings.Contains(got, "\x00") || strings.Contains(got, `"'`) {
			t.Errorf("%s", got)
		}
	}
}
