package network

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net"
	"strings"
	"sync"
	"time"

	"github.com/wsspec/wsspec/conformance/observed"
	"github.com/wsspec/wsspec/conformance/opening"
	"github.com/wsspec/wsspec/conformance/stream"
	"github.com/wsspec/wsspec/ref/wire"
)

// A Client is a client under test. It is started for each script, or a process of it that
// goes on is told to connect.
type Client struct {
	// Start has a client connect to the URL. It returns when the client has nothing left to do
	// there, and says how it ended. The context ends when the client's time is up.
	Start func(ctx context.Context, url string) ClientEnd
	// Subprotocols are those that the harness speaks, the most wanted first.
	Subprotocols []string
	Deadlines    stream.Deadlines

	mu sync.Mutex
	// idle are listeners that no script uses. Each is used by one script at a time, so that a
	// connection to it is of that script.
	idle []*net.TCPListener
	// asked counts the URLs.
	asked int
}

// A ClientEnd says how a client has ended.
type ClientEnd struct {
	// Crash says in a sentence that the client crashed, and why; empty if it did not. An end
	// that the harness forced is no crash.
	Crash string
	// LastWords is what the client said at its end; empty if it said nothing.
	LastWords string

	// late is how long the harness waited, if the client did not end by itself.
	late time.Duration
}

// Role is the role of the peer.
func (c *Client) Role() wire.Role { return wire.RoleClient }

// End closes the listeners. No script may be under way.
func (c *Client) End() {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, l := range c.idle {
		l.Close()
	}
	c.idle = nil
}

// take returns a listener on the loopback interface that no script uses, and a path that no
// script had.
func (c *Client) take() (*net.TCPListener, string, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.asked++
	path := fmt.Sprintf("/fuzz/%d", c.asked)
	if n := len(c.idle); n > 0 {
		l := c.idle[n-1]
		c.idle = c.idle[:n-1]
		return l, path, l.SetDeadline(time.Time{})
	}
	l, err := net.ListenTCP("tcp", &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1)})
	return l, path, err
}

func (c *Client) giveBack(l *net.TCPListener) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.idle = append(c.idle, l)
}

// late is how long the harness still listens for a client that has ended: its connection may
// wait to be taken.
const late = 50 * time.Millisecond

// A visit is one start of a client.
type visit struct {
	listener *net.TCPListener
	kill     context.CancelFunc
	// ended has how the client has ended, when it has.
	ended chan ClientEnd
	// path is that of its URL.
	path string
}

// start starts a client for one script.
func (c *Client) start(ctx context.Context) (*visit, error) {
	l, path, err := c.take()
	if err != nil {
		return nil, err
	}
	living, kill := context.WithCancel(ctx)
	v := &visit{listener: l, kill: kill, ended: make(chan ClientEnd, 1), path: path}
	go func() {
		end := c.Start(living, "ws://"+l.Addr().String()+path)
		if living.Err() != nil {
			end.Crash = ""
		}
		_ = l.SetDeadline(time.Now().Add(late))
		v.ended <- end
	}()
	return v, nil
}

// over waits until the client has ended, at most so long, and gives the listener back.
func (c *Client) over(v *visit, atMost time.Duration) (end ClientEnd) {
	timer := time.NewTimer(atMost)
	defer timer.Stop()
	select {
	case end = <-v.ended:
	case <-timer.C:
		v.kill()
		end = <-v.ended
		end.late = atMost
	}
	v.kill()
	c.giveBack(v.listener)
	return end
}

// open starts a client, takes its connection, and opens it as a script has it. The error says
// that the client did not connect.
func (c *Client) open(ctx context.Context, sc *Script, p patience) (*opened, error) {
	v, err := c.start(ctx)
	if err != nil {
		return nil, err
	}
	_ = v.listener.SetDeadline(time.Now().Add(2 * c.Deadlines.Connect)) // a program takes its time to start
	o, err := c.accept(ctx, v, p)
	if err != nil {
		end := c.over(v, 0)
		return nil, notConnected(cmp.Or(end.Crash, end.LastWords, err.Error()))
	}
	o.left = func(p patience) ClientEnd {
		return c.over(v, max(leastToEnd, min(c.Deadlines.Drop, 5*p.answer)))
	}
	if o.wrong == nil {
		c.answer(sc, o, p)
	}
	return o, nil
}

