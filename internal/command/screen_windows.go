package command

import (
	"os"

	"golang.org/x/sys/windows"
)

// canColour makes a console read escape sequences, and reports whether it does.
func canColour(f *os.File) bool {
	var mode uint32
	console := windows.Handle(f.Fd())
	if windows.GetConsoleMode(console, &mode) != nil {
		return false
	}
	return windows.SetConsoleMode(console, mode|windows.ENABLE_VIRTUAL_TERMINAL_PROCESSING) == nil
}
