package passive

import (
	"time"

	"github.com/wsspec/wsspec/conformance/observed"
	"github.com/wsspec/wsspec/conformance/opening"
	"github.com/wsspec/wsspec/conformance/stream"
	"github.com/wsspec/wsspec/ref/wire"
)

// A Connection judges one TCP connection: the opening handshake, with what HTTP comes
// before it, and the frames of both directions behind it. Feed it with [Connection.FromClient]
// and [Connection.FromServer] in the order in which the octets were seen; of two directions
// that two goroutines read, the times decide what came first. It is not safe for concurrent
// use.
type Connection struct {
	options        Options
	client, server side

	// phase is what the octets are.
	phase phase
	// requests are those that have no final response yet. waiting: the last of them is an
	// opening request, behind which the client has to wait (RFC6455-4.1-41).
	requests []request
	waiting  bool
	// refused: the last final response refused an opening request.
	refused bool
	// agreed is what the handshake agreed on.
	agreed opening.Agreement

	// keeper has the entries of the client as Received and those of the server as Sent.
	keeper stream.Keeper
	number int
}

// A phase is what the octets of a connection are.
type phase uint8

const (
	inHTTP phase = iota
	inFrames
	// inUnknown: nothing of the connection is judged any more.
	inUnknown
)

// New returns a Connection of which nothing was seen yet.
func New(o Options) *Connection {
	c := &Connection{options: o}
	c.client = side{of: c, role: wire.RoleClient}
	c.server = side{of: c, role: wire.RoleServer}
	if o.Transcript {
		c.keeper = stream.NewKeeper()
	}
	return c
}

// FromClient takes the next octets that the client sent, and when they were seen, as the
// time since the connection began. The slice is neither changed nor kept.
func (c *Connection) FromClient(octets []byte, at time.Duration) {
	c.client.take(octets, at)
}

// FromServer is [Connection.FromClient] for the server.
func (c *Connection) FromServer(octets []byte, at time.Duration) {
	c.server.take(octets, at)
}

// ClientClosed says that nothing more comes from the client, and why.
func (c *Connection) ClientClosed(how End, at time.Duration) { c.client.close(how, at) }

// ServerClosed is [Connection.ClientClosed] for the server.
func (c *Connection) ServerClosed(how End, at time.Duration) { c.server.close(how, at) }

// Stop says that the octets of a role are not fed any more, or that some are missing, and
// why: a clause that completes "not judged: ". Before the opening handshake is over, that
// stops the judging of both sides.
func (c *Connection) Stop(sender wire.Role, why string, at time.Duration) {
	if c.phase == inFrames {
		c.side(sender).stop(why, at)
		return
	}
	c.giveUp(sender, why, at)
}

// Joined says that the opening handshake was not seen, because the capture begins behind it.
// The next octets of both sides have to begin a frame. What was agreed on is unknown, so the
// contents of messages with RSV1 are not judged. It must be called before anything is fed.
func (c *Connection) Joined() {
	c.phase = inFrames
	for _, s := range []*side{&c.client, &c.server} {
		s.frames = newFrames(s, opening.Agreement{}, true)
	}
}

// End says that the connection is over. It judges what only a whole connection shows, and
// gives memory back. A connection must not be fed from then on.
func (c *Connection) End(at time.Duration) {
	for _, s := range []*side{&c.client, &c.server} {
		if s.frames != nil {
			s.frames.end(at)
		}
	}
	if c.options.Transcript {
		c.keeper.Release()
	}
}

// Transcript is what was kept of the connection, as a harness has it whose peer under test
// has that role: what the peer sent is Received, what the other side sent is Sent.
func (c *Connection) Transcript(peer wire.Role) observed.Transcript {
	if !c.options.Transcript {
		return nil
	}
	var out observed.Transcript
	number := 0
	for _, e := range c.keeper.Transcript() {
		if e.Dir != observed.Noted {
			fromPeer := (e.Dir == observed.Received) == (peer == wire.RoleClient)
			e.Number, e.Dir = 0, observed.Sent
			if fromPeer {
				number++
				e.Number, e.Dir = number, observed.Received
			}
		}
		out = append(out, e)
	}
	return out
}

func (c *Connection) side(r wire.Role) *side {
	if r == wire.RoleClient {
		return &c.client
	}
	return &c.server
}

// giveUp stops judging both sides.
func (c *Connection) giveUp(sender wire.Role, why string, at time.Duration) {
	c.phase = inUnknown
	c.side(sender).stop(why, at)
	c.side(sender.Peer()).stop(why, at)
}

// violated tells of a violation of a side.
func (c *Connection) violated(s *side, v *wire.Violation, offset int64, at time.Duration) {
	s.seen.Violations++
	if c.options.Violation != nil {
		c.options.Violation(Violation{Violation: v, Sender: s.role, At: at, Offset: offset})
	}
}

// enter tells of an entry. One that shows a violation is pinned: it is kept in the
// transcript whatever comes later.
func (c *Connection) enter(s *side, offset int64, e observed.Entry, pinned bool) {
	c.number++
	e.Number = c.number
	if c.options.Transcript {
		if e.Dir = observed.Received; s.role == wire.RoleServer {
			e.Dir = observed.Sent
		}
		c.keeper.Add(e)
		if pinned {
			c.keeper.Pin(e.Number)
		}
	}
	e.Dir = observed.Received
	if c.options.Entry != nil {
		c.options.Entry(Entry{Sender: s.role, Offset: offset, Entry: e})
	}
}
