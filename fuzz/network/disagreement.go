package network

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/wsspec/wsspec/conformance/oracle"
	"github.com/wsspec/wsspec/ref/wire"
)

// Another is a server that is compared with the one under test.
type Another struct {
	Name string
	Peer *Server
}

// A Did says what one server did on a script: the same words mean the same.
type Did struct {
	Name string `json:"name"`
	Does string `json:"does"`
}

// did is what the peer did, as servers are compared by it: it refused, failed the connection,
// or sent so many messages back. It is empty if the script does not show it, or if the peer was
// late.
func (c *session) did() string {
	switch status := c.response.Status; {
	case c.peer.Role() != wire.RoleServer, c.unclear, c.wrong != nil && !c.shows():
		return ""
	case c.wrong != nil:
		return "does what the RFC does not permit"
	case status != 101:
		return fmt.Sprintf("refuses the opening handshake with %d", status)
	case c.lived:
		n := 0
		for _, e := range c.events {
			if e.Kind == oracle.Message {
				n++
			}
		}
		if n == 1 {
			return "goes on, and sends a message back"
		}
		return fmt.Sprintf("goes on, and sends %d messages back", n)
	case c.reader == nil: // the harness ended the connection first
		return ""
	case c.closed && c.scriptCloses():
		return "answers the Close frame" + codeText(c.code)
	case c.closed:
		return "fails the connection" + codeText(c.code)
	case c.ended:
		return "ends TCP without a Close frame"
	}
	return ""
}

func codeText(code wire.StatusCode) string {
	if code == wire.StatusNoStatusRcvd || code == 0 {
		return " without a status code"
	}
	return fmt.Sprintf(" with %d", code)
}

// disagree plays a script on the other servers, and reports whether one does something else.
func (p *player) disagree(ctx context.Context, s *Script, out *outcome) bool {
	if out.did == "" {
		return false
	}
	for _, other := range p.others {
		other.patience = p.patience
		if did := other.play(ctx, s).did; did != "" && did != out.did {
			return true
		}
	}
	return false
}

// reachOthers plays a message on the other servers, so that one that cannot be compared is named.
func (c *campaign) reachOthers(ctx context.Context) error {
	for _, a := range c.Also {
		p := newPlayer(a.Peer)
		p.patience = full(c.Deadlines)
		switch out := p.play(ctx, plainMessage); {
		case out.lost != nil:
			return fmt.Errorf("%s: %w", a.Name, out.lost)
		case out.wrong != nil:
			return fmt.Errorf("%s cannot be compared: %s", a.Name, out.wrong.why)
		}
	}
	return nil
}

// plainMessage is what each server sends back.
var plainMessage = &Script{Parts: []Part{{Frame: &Frame{Opcode: wire.OpText, Payload: []byte("Hello")}}}}

// playAll plays a script so many times on each server, and says what each did. It is not ok if one of
// them did not do the same each time, or was late.
func playAll(ctx context.Context, peers []Another, s *Script, times int, p patience) (dids []Did, ok bool) {
	dids, ok = make([]Did, len(peers)), true
	var playing sync.WaitGroup
	for i, a := range peers {
		playing.Go(func() {
			one := newPlayer(a.Peer)
			one.patience = p
			dids[i] = Did{a.Name, one.play(ctx, s).did}
			for range times - 1 {
				if dids[i].Does == "" || one.play(ctx, s).did != dids[i].Does {
					dids[i].Does = ""
					return
				}
			}
		})
	}
	playing.Wait()
	for _, d := range dids {
		ok = ok && d.Does != ""
	}
	return dids, ok
}

// clusters are the servers that did the same, in the order of the first of each: "a, b: fails the
// connection with 1002".
func clusters(dids []Did) (out []string) {
	for i, d := range dids {
		names := []string{d.Name}
		for _, other := range dids[i+1:] {
			if other.Does == d.Does {
				names = append(names, other.Name)
			}
		}
		if !slices.ContainsFunc(dids[:i], func(before Did) bool { return before.Does == d.Does }) {
			out = append(out, strings.Join(names, ", ")+": "+d.Does)
		}
	}
	return out
}

// examineDisagreement makes a script smaller on which servers differ, and reports it.
func (c *campaign) examineDisagreement(ctx context.Context, p *player, number uint64, s *Script) error {
	server, is := c.peer.(*Server)
	if !is {
		return nil
	}
	peers := append([]Another{{c.Name, server}}, c.Also...)
	dids, ok := playAll(ctx, peers, s, confirming, full(c.Deadlines))
	switch {
	case ctx.Err() != nil: // some were not played to their end
		return nil
	case !ok || len(clusters(dids)) < 2:
		c.progress.Unconfirmed++
		return nil
	}
	kind := fmt.Sprint(Disagreement, dids)
	if c.kinds[kind] > 0 {
		c.progress.Again++
		return nil
	}
	c.kinds[kind]++
	small := shrink(s, func(s *Script) bool {
		now, ok := playAll(ctx, peers, s, 1, c.brief())
		return ctx.Err() == nil && ok && !s.behindFinal() && slices.Equal(now, dids)
	})
	if now, ok := playAll(ctx, peers, small, confirming, full(c.Deadlines)); ok && ctx.Err() == nil && slices.Equal(now, dids) {
		s = small
	}
	if ctx.Err() == nil && c.unreachable(ctx, p) {
		return c.lostOn(ctx, p, number, s)
	}
	f := &Finding{
		Class: Disagreement, Why: "the servers do not do the same: " + strings.Join(clusters(dids), "; "), Role: c.peer.Role().String(),
		Reproduced: confirming, Plays: confirming, Seed: c.Seed, Number: number, Peers: dids, Notes: clusters(dids), Script: s,
	}
	c.transcribe(ctx, p, f)
	c.add(f)
	return nil
}

// disagreement plays the script of one on the servers.
func (r *Replayed) disagreement(ctx context.Context, peers []Another, f *Finding, times int, p patience) {
	if len(peers) < 2 {
		r.Why = "a disagreement needs the other servers: add --also URL for each"
		return
	}
	dids, ok := playAll(ctx, peers, f.Script, times, p)
	said := clusters(dids)
	now := strings.Join(said, "; ")
	switch {
	case ctx.Err() != nil:
	case !ok:
		r.Why = "a server was late, or did not do the same each time"
	case len(said) < 2:
		r.Verdict, r.Why = Gone, now
	case slices.EqualFunc(dids, f.Peers, func(a, b Did) bool { return a.Does == b.Does }):
		r.Verdict, r.Why = Reproduced, now
	default:
		r.Verdict, r.Why = Changed, now
	}
}
