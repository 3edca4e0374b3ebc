package network

import (
	"slices"

	"github.com/wsspec/wsspec/ref/wire"
)

// A fate is what became of a connection, as far as a peer shows it by what it sends. What a slow
// or busy peer may do has no fate: to end TCP without a Close frame, to close because it goes
// away or has no room, to refuse with a status of 500 and more, or to send nothing.
type fate string

// The fates.
const (
	noFate  fate = ""
	refused fate = "refused the opening handshake"
	lived   fate = "went on, and answered the ping behind the script"
	failed  fate = "failed the connection"
)

// failing are the status codes that say what was wrong with the octets (RFC 6455 7.4.1). 1009 is
// none of them: how much room a peer has may differ from time to time.
var failing = []wire.StatusCode{wire.StatusProtocolError, wire.StatusUnsupportedData, wire.StatusInvalidPayloadData, wire.StatusMandatoryExtension}

// busy are the refusals of a server that takes the same request at another time.
var busy = []int{408, 421, 425, 429}

// fate is what became of the connection.
func (c *session) fate() fate {
	server := c.peer.Role() == wire.RoleServer
	switch status := c.response.Status; {
	case c.wrong != nil, c.peer.application() != nil:
		return noFate
	case c.lived:
		return lived
	case server && !c.unclear && status >= 400 && status < 500 && !slices.Contains(busy, status):
		return refused
	case c.reader != nil && !c.scriptCloses() && slices.Contains(failing, c.code):
		return failed
	}
	return noFate
}

// shows reports whether what is wrong showed by what the peer sent. The end of the connection,
// and what did not come in time, may be the fault of a busy machine.
func (c *session) shows() bool {
	if c.judgedBefore {
		return c.shown
	}
	return c.wrong != nil && c.wrong.class == WrongVerdict && !c.ended && !c.closed && c.response.Status == 101
}
