package network

import (
	"cmp"
	"context"
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
// goes on is told to connect, or it connects by itself.
type Client struct {
	// Start has a client connect to the URL. It returns when the client has nothing left to do
	// there, and says how it ended. The context ends when the client's time is up. Nil means
	// that the client connects to Listener by itself, again and again.
	Start func(ctx context.Context, url string) ClientEnd
	// Listener takes the connections of a client that is not started. Absent is how long none
	// may come until the client counts as gone.
	Listener net.Listener
	Absent   time.Duration
	// Subprotocols are those that the harness speaks, the most wanted first.
	Subprotocols []string
	Deadlines    stream.Deadlines
	// Application is set if the client sends no message back.
	Application *Application

	mu sync.Mutex
	// known are the requirements that the requests of the client break, as was reported.
	known map[string]bool
	// idle are listeners that no script uses. Each is used by one script at a time, so that a
	// connection to it is of that script.
	idle []*net.TCPListener
	// asked counts the URLs.
	asked int
	// arrivals are the connections to Listener. It is made when the first one is wanted.
	arrivals chan net.Conn
	// came is when the latest one was taken.
	came time.Time
	// enough is closed when no further one is wanted.
	enough chan struct{}
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

func (c *Client) gone() string { return "the client does not connect any more" }

func (c *Client) application() *Application { return c.Application }

// End closes the listeners. No script may be under way.
func (c *Client) End() {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, l := range c.idle {
		l.Close()
	}
	c.idle = nil
	if c.Listener != nil {
		c.Listener.Close()
	}
	if c.enough != nil {
		close(c.enough)
	}
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
		end.late = max(atMost, 1)
	}
	v.kill()
	c.giveBack(v.listener)
	return end
}

// open starts a client, takes its connection, and opens it as a script has it. The error says
// that the client did not connect.
func (c *Client) open(ctx context.Context, sc *Script, p patience) (*opened, error) {
	if c.Start == nil {
		return c.receive(ctx, sc, p)
	}
	v, err := c.start(ctx)
	if err != nil {
		return nil, err
	}
	atMost := max(leastToConnect, 2*c.Deadlines.Connect)
	_ = v.listener.SetDeadline(time.Now().Add(atMost))
	o, err := c.accept(ctx, v, p)
	if err != nil {
		end := c.over(v, late)
		if end.late > 0 {
			return nil, notConnected(fmt.Sprintf("it was killed after %s", atMost))
		}
		return nil, notConnected(cmp.Or(end.Crash, end.LastWords, "it ended"))
	}
	o.left = func(p patience) ClientEnd {
		return c.over(v, max(leastToEnd, min(c.Deadlines.Drop, 5*p.answer)))
	}
	c.answer(sc, o, p)
	return o, nil
}

// leastToConnect is how long a client has at least to connect: a program takes its time to
// start.
const leastToConnect = 10 * time.Second

// leastToEnd is how long a client has at least to end when its connection has.
const leastToEnd = time.Second

// notConnected is the error of a client that did not connect, and says why.
type notConnected string

func (why notConnected) Error() string {
	return "the client did not connect: " + strings.TrimSuffix(string(why), ".")
}

// accept takes the connection of a visit, and reads its request. A connection that asks for
// another path is of a client that was killed before.
func (c *Client) accept(ctx context.Context, v *visit, p patience) (*opened, error) {
	for {
		conn, err := v.listener.Accept()
		if err != nil {
			return nil, err
		}
		o := c.read(conn, p)
		if o.wrong == nil && !strings.Contains(o.request.Target, v.path) && ctx.Err() == nil {
			conn.Close()
			continue
		}
		return o, nil
	}
}

// read reads the request on a connection, and judges it.
func (c *Client) read(conn net.Conn, p patience) *opened {
	began := time.Now()
	_ = conn.SetReadDeadline(began.Add(max(p.answer, c.Deadlines.Handshake)))
	o := &opened{conn: conn}
	octets, err := o.readRequest()
	_ = conn.SetReadDeadline(time.Time{})
	o.transcript = append(o.transcript, observed.Entry{At: time.Since(began), Dir: observed.Received, Kind: observed.EntryRequest, Octets: octets, Text: opening.StartLine(octets)})
	if o.wrong = judgeRequest(o, err); o.wrong != nil && err == nil && c.knows(o.wrong) && len(o.request.Fields.Values("Sec-WebSocket-Key")) > 0 {
		o.wrong = nil
	}
	return o
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
