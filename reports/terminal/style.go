package terminal

import (
	"fmt"
	"strings"

	"github.com/wsspec/wsspec/conformance/verdict"
)

// A Style says how lines look. The zero value has neither colours nor a width.
type Style struct {
	// Colour: the lines have colours, as ANSI escape sequences.
	Colour bool
	// Width is how many columns a line may take; 0 means any number.
	Width int
}

// The numbers of ANSI colours.
const (
	bold    = 1
	dim     = 2
	red     = 31
	green   = 32
	yellow  = 33
	magenta = 35
)

var colours = map[verdict.Verdict]int{
	verdict.Pass: green, verdict.Warn: yellow, verdict.Fail: red, verdict.Error: magenta, verdict.NotRun: yellow,
}

// paint gives a text a colour.
func (s Style) paint(colour int, text string) string {
	if !s.Colour || colour == 0 || text == "" {
		return text
	}
	return fmt.Sprintf("\x1b[%dm%s\x1b[0m", colour, text)
}

// Word is a verdict at the beginning of a line.
func (s Style) Word(v verdict.Verdict) string {
	return s.paint(colours[v], strings.ToUpper(string(v)))
}

// Strong makes a text bold.
func (s Style) Strong(text string) string { return s.paint(bold, text) }

// Verdict gives a text the colour of a verdict.
func (s Style) Verdict(v verdict.Verdict, text string) string { return s.paint(colours[v], text) }

// most is how many columns are left of the width behind those that are taken, or as many
// as a log has room for.
func (s Style) most(taken, log int) int {
	if s.Width <= 0 {
		return log
	}
	return max(s.Width-taken, 20)
}

// logLine is how many characters a line of a log may have.
const logLine = 400

// A Finding is one case that did not pass.
type Finding struct {
	Verdict verdict.Verdict
	// Agent is empty where there is only one.
	Agent, ID, Title string
	// Explanation says why, in a few sentences. The line has the first one.
	Explanation string
}

// Finding is the finding in one line: "FAIL 3.2 a text frame with RSV2 set: Text message
// …".
func (s Style) Finding(f Finding) string {
	name := CleanLine(strings.TrimSpace(f.Agent + " " + f.ID))
	word := strings.ToUpper(string(f.Verdict))
	rest := Cut(CleanLine(f.Title)+": "+FirstSentence(CleanLine(f.Explanation)), s.most(len(word)+len([]rune(name))+2, logLine))
	return s.Word(f.Verdict) + " " + s.Strong(name) + " " + rest
}
