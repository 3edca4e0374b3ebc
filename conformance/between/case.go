package between

import (
	"github.com/wsspec/wsspec/conformance/script"
	"github.com/wsspec/wsspec/conformance/verdict"
	"github.com/wsspec/wsspec/ref/wire"
)

// A Case is what is sent through a gateway on one connection.
type Case struct {
	// ID names the case: "messages/text". Title says in words what is sent.
	ID, Title string
	// Requires has the ids of the requirements that the case is about.
	Requires []string
	// Clause is what a gateway breaks that does not pass the opening handshake on, where that
	// is no requirement of ours: "RFC 9110 15.2". It may be empty.
	Clause string

	// Request and Response change the two halves of the opening handshake, as the client
	// and the server send them; nil means no change.
	Request, Response *script.Opening
	// Status, if it is not 0, is that of a refusal by the server.
	Status int
	// Subprotocols are those of the client; the server chooses Chosen.
	Subprotocols []string
	Chosen       string
	// Deflate: the client offers permessage-deflate, the server accepts it, and messages are
	// compressed if it was agreed on.
	Deflate bool
	// Unknown: both ends agree on an extension that no gateway knows.
	Unknown bool

	// Both: the case is played twice, and each end sends once. Otherwise From sends.
	Both bool
	From wire.Role
	// Frames are sent, in writes of one octet each if Chop is set.
	Frames []script.Frame
	Chop   bool
	// Illegal: the last of the frames breaks a rule.
	Illegal bool
	// End is how the sender ends TCP behind the frames.
	End End
	// Early are frames that the server sends in one write with its response.
	Early []script.Frame
}

// An End is how the sender ends TCP.
type End uint8

// The ends.
const (
	// NoEnd: the sender does not end TCP by itself.
	NoEnd End = iota
	// FIN: it closes its half.
	FIN
	// Reset: it resets TCP.
	Reset
)

// A Result is what came of a case.
type Result struct {
	Case *Case
	// From is the role of the end that sent.
	From    wire.Role
	Verdict verdict.Verdict
	// Explanation says in a sentence what the gateway did.
	Explanation string
}

// clause is Clause in brackets, behind a space.
func (c *Case) clause() string {
	if c.Clause == "" {
		return ""
	}
	return " (" + c.Clause + ")"
}
