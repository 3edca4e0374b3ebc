package network

import (
	"context"
	"errors"
	"fmt"

	"github.com/wsspec/wsspec/conformance/opening"
	"github.com/wsspec/wsspec/ref/wire"
)

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

// knows reports whether a requirement is known to be broken by the client's requests.
func (c *Client) knows(w *wrong) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.known[w.requirement]
}

// learns notes that a requirement is known to be broken.
func (c *Client) learns(w *wrong) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.known == nil {
		c.known = map[string]bool{}
	}
	c.known[w.requirement] = true
}

// ErrNoHandshake says that the requests of a client are such that nothing more can be played.
// A finding says what is wrong with them.
var ErrNoHandshake = errors.New("the requests of the client cannot be answered")

// mostInRequest bounds the requirements that a request is said to break.
const mostInRequest = 8

// lookAtRequests reports what is wrong with the requests of a client, once. Then it lets the
// client play, so that other faults are found too. Out is the outcome of the last play.
func (c *campaign) lookAtRequests(ctx context.Context, p *player, out *outcome) error {
	client, is := c.peer.(*Client)
	for range mostInRequest {
		if !is || out.wrong == nil || out.wrong.class != WrongVerdict || out.opened || ctx.Err() != nil {
			return nil
		}
		if client.knows(out.wrong) {
			return ErrNoHandshake
		}
		if err := c.examine(ctx, p, 0, &Script{}, out.wrong); err != nil {
			return err
		}
		client.learns(out.wrong)
		p.patience = full(c.Deadlines)
		*out = p.play(ctx, &Script{})
	}
	return nil
}
