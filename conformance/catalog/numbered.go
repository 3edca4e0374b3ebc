package catalog

import (
	"fmt"

	c "github.com/wsspec/wsspec/conformance"
	"github.com/wsspec/wsspec/ref/wire"
)

// numbered gives the cases of one section of an RFC their ids, in order. An id
// never changes once released: new cases go to the end.
func numbered(section string, cases ...*c.Case) []*c.Case {
	for i, k := range cases {
		k.ID = fmt.Sprintf("%s/%d", section, i+1)
		if k.Level == "" {
			k.Level = c.Must
		}
	}
	return cases
}

// only limits a case to peers of one role.
func only(role wire.Role, k *c.Case) *c.Case {
	k.Roles = []wire.Role{role}
	return k
}

// soft gives a case the level SHOULD.
func soft(k *c.Case) *c.Case {
	k.Level = c.Should
	return k
}

// noted gives a case a note.
func noted(note string, k *c.Case) *c.Case {
	k.Note = note
	return k
}

// mustFail sends frames that the peer has to fail the connection on, with 1002
// or without a Close frame, having said nothing.
func mustFail(title string, requires []string, frames ...c.Frame) *c.Case {
	return &c.Case{Title: title, Requires: requires, Script: c.Script{Steps: []c.Step{send(frames...)}, Outcomes: refuses()}}
}

// mustEcho sends frames and wants a message back.
func mustEcho(title string, requires []string, message c.Frame, frames ...c.Frame) *c.Case {
	return &c.Case{Title: title, Requires: requires, Script: c.Script{Steps: []c.Step{send(frames...)}, Outcomes: echoes(c.Echo(message))}}
}