// leastToEnd is how long a client has at least to end when its connection has.
const leastToEnd = time.Second

// notConnected is the error of a client that did not connect.
func notConnected(why string) error {
	return &opening.TargetError{Problem: opening.Unreachable, Sentence: "the client did not connect: " + strings.TrimSuffix(why, "."), Err: errors.New(why)}
}

// accept takes the connection of a visit, and reads its request. A connection that asks for
// another path is of a client that was killed before.
func (c *Client) accept(ctx context.Context, v *visit, p patience) (*opened, error) {
	for {
		conn, err := v.listener.Accept()
		if err != nil {
			return nil, err
		}
		began := time.Now()
		_ = conn.SetReadDeadline(began.Add(max(p.answer, c.Deadlines.Handshake)))
		o := &opened{conn: conn}
		octets, err := o.readRequest()
		_ = conn.SetReadDeadline(time.Time{})
		if err == nil && !strings.Contains(o.request.Target, v.path) && ctx.Err() == nil {
			conn.Close()
			continue
		}
		o.transcript = append(o.transcript, observed.Entry{At: time.Since(began), Dir: observed.Received, Kind: observed.EntryRequest, Octets: octets, Text: opening.StartLine(octets)})
		o.wrong = judgeRequest(o, err)
		return o, nil
	}
}

// mostRequest bounds the request of a client, in octets.
const mostRequest = 256 << 10

// readRequest reads the request, and what came behind it.
func (o *opened) readRequest() (octets []byte, err error) {
	buf := make([]byte, 4<<10)
	for len(octets) < mostRequest {
		n, err := o.conn.Read(buf)
		octets = append(octets, buf[:n]...)
		r, size, malformed := wire.ParseRequest(octets)
		switch {
		case malformed == nil:
			o.request, o.early = r, octets[size:]
			return octets[:size:size], nil
		case !errors.Is(malformed, wire.ErrShort):
			return octets, malformed
		case err != nil:
			return octets, err
		}
	}
	return octets, fmt.Errorf("its request has more than %d octets", mostRequest)
}

// judgeRequest says what is wrong with the opening request of a client.
func judgeRequest(o *opened, err error) *wrong {
	var v *wire.Violation
	switch {
	case errors.As(err, &v):
		return &wrong{WrongVerdict, v.Rule.ID, "the client's request: " + v.Detail}
	case err != nil:
		return &wrong{Hang, "RFC6455-4.1-19", "the client connected and sent no whole opening request: " + err.Error()}
	case len(o.early) > 0:
		return &wrong{WrongVerdict, "RFC6455-4.1-41", fmt.Sprintf("the client sent %d octets before it had the response", len(o.early))}
	}
	if broken := append(opening.CheckRequest(o.request), opening.CheckOffers(o.request)...); len(broken) > 0 {
		return &wrong{WrongVerdict, broken[0].Rule.ID, "the client's request: " + broken[0].Detail}
	}
	return nil
}

// end waits until a client has ended, and notes how. A crash is worse than all else that it
// did.
func (c *session) end() {
	if c.left == nil {
		return
	}
	e := c.left(c.patience)
	switch {
	case e.Crash != "":
		c.wrong = &wrong{Crash, "", e.Crash}
		c.note("crash")
	case e.late > 0 && c.wrong == nil:
		c.wrong = &wrong{Hang, "", "the client went on although its connection had long ended, and was killed"}
		c.note("late")
	}
	if c.record && e.LastWords != "" {
		c.transcript = append(c.transcript, observed.Entry{At: time.Since(c.began), Kind: observed.EntryNote, Text: "the client's last words: " + e.LastWords})
	}
}
