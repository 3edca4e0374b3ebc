// Package early sets GODEBUG before net/http reads it. It is a part of package
// xconnect.
package early

import (
	"os"
	"strings"
)

// setting is what net/http looks for in GODEBUG.
const setting = "http2xconnect="

// Before is the value that GODEBUG had, and Changed whether it was changed.
var (
	Before, Present = os.LookupEnv("GODEBUG")
	Changed         = set()
)

// set adds the setting to GODEBUG, unless the user has given one.
func set() bool {
	if strings.Contains(Before, setting) {
		return false
	}
	value := setting + "1"
	if Before != "" {
		value = Before + "," + value
	}
	return os.Setenv("GODEBUG", value) == nil
}

// Restore gives GODEBUG its value back, so that processes that are started do not get
// the setting.
func Restore() {
	switch {
	case !Changed:
	case Present:
		_ = os.Setenv("GODEBUG", Before)
	default:
		_ = os.Unsetenv("GODEBUG")
	}
}
