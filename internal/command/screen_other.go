//go:build !windows

package command

import "os"

// canColour reports whether a terminal reads escape sequences, as all do here.
func canColour(*os.File) bool { return true }
