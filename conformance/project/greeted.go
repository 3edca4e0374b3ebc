package project

import "github.com/wsspec/wsspec/conformance/script"

// Greeted returns a projected case with the greeting of a dialogue before its steps. A case
// about the opening handshake stays as it is: the greeting of the application is what it
// would hide, or what it could not have.
//
// The case that is given stays as it is.
func Greeted(projected *script.Case, d *script.Dialogue) *script.Case {
	if d == nil || projected.Script.Application == nil || projected.Script.Opening != nil {
		return projected
	}
	out, application := *projected, *projected.Script.Application
	application.Dialogue = d
	out.Script.Application = &application
	return &out
}
