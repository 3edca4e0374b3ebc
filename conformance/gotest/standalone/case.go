package standalone

import (
	"slices"

	"github.com/wsspec/wsspec/conformance/script"
	"github.com/wsspec/wsspec/conformance/verdict"
	"github.com/wsspec/wsspec/ref/wire"
)

// A Case is what the test does on one connection, and what may come of it. It
// has the frames, events and outcomes of the script; only what is sent is put
// more plainly.
type Case struct {
	ID string
	// Requires are the ids of the requirements, the principal one first, and
	// Clauses is where the RFCs have them.
	Requires []string
	Clauses  string
	// Opening is set if the case is about the opening handshake.
	Opening *Opening
	// Offers are the extensions that a server is offered (Sec-WebSocket-Extensions)
	// and Subprotocols the subprotocols. Accept says that a client's offer of
	// permessage-deflate is accepted.
	Offers       string
	Subprotocols []string
	Accept       bool
	// Needs is what has to be agreed of permessage-deflate, Applies what a
	// client's request has to have. Where it does not, the test is skipped.
	Needs   *script.Agreement
	Applies []script.Condition
	// Inspect are the ids of what is judged of the peer's handshake; none means
	// all.
	Inspect  []string
	Steps    []Step
	Outcomes []script.Outcome // from best to worst; anything else fails

	// why says why the peer does not take part.
	why string
}

// An Opening is the test's own part of the handshake: its request to a server,
// with {host}, {target} and {key}, or its response to a client, with {accept}.
type Opening struct {
	Preface  string // goes before the head
	Head     string
	Body     string // goes behind the head
	Key      string // in a request
	Chop     int    // octets in a write; 0 is all at once
	LineCuts []script.LineCut
	With     []script.Frame
	Hold     bool // the response is held back for a moment
}

// A Step sends frames or octets, waits, or ends TCP. It waits until events have come,
// or for the peer to end the connection. If the peer does not, the event Quiet is
// noted with the name Mark, unless that is empty.
type Step struct {
	Send   []script.Frame
	Octets string
	Chop   int // octets in a write; 0 is all at once, -1 frame by frame
	//+cuts
	Cuts script.Cuts // the places to cut at instead
	//-cuts
	Await []script.Expect
	Wait  Wait
	Mark  string
	FIN   bool // send a FIN and read on
	Reset bool // end TCP by a reset
}

// A Wait is how long the peer has to end the connection.
type Wait int

// The waits: a moment, as long as failing takes, and a moment after its Close.
const (
	Settle Wait = iota + 1
	Watch
	Hold
)

// declined makes the case one that only closes the connection: the peer does not
// take part in what it is about, as it may, and why says so in a sentence. done are
// the events so far.
func (c *Case) declined(why string, done ...script.Expect) {
	c.Steps, c.why = nil, why
	c.Outcomes = []script.Outcome{{Behavior: verdict.Unimplemented, Events: done, Ending: script.ClosedByHarness()}}
}

// script is the part of the case that the judge looks at.
func (c *Case) script() *script.Case {
	s := script.Script{Outcomes: c.Outcomes}
	if c.Opening != nil {
		s.Opening = new(script.Opening)
	}
	return &script.Case{ID: c.ID, Requires: c.Requires, Script: s}
}

// firstViolation returns the first violation that the case looks at; nil if there
// is none.
func (c *Case) firstViolation(found []*wire.Violation) *wire.Violation {
	for _, v := range found {
		if len(c.Inspect) == 0 || slices.Contains(c.Inspect, v.Rule.ID) {
			return v
		}
	}
	return nil
}
