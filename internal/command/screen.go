package command

import (
	"io"
	"os"

	"golang.org/x/term"

	"github.com/wsspec/wsspec/reports/terminal"
)

// A screen is what is known of the place where the lines of a run go.
type screen struct {
	file *os.File
	// moves: the cursor may move, so that a line can change.
	moves bool
	// colour: lines have colours.
	colour bool
}

// screenAt finds out about w from what it is and from the environment.
func screenAt(w io.Writer, getenv func(string) string) screen {
	file := terminalOf(w)
	s := screenFor(file != nil, getenv)
	s.file = file
	if s.colour && file != nil && !canColour(file) {
		s.colour, s.moves = false, false
	}
	return s
}

// screenFor decides what a place gets. NO_COLOR (https://no-color.org) turns colours off
// whatever else is set; FORCE_COLOR and CLICOLOR_FORCE turn them on where there is no
// terminal, as in the log of a CI service. The cursor moves on a terminal alone, and not
// where a CI service keeps what is written.
func screenFor(isTerminal bool, getenv func(string) string) screen {
	on := func(name string) bool {
		v := getenv(name)
		return v != "" && v != "0" && v != "false"
	}
	dumb := getenv("TERM") == "dumb"
	s := screen{moves: isTerminal && !dumb && !on("CI")}
	switch {
	case getenv("NO_COLOR") != "", getenv("FORCE_COLOR") == "0", getenv("FORCE_COLOR") == "false":
	case on("FORCE_COLOR"), on("CLICOLOR_FORCE"):
		s.colour = true
	default:
		s.colour = isTerminal && !dumb && getenv("CLICOLOR") != "0"
	}
	return s
}

// usualWidth is the width of a terminal that does not tell it.
const usualWidth = 80

// style is how lines look at the moment: a terminal may change its width at any time.
func (s screen) style() terminal.Style {
	style := terminal.Style{Colour: s.colour}
	if s.file == nil {
		return style
	}
	columns, _, err := term.GetSize(int(s.file.Fd()))
	if err != nil || columns <= 0 {
		columns = usualWidth
	}
	style.Width = columns
	return style
}
