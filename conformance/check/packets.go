package check

import (
	"bytes"
	"io"
	"time"

	"github.com/wsspec/wsspec/conformance/capture"
	"github.com/wsspec/wsspec/conformance/passive"
	"github.com/wsspec/wsspec/ref/wire"
)

// Packets judges the connections of a file of captured packets. With an error, the file has
// what was read before it.
func Packets(name string, r io.Reader, o Options) (*File, error) {
	c := NewCollector(name, "captured packets", o)
	s, err := capture.Read(r, func(info *capture.Connection) capture.Reader {
		return &captured{of: c, info: info}
	})
	if err != nil {
		c.Note("judged up to an error: %v", err)
	}
	for _, note := range []struct {
		n    int64
		text string
	}{
		{s.Unreadable, "%d packets were not read: " + s.Unread},
		{s.Fragments, "%d packets are fragments of IP packets, which are not put together"},
		{s.Ignored, "%d packets belong to connections that are too many to follow"},
	} {
		if note.n > 0 {
			c.Note(note.text, note.n)
		}
	}
	if err == nil && s.Segments == 0 {
		c.Note("the file has %d packets, none of TCP", s.Packets)
	}
	return c.File(), err
}

// A captured connection is one whose protocol has to be found out first.
type captured struct {
	of   *Collector
	info *capture.Connection
	// client is the end that is the client, once that is known.
	client capture.End
	judge  *Judge
	kind   Kind
	// begin are the first octets, while they are too few to tell the protocol.
	begin []byte
	first capture.End
	// heads are the first octets of each end of a connection that begins in the middle. They
	// decide whether it could be WebSocket, unless lost is set: then nothing can.
	heads [2][]byte
	lost  bool
}

// fewest is how many octets tell every protocol apart.
const fewest = 16

// Octets implements [capture.Reader].
func (c *captured) Octets(from capture.End, at time.Time, octets []byte) {
	switch {
	case c.judge != nil:
		c.judge.Octets(c.role(from), at, octets)
		return
	case c.kind != "":
		c.middle(from, octets)
		return
	case len(c.begin) == 0:
		c.first = from
	case from != c.first: // the other end answered that much
		c.decide(true)
		c.replay(at)
		c.Octets(from, at, octets)
		return
	}
	c.begin = append(c.begin, octets...)
	if c.decide(len(c.begin) >= fewest); c.kind != "" || c.judge != nil {
		c.replay(at)
	}
}

// decide finds out the protocol by the first octets. sure says that no more come.
func (c *captured) decide(sure bool) {
	begins := c.info.FromBeginning[capture.Opener] || c.info.FromBeginning[capture.Acceptor]
	switch p := protocolOf(c.begin, sure); {
	case p == undecided:
	case p == http && (c.first == capture.Opener || !begins):
		c.client = c.first
		c.judge = c.of.Judge(Connection{
			Client: c.info.Ends[c.client].String(), Server: c.info.Ends[c.client.Other()].String(), Began: c.info.Began,
		}, nil)
	case p == tls:
		c.kind = TLS
	case p == http2:
		c.kind = HTTP2
	case !c.info.FromBeginning[c.first]:
		c.kind, c.lost = Middle, bytes.HasPrefix(c.begin, []byte("HTTP/")) // the request is lost
	default:
		c.kind = Other
	}
}

// replay passes on the first octets, which were held back.
func (c *captured) replay(at time.Time) {
	begin := c.begin
	c.begin = nil
	if c.judge != nil {
		c.judge.Octets(c.role(c.first), at, begin)
	} else {
		c.middle(c.first, begin)
	}
}

// middle keeps the first octets of each end.
func (c *captured) middle(from capture.End, octets []byte) {
	if head := &c.heads[from]; c.kind == Middle && len(*head) < 2 {
		*head = append(*head, octets[:min(len(octets), 2-len(*head))]...)
	}
}

// Missing implements [capture.Reader].
func (c *captured) Missing(from capture.End, at time.Time, n int64, why string) {
	if c.judge == nil && c.kind == "" {
		if c.decide(true); len(c.begin) == 0 {
			c.kind, c.lost = Middle, true
		} else {
			c.replay(at)
		}
	}
	switch {
	case c.judge == nil:
	case why == capture.WhyLeftOut:
		c.judge.LeftOut(c.role(from), at, why)
	default:
		c.judge.Missing(c.role(from), at, n, why)
	}
}

// Finished implements [capture.Reader].
func (c *captured) Finished(from capture.End, at time.Time) { c.closed(from, at, passive.FIN) }

// Reset implements [capture.Reader].
func (c *captured) Reset(from capture.End, at time.Time) { c.closed(from, at, passive.Reset) }

func (c *captured) closed(from capture.End, at time.Time, how passive.End) {
	if c.judge == nil && c.kind == "" && len(c.begin) > 0 {
		c.decide(true)
		c.replay(at)
	}
	if c.judge != nil {
		c.judge.Closed(c.role(from), at, how)
	}
}

// Done implements [capture.Reader].
func (c *captured) Done(open bool) {
	if c.judge == nil && c.kind == "" && len(c.begin) > 0 {
		c.decide(true)
		c.replay(c.info.Began)
	}
	if c.judge != nil {
		how := "open at the end of the file"
		if !open {
			how = ""
		}
		c.judge.Done(PlainHTTP, how)
		return
	}
	if c.kind == Middle && !c.lost && !framesLikely(c.heads) {
		c.kind = Other
	}
	c.of.other(c.kind, c.info.Ends[capture.Opener].String()+" → "+c.info.Ends[capture.Acceptor].String())
}

func (c *captured) role(from capture.End) wire.Role {
	if from == c.client {
		return wire.RoleClient
	}
	return wire.RoleServer
}
