package between

import (
	"context"
	"errors"
	"fmt"
	"net"
	"slices"
	"sync"
	"time"

	"github.com/wsspec/wsspec/conformance/opening"
	"github.com/wsspec/wsspec/conformance/script"
	"github.com/wsspec/wsspec/conformance/stream"
	"github.com/wsspec/wsspec/conformance/verdict"
	"github.com/wsspec/wsspec/ref/wire"
)

// A Gateway is what is tested: where the client connects, and where the server listens.
type Gateway struct {
	// Target is the gateway as clients reach it.
	Target *opening.Target
	// Listener takes the connections that the gateway makes.
	Listener  net.Listener
	Deadlines stream.Deadlines
}

// ErrNotForwarded says that the gateway did not pass the connection on.
var ErrNotForwarded = errors.New("the gateway made no WebSocket connection to the server side")

// Run plays cases, one at a time, and tells done of each result as it comes. It returns an
// error if the gateway cannot be tested: a *opening.TargetError if it cannot be reached, and
// one that wraps [ErrNotForwarded] if it does not pass a plain connection on. Results come up
// to the end of the context.
func (g *Gateway) Run(ctx context.Context, cases []*Case, done func(Result)) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	arrivals := make(chan *opening.FromClient)
	var serving sync.WaitGroup
	defer serving.Wait()
	defer g.Listener.Close()
	defer cancel()
	serving.Go(func() { g.serve(ctx, arrivals) })
	probe := &Case{ID: "probe"}
	l, err := g.open(ctx, probe, wire.RoleClient, arrivals)
	if err != nil {
		return err
	}
	err = l.unusable()
	l.drop()
	if err != nil {
		return err
	}
	for _, c := range cases {
		for _, from := range c.senders() {
			if ctx.Err() != nil {
				return nil
			}
			result := g.play(ctx, c, from, arrivals)
			if ctx.Err() != nil {
				return nil
			}
			done(result)
		}
	}
	return nil
}

// senders are the roles that send, one after the other.
func (c *Case) senders() []wire.Role {
	switch {
	case c.Both:
		return []wire.Role{wire.RoleClient, wire.RoleServer}
	case c.From == 0:
		return []wire.Role{wire.RoleClient}
	}
	return []wire.Role{c.From}
}

// serve takes the connections of the gateway. It answers what is no opening handshake, such as
// a health check, with 200, and gives the others to the case that waits.
func (g *Gateway) serve(ctx context.Context, arrivals chan<- *opening.FromClient) {
	var under sync.WaitGroup
	defer under.Wait()
	for {
		conn, err := g.Listener.Accept()
		if err != nil {
			return
		}
		under.Go(func() {
			stop := context.AfterFunc(ctx, func() { _ = conn.Close() })
			defer stop()
			in := opening.Accept(conn, g.Deadlines, time.Now())
			switch {
			case !in.Read():
			case !in.IsUpgrade():
				in.Respond(opening.PlainResponse(200, "text/plain; charset=utf-8", "wsspec between\n"))
			default:
				select {
				case arrivals <- in:
					return // the case closes it
				case <-time.After(g.Deadlines.Handshake): // no case waits
				case <-ctx.Done():
				}
			}
			_ = conn.Close()
		})
	}
}

// A link is a connection through the gateway, with both ends.
type link struct {
	// client and server are the ends; nil where the opening handshake did not succeed.
	client, server *stream.Conn
	// answer is what came to the client, and err why nothing came.
	answer *opening.ToServer
	err    error
	// asked is what came to the server; nil if nothing did.
	asked *opening.FromClient
	// conn is that of the client.
	conn net.Conn
}

// unusable is the error if the link is none.
func (l *link) unusable() error {
	switch {
	case l.err != nil:
		return l.err
	case l.asked == nil && l.answer.Response.Status == 101:
		return fmt.Errorf("%w: it answered with 101 itself", ErrNotForwarded)
	case l.asked == nil:
		return fmt.Errorf("%w: it answered with %d", ErrNotForwarded, l.answer.Response.Status)
	case l.client == nil:
		return l.answer.RefusalError()
	}
	return nil
}

