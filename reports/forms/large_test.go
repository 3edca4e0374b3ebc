package forms

import (
	"strings"
	"testing"

	"github.com/wsspec/wsspec/reports/internal/fixture"
)

// TestFormsOfAVeryLongTranscriptAreSmall has a peer that sent a hundred thousand
// frames, 100 MB in all, each an event.
func TestFormsOfAVeryLongTranscriptAreSmall(t *testing.T) {
	r := fixture.Sample()
	res := &r.Results[2]
	frame := fixture.Conversation()[4]
	frame.Octets = make([]byte, 1024)
	frame.Length = 1024
	for range 100_000 {
		res.Transcript = append(res.Transcript, frame)
		res.Observed = append(res.Observed, "text message of 1016 octets")
	}
	res.Observed[0] = strings.Repeat("long ", 100_000)
	res.Explanation = strings.Repeat("<long> ", 100_000)
	for _, f := range files() {
		if f.Name == "json" {
			continue
		}
		text := fixture.Drawn(t, f.Write, r)
		if f.Name == "html" {
			text += strings.Join(fixture.BlocksOf(t, text), "")
			if !strings.Contains(text, "99,977 more") && !strings.Contains(text, "99,979 more") {
				t.Error("the page does not say how many events it left out")
			}
		}
		if len(text) > 4<<20 {
			t.Errorf("%s has %d octets", f.Name, len(text))
		}
	}
}
