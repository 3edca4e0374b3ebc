package page

import (
	"strings"
	"time"

	"github.com/wsspec/wsspec/reports"
	"github.com/wsspec/wsspec/reports/internal/wording"
)

// An aboutLine is one fact about the run.
type aboutLine struct {
	Name, Value string
	// Copy says that the value gets a button to copy it.
	Copy bool
}

func newAbout(r *reports.Report, s reports.Summary) []aboutLine {
	lines := []aboutLine{
		{"Tool", strings.TrimSpace(r.Tool.Name + " " + r.Tool.Version), false},
		{"Profile", r.Profile, false},
		{"Started", r.Started.UTC().Format("2 January 2006, 15:04:05 UTC"), false},
		{"Took", (time.Duration(r.DurationMs * float64(time.Millisecond))).Round(time.Millisecond).String(), false},
		{"Cases", wording.Counted(s.Cases, "result"), false},
	}
	if r.LeftOut > 0 {
		lines = append(lines, aboutLine{"Transcripts", "no room for those of " + wording.Counted(r.LeftOut, "case") + "; a run with --transcripts DIR or --keep-journal keeps them", false})
	}
	if s.Flaky > 0 {
		lines = append(lines, aboutLine{"Flaky", wording.Counted(s.Flaky, "case"), false})
	}
	if len(r.Command) > 0 {
		lines = append(lines, aboutLine{"Run again", wording.ShellWords(r.Command), true})
	}
	return lines
}
