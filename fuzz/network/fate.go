package network

import (
	"slices"

	"github.com/wsspec/wsspec/ref/wire"
)

// A fate says how a peer treated a connection, by the octets that it sent. A connection has no
// fate if the peer did what a slow or busy one may do: it ended TCP without a Close frame, closed
// because it goes away or has no room, refused with a status of 500 or more, or sent nothing.
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

// fate is that of the connection.
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

// shows reports whether the peer sent something wrong. If the connection ended, or something did
// not come in time, a busy machine may be the reason.
func (c *session) shows() bool {
	if c.judgedBefore {
		return c.shown
	}
	return c.wrong != nil && c.wrong.class == WrongVerdict && !c.ended && !c.closed && c.response.Status == 101
}
