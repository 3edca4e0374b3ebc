package network

import (
	"context"
	"errors"
	"fmt"
	"net"
	"time"

	"github.com/wsspec/wsspec/conformance/opening"
)

// receive takes the next connection of a client that connects by itself, and opens it as a
// script has it. The error says that none came.
func (c *Client) receive(ctx context.Context, sc *Script, p patience) (*opened, error) {
	for {
		conn, err := c.arrival(ctx)
		if err != nil {
			return nil, err
		}
		o := c.read(conn, p)
		if o.request.Method != "" && !opening.IsUpgrade(o.request) { // a page's icon, a look whether somebody is there
			conn.Close()
			continue
		}
		c.answer(sc, o, p)
		return o, nil
	}
}

// errOver says that no connection came until the campaign was over.
var errOver = errors.New("the time is over")

// bounded is the context of a round. A client that connects by itself may let it wait for so
// long that it ends with the campaign.
func (c *campaign) bounded(ctx context.Context) (context.Context, context.CancelFunc) {
	if client, is := c.peer.(*Client); is && client.Start == nil && c.For > 0 {
		return context.WithDeadline(ctx, c.began.Add(c.For))
	}
	return context.WithCancel(ctx)
}

// arrival waits for a connection.
func (c *Client) arrival(ctx context.Context) (net.Conn, error) {
	c.mu.Lock()
	if c.arrivals == nil {
		c.arrivals, c.enough = make(chan net.Conn), make(chan struct{})
		go take(c.Listener, c.arrivals, c.enough)
	}
	c.mu.Unlock()
	for wait := c.Absent; wait > 0; wait = c.absentFor() {
		timer := time.NewTimer(wait)
		select {
		case conn, ok := <-c.arrivals:
			timer.Stop()
			if !ok {
				return nil, notConnected("the listener is closed")
			}
			c.mu.Lock()
			c.came = time.Now()
			c.mu.Unlock()
			return conn, nil
		case <-timer.C: // other scripts may have had connections meanwhile
		case <-ctx.Done():
			timer.Stop()
			return nil, errOver
		}
	}
	return nil, notConnected(fmt.Sprintf("no connection came in %s", c.Absent))
}

// absentFor is how long the client may still be absent.
func (c *Client) absentFor() time.Duration {
	c.mu.Lock()
	defer c.mu.Unlock()
	return time.Until(c.came.Add(c.Absent))
}

// take passes on the connections to a listener until it is closed, and nobody wants one.
func take(l net.Listener, to chan<- net.Conn, enough <-chan struct{}) {
	defer close(to)
	for {
		conn, err := l.Accept()
		if err != nil {
			return
		}
		select {
		case to <- conn:
		case <-enough:
			conn.Close()
			return
		}
	}
}
