package network

import (
	"bytes"
	"errors"
	"os"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/wsspec/wsspec/conformance/observed"
	"github.com/wsspec/wsspec/conformance/opening"
	"github.com/wsspec/wsspec/conformance/script"
	"github.com/wsspec/wsspec/conformance/stream"
	"github.com/wsspec/wsspec/ref/wire"
)

// plainResponse is an ordinary response to a client, with names in braces.
const plainResponse = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: {accept}\r\n\r\n"

// isResponse tells a response to a client from a request to a server.
func isResponse(head string) bool {
	return strings.HasPrefix(head, "HTTP/") || strings.Contains(head, "{accept")
}

// A reaction is what a client has to do on a response.
type reaction uint8

// The reactions. A response that HTTP leaves to its reader to refuse or to take may be either.
const (
	either reaction = iota
	opens
	rejects
)

// reactionTo says what a client has to do on the octets of a response of a script's own, by
// which requirement, and what the response is. It says what a run of the catalogue says: what
// is NON-STRICT there is either.
func reactionTo(request wire.Request, sent []byte) (r reaction, requirement string, response wire.Response) {
	rest := sent
	for {
		var size int
		var err error
		if response, size, err = wire.ParseResponse(rest); err != nil {
			return either, "", response
		}
		rest = rest[size:]
		if response.Status < 100 || response.Status > 199 || response.Status == 101 {
			break // RFC 9110 15.2: a client reads on behind an interim response
		}
	}
	if response.Status != 101 {
		return rejects, "RFC6455-4.1-43", response
	}
	broken, _ := opening.CheckResponse(request, response)
	for _, v := range broken {
		if v.Rule != wire.RuleResponseForm && v.Rule != wire.RuleResponseAcceptDoubled && !saysTwice(response) {
			return rejects, v.Rule.ID, response
		}
	}
	if len(broken) > 0 || len(rest) > 0 || len(sent) > longHead || !everyClientTakes(response) {
		return either, "", response
	}
	return opens, "", response
}

// saysTwice reports whether the response has a field twice of which one is enough. Clients
// read the first, the last, or both.
func saysTwice(r wire.Response) bool {
	return slices.ContainsFunc([]string{"Upgrade", "Sec-WebSocket-Extensions"}, func(name string) bool { return len(r.Fields.Values(name)) > 1 })
}

// members is a list of tokens without empty elements (RFC 9110 5.6.1.1), value what every
// reader of HTTP takes for the value of a field (RFC 9110 5.5).
var (
	members = regexp.MustCompile("^[A-Za-z0-9!#$%&'*+.^_`|~-]+([ \t]*,[ \t]*[A-Za-z0-9!#$%&'*+.^_`|~-]+)*$")
	value   = regexp.MustCompile("^[\t -~]*$")
)

// everyClientTakes reports whether no client has reason to refuse a 101 that RFC 6455 lets it
// take.
func everyClientTakes(r wire.Response) bool {
	if len(r.Fields) > mostFields || !value.MatchString(r.Reason) {
		return false
	}
	for _, f := range r.Fields {
		switch name := strings.ToLower(f.Name); {
		case name == "content-length", name == "transfer-encoding", name == "set-cookie", name == "location", !value.MatchString(f.Value):
			return false
		case name == "connection" && !members.MatchString(strings.TrimSpace(f.Value)):
			return false
		}
	}
	return true
}

// answer answers the request of a client as a script has it. What only opens the connection
// is left to the session.
func (c *Client) answer(sc *Script, o *opened, p patience) {
	if o.wrong != nil {
		return
	}
	var demands []wire.DeflateOffer
	if offers, err := wire.ParseExtensions(sc.Offer); err == nil && sc.Offer != "" {
		for _, e := range offers {
			demands = append(demands, offerOf(e))
		}
	}
	began := time.Now()
	o.response, _ = opening.Switching(o.request, c.Subprotocols, demands)
	octets := o.response.Append(nil)
	does, requirement := opens, ""
	if sc.Head != "" {
		octets = (&script.Opening{Raw: sc.Head}).Response(&o.response, &o.request)
		does, requirement, o.response = reactionTo(o.request, octets)
	}
	o.transcript = append(o.transcript, observed.Entry{Dir: observed.Sent, Kind: observed.EntryResponse, Octets: octets, Text: opening.StartLine(octets)})
	_ = o.conn.SetWriteDeadline(began.Add(p.answer))
	if does != opens {
		o.unclear = true
		o.watch(sc, octets, does, requirement, p)
		return
	}
	_, agreed := opening.CheckResponse(o.request, o.response)
	o.deflate = agreed.Deflate
	if sc.Joined && len(sc.HeadCuts) == 0 {
		o.unsent = octets
		return
	}
	_ = writeHead(o.conn, octets, sc.HeadCuts) // what a client does not take shows by what it does
	if !sc.Joined {                            // the two would arrive together, by chance
		time.Sleep(p.pause)
	}
}

// watch sends a response that does not open the connection, or may not, with a ping behind it
// in the same write, and looks at what the client does. A pong or a message shows that the
// client took the response. RFC 6455 sets no time in which it has to end TCP.
func (o *opened) watch(sc *Script, octets []byte, does reaction, requirement string, p patience) {
	began := time.Now()
	ping := script.Ping(script.Octets(alive))
	octets, _ = ping.Append(octets, wire.RoleServer, nil)
	for i := range sc.Parts { // more for the client to read
		if f := sc.Parts[i].Frame; f != nil && f.Opcode != wire.OpClose {
			octets, _ = f.scripted().Append(octets, wire.RoleServer, anyKey)
		}
	}
	_ = writeHead(o.conn, octets, sc.HeadCuts)
	reader := stream.NewReader(wire.RoleClient, mostReceived, nil)
	buf := make([]byte, 4<<10)
	o.course = []string{"either ", "", "rejects "}[does]
	fin := false
	for deadline := began.Add(untilFIN); ; {
		_ = o.conn.SetReadDeadline(deadline)
		n, err := o.conn.Read(buf)
		entries, events := reader.Feed(buf[:n], time.Since(began))
		o.transcript = append(o.transcript, entries...)
		for i := range events {
			e := &events[i]
			took := e.Kind == observed.EventMessage || e.Kind == observed.EventPong && bytes.Equal(e.Payload, []byte(alive))
			if took && does == rejects {
				o.wrong = &wrong{WrongVerdict, requirement, "the client opened the connection on a response on which it must not: it sent " + e.String()}
				return
			}
		}
		switch {
		case err == nil && time.Since(began) < p.answer:
		case fin || err == nil || !errors.Is(err, os.ErrDeadlineExceeded):
			return
		default: // it may read the body of the response until TCP ends
			if half, ok := o.conn.(interface{ CloseWrite() error }); ok {
				_ = half.CloseWrite()
			}
			fin, deadline = true, began.Add(p.answer)
		}
	}
}

// untilFIN is how long a client has to answer before the harness ends its half of TCP.
const untilFIN = 30 * time.Millisecond