// drop closes both ends.
func (l *link) drop() {
	if l.client != nil {
		l.client.Drop()
	} else if l.conn != nil {
		_ = l.conn.Close()
	}
	if l.server != nil {
		l.server.Drop()
	} else if l.asked != nil {
		_ = l.asked.Conn.Close()
	}
}

// unknownExtension is one that no gateway knows.
const unknownExtension = "x-wsspec-between"

// open opens a connection through the gateway. The error is of the gateway's port alone.
func (g *Gateway) open(ctx context.Context, c *Case, from wire.Role, arrivals <-chan *opening.FromClient) (*link, error) {
	began := time.Now()
	conn, err := g.Target.Connect(ctx, g.Deadlines)
	if err != nil {
		return nil, err
	}
	l := &link{conn: conn}
	keys := stream.NewMaskKeys(c.ID, int(from))
	client := script.Script{Opening: c.Request, Steps: []script.Step{script.Send{Frames: slices.Concat(c.Early, c.Frames)}}}
	target := *g.Target
	if len(c.Subprotocols) > 0 {
		target.Subprotocols = c.Subprotocols
	}
	server := script.Script{Opening: c.Response, Steps: client.Steps}
	if c.Deflate {
		client.Offers, server.Offers = []wire.DeflateOffer{{}}, []wire.DeflateOffer{{}}
	}
	if c.Unknown {
		extension := script.Append("Sec-WebSocket-Extensions", unknownExtension)
		client.Opening = &script.Opening{Edits: []script.Edit{extension}}
		server.Opening = &script.Opening{Edits: []script.Edit{extension}}
	}
	if len(c.Early) > 0 {
		server.Opening = &script.Opening{With: c.Early}
	}
	answered := make(chan struct{})
	go func() {
		defer close(answered)
		l.answer, l.err = opening.Open(ctx, conn, &target, &client, keys, g.Deadlines, began)
	}()
	select {
	case l.asked = <-arrivals:
		g.respond(l, c, &server)
		<-answered
	case <-answered: // the gateway answers by itself
		if l.err == nil && l.answer.Opened() { // and may make its connection behind that
			select {
			case l.asked = <-arrivals:
				g.respond(l, c, &server)
			case <-time.After(g.Deadlines.Handshake):
			case <-ctx.Done():
			}
		}
	}
	if l.err == nil && l.answer.Opened() {
		violation := l.answer.Check(&target, nil)
		bounds := stream.BoundsOf(&script.Case{Script: client}, script.Quick)
		l.client = stream.New(conn, wire.RoleClient, g.Deadlines, keys, began, bounds, l.answer.Deflate, l.answer.Transcript)
		if violation != nil {
			l.client.AddViolation(violation, 0)
		}
		l.client.Start(l.answer.Early)
	}
	return l, nil
}

// respond answers the request that came to the server.
func (g *Gateway) respond(l *link, c *Case, server *script.Script) {
	if c.Status != 0 {
		r, body := opening.PlainResponse(c.Status, "text/plain; charset=utf-8", refusalBody)
		if c.Status == 426 {
			r.Fields = append(wire.Fields{{Name: "Sec-WebSocket-Version", Value: "13"}, {Name: "Upgrade", Value: "websocket"}}, r.Fields...)
		}
		l.asked.Respond(r, body)
		l.asked.Refused = true
		go l.asked.Linger() // the end of the case closes the connection
		return
	}
	var subprotocols []string
	if c.Chosen != "" {
		subprotocols = []string{c.Chosen}
	}
	l.server = l.asked.Open(subprotocols, script.Quick, server, c.ID, 1)
}

const refusalBody = "refused by the server side\n"

// play plays a case with one end sending.
func (g *Gateway) play(ctx context.Context, c *Case, from wire.Role, arrivals <-chan *opening.FromClient) Result {
	l, err := g.open(ctx, c, from, arrivals)
	if err != nil {
		return Result{Case: c, From: from, Verdict: verdict.Fail, Explanation: "The gateway takes no connection any more: " + err.Error()}
	}
	defer l.drop()
	p := &player{gateway: g, c: c, from: from, link: l}
	p.verdict = verdict.Pass
	p.judge(ctx)
	return Result{Case: c, From: from, Verdict: p.verdict, Explanation: p.sentence()}
}
