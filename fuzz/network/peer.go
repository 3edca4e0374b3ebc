package network

import (
	"context"
	"time"

	"github.com/wsspec/wsspec/ref/wire"
)

// A Peer is an endpoint under test: a [Server] or a [Client].
type Peer interface {
	// Role is the role of the peer.
	Role() wire.Role
	// gone says that no connection can be had.
	gone() string
	// application is set if the peer sends no message back.
	application() *Application
	// open opens a connection by the opening handshake of a script. The error says that there
	// is no connection at all; a refusal is none.
	open(ctx context.Context, s *Script, p patience) (*opened, error)
}

// endsTCP reports whether nothing more is to come behind the peer's Close frame, because the
// harness is the server and ends TCP (RFC6455-7.1.1-3).
func (c *session) endsTCP() bool { return c.peer.Role() == wire.RoleClient && c.closeSent }

// readUntil reads until a condition holds, the peer is at fault or the time is over.
func (c *session) readUntil(holds func() bool) {
	c.flush()
	deadline := time.Now().Add(c.patience.answer)
	for !holds() && !c.ended && c.read(deadline) {
	}
}

// flush sends what goes out with the next write, if there is none.
func (c *session) flush() {
	if len(c.unsent) == 0 {
		return
	}
	octets := c.unsent
	c.unsent = nil
	c.write(leg{octets: octets})
}
