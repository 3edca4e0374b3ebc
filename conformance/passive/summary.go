package passive

import (
	"github.com/wsspec/wsspec/conformance/opening"
	"github.com/wsspec/wsspec/ref/wire"
)

// A Summary is what was seen of a connection so far.
type Summary struct {
	// Opened: an opening handshake was seen that succeeded.
	Opened bool
	// Agreed is what it agreed on.
	Agreed         opening.Agreement
	Client, Server Side
}

// A Side is what was seen of one side.
type Side struct {
	// Octets is all that it sent, in octets.
	Octets int64
	// Frames and Messages are how many whole ones it sent.
	Frames, Messages int64
	Violations       int64
	// CloseCode is the status code of its first Close frame, 1005 for one without a code
	// (RFC6455-7.1.5-2); 0 if it sent none.
	CloseCode wire.StatusCode
	// End is how it ended TCP, 0 if it did not.
	End End
	// Stopped is why judging stopped before the end; empty if it did not.
	Stopped string
}

// Summary returns what was seen so far.
func (c *Connection) Summary() Summary {
	s := Summary{Opened: c.phase == inFrames || c.client.frames != nil, Agreed: c.agreed, Client: c.client.seen, Server: c.server.seen}
	s.Client.Octets, s.Server.Octets = c.client.offset, c.server.offset
	return s
}
