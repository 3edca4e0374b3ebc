package catalog

import (
	c "github.com/wsspec/wsspec/conformance/script"
	"github.com/wsspec/wsspec/conformance/verdict"
	"github.com/wsspec/wsspec/ref/wire"
)

// only limits a case to peers of one role.
func only(role wire.Role, k *c.Case) *c.Case {
	k.Roles = []wire.Role{role}
	return k
}

// should sets the level of a case to SHOULD.
func should(k *c.Case) *c.Case {
	k.Level = verdict.Should
	return k
}

// noted sets the note of a case.
func noted(note string, k *c.Case) *c.Case {
	k.Note = note
	return k
}

// mustFail sends frames on which the peer must fail the connection, with 1002 or
// without a Close frame. The peer must send no message or pong before that.
func mustFail(id, title string, requires []string, frames ...c.Frame) *c.Case {
	return &c.Case{ID: id, Title: title, Requires: requires, Script: c.Script{Steps: []c.Step{send(frames...)}, Outcomes: refuses()}}
}

// mustEcho sends frames and expects the message as echo.
func mustEcho(id, title string, requires []string, message c.Frame, frames ...c.Frame) *c.Case {
	return &c.Case{ID: id, Title: title, Requires: requires, Script: c.Script{Steps: []c.Step{send(frames...)}, Outcomes: echoes(c.Echo(message))}}
}
