package conformance

import (
	"fmt"
	"slices"
	"strings"

	"github.com/wsspec/wsspec/ref/wire"
)

// A Case is one test of an endpoint, as data.
type Case struct {
	// ID never changes once released. The cases that Autobahn has keep its
	// numbers ("1.1.1"); ours are named by clause ("rfc6455/4.2.1/3") or subject
	// ("robust/slow-handshake").
	ID string
	// Title says in a few words what is done to the peer under test.
	Title string
	// Requires names the requirements that the case checks, the principal one
	// first, by their ids in conformance/rfc.
	Requires []string
	// Level is the strength of the principal requirement.
	Level Level
	// Roles are the roles of the peer under test that the case can judge; none
	// means both.
	Roles []wire.Role
	// Script is what happens, and what may come of it.
	Script Script
	// Note explains a verdict that leaves room, or departs from Autobahn's.
	Note string
}

// TestsRole reports whether the case can judge a peer of that role.
func (c *Case) TestsRole(role wire.Role) bool {
	if len(c.Roles) == 0 {
		return true
	}
	for _, r := range c.Roles {
		if r == role {
			return true
		}
	}
	return false
}

// Level is the strength of a requirement, in the words of RFC 2119.
type Level string

// The levels; Informational cases record what a peer does where the RFC is
// silent, and never fail one that answers at all.
const (
	Must          Level = "MUST"
	Should        Level = "SHOULD"
	May           Level = "MAY"
	Informational Level = "INFORMATIONAL"
)

// A Script is what the harness does on one connection, and the outcomes that
// are permitted.
type Script struct {
	// Offers of permessage-deflate are made to a server in the opening
	// handshake, the most wanted first; of a client the same is demanded the
	// other way round, its window for the server's. If the peer under test takes
	// none, the case is UNIMPLEMENTED.
	Offers []wire.DeflateOffer
	// Transport is what the case is about below WebSocket, if anything.
	Transport Transport
	// Resource is the path and query of the URL that a client under test is
	// started with, if the case is about it, and Targets are the request targets
	// that may come of it; {case} stands for the case's id.
	Resource string
	Targets  []string
	// Unconnected is the verdict where the client takes the URL for a wrong one
	// and does not connect; empty means [Failed].
	Unconnected Behavior
	// Needs is what has to be agreed for the case to make sense; if it is not, the
	// case is UNIMPLEMENTED.
	Needs Agreement
	// Applies are conditions on the request of a client under test; if one does
	// not hold, the case is UNIMPLEMENTED.
	Applies []Condition
	// Opening makes the opening handshake the case's own; nil is the plain one.
	Opening *Opening
	// Inspect names the requirements on the peer's part of the opening handshake
	// that the case judges; empty means all that the harness checks.
	Inspect []string
	// Steps are played in order. Receiving goes on all the while.
	Steps []Step
	// Outcomes are ordered from best to worst. The first that matches what was
	// observed is the verdict on the behaviour; if none does, it is FAILED.
	Outcomes []Outcome
}

// resource is the path and query of a client's URL.
func (c *Case) resource() string {
	if c.Script.Resource == "" {
		return "/runCase?agent=client&casetuple=" + c.ID
	}
	return strings.ReplaceAll(c.Script.Resource, "{case}", c.ID)
}

// takesTarget reports whether a request target is what the case's resource has
// to become; the case of hexadecimal digits is free.
func (c *Case) takesTarget(target string) bool {
	for _, t := range c.Script.Targets {
		if strings.EqualFold(strings.ReplaceAll(t, "{case}", c.ID), target) {
			return true
		}
	}
	return len(c.Script.Targets) == 0
}

// An Agreement is what a case needs of permessage-deflate for what the harness
// sends.
type Agreement struct {
	// Takeover: the harness may refer to its earlier messages.
	Takeover bool
	// WindowBits is the smallest window of the harness's that will do.
	WindowBits int
}

// met reports whether what was agreed will do; nothing needed is met by all.
func (a Agreement) met(d *deflation) bool {
	if a == (Agreement{}) {
		return true
	}
	if d == nil {
		return false
	}
	bits, takeover := d.params.Sender(d.peer.Peer())
	return (takeover || !a.Takeover) && bits >= a.WindowBits
}

// abandons reports whether the harness drops TCP at the end of the script if
// the peer has not ended it.
func (s *Script) abandons() bool {
	for _, o := range s.Outcomes {
		if o.Ending.abandon {
			return true
		}
	}
	return false
}

// mayOpen reports whether an outcome permits that the connection is opened.
func (s *Script) mayOpen() bool {
	return slices.ContainsFunc(s.Outcomes, func(o Outcome) bool { return o.Ending.by != byRefusal })
}

// wantsFIN reports whether an outcome asks how TCP ends.
func (s *Script) wantsFIN() bool {
	return slices.ContainsFunc(s.Outcomes, func(o Outcome) bool { return o.Ending.fin })
}

// Sentences describes what the harness does, one step a sentence.
func (s *Script) Sentences() []string {
	var out []string
	if s.Transport != AnyTransport {
		out = append(out, s.Transport.String())
	}
	if len(s.Offers) > 0 {
		parts := make([]string, len(s.Offers))
		for i, o := range s.Offers {
			parts[i] = o.Extension().String()
		}
		out = append(out, "offer "+strings.Join(parts, ", then "))
	}
	if s.Resource != "" {
		out = append(out, fmt.Sprintf("start the client with the resource %s", s.Resource))
	}
	if s.Opening != nil {
		out = append(out, s.Opening.String())
	}
	for _, step := range s.Steps {
		out = append(out, step.String())
	}
	return out
}
