// Package early sets GODEBUG before net/http reads it. It is a part of package
// xconnect.
package early

import (
	"os"
	"strings"
)

// setting is what net/http looks for in GODEBUG.
const setting = "http2xconnect="

// before is the value that GODEBUG had, and changed whether it was changed. They are
// initialized in this order.
var (
	before, present = os.LookupEnv("GODEBUG")
	changed         = set()
)

// set adds the setting to GODEBUG, unless the user has given one.
func set() bool {
	if strings.Contains(before, setting) {
		return false
	}
	value := setting + "1"
	if before != "" {
		value = before + "," + value
	}
	return os.Setenv("GODEBUG", value) == nil
}

// Restore gives GODEBUG its value back, so that processes that are started do not get
// the setting.
func Restore() {
	switch {
	case !changed:
	case present:
		_ = os.Setenv("GODEBUG", before)
	default:
		_ = os.Unsetenv("GODEBUG")
	}
}
