// Package xconnect has the HTTP/2 servers of net/http accept WebSockets (RFC 8441). Import
// it for its effect, in the main package:
//
//	import _ "github.com/wsspec/wsspec/ref/xconnect"
//
// net/http can do it since Go 1.24, and does it only when the environment variable GODEBUG
// contains http2xconnect=1 as the process starts. A //go:debug line does not work, because
// Go does not know the setting by that name. This package sets the variable before
// net/http reads it, and sets it back afterwards. A value for http2xconnect in the
// environment comes first: http2xconnect=0 switches it off.
//
// The effect is on every HTTP/2 server of net/http in the process. They then send
// SETTINGS_ENABLE_CONNECT_PROTOCOL, and browsers open WebSockets on the connections that
// they have. Import the package only if all handlers for
// WebSockets can accept them, as those of package ref do.
//
// It works because Go initializes packages in the order of their import paths where
// their dependencies allow it (The Go Programming Language Specification, "Program
// initialization"). So the path of a fork has to sort before "net/http".
package xconnect

import (
	_ "net/http" // it has read GODEBUG when this package is initialized

	"github.com/wsspec/wsspec/ref/xconnect/internal/early"
)

func init() { early.Restore() }
