package conformance

import (
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/wsspec/wsspec/ref/wire"
)

// An arrival is a client's connection up to the end of the opening handshake.
type arrival struct {
	conn       net.Conn
	deadlines  Deadlines
	began      time.Time
	request    wire.Request
	early      []byte
	transcript Transcript
	// refused: the answer was not the one that opens a connection.
	refused bool
	// spoke: octets came behind the request before the response went out.
	spoke bool
}

func newArrival(conn net.Conn, d Deadlines, began time.Time) *arrival {
	return &arrival{conn: conn, deadlines: d, began: began}
}

// read reads the opening request. What is none is answered, where an answer
// can be understood, and false is returned.
func (in *arrival) read() bool {
	_ = in.conn.SetReadDeadline(time.Now().Add(in.deadlines.Handshake))
	defer func() { _ = in.conn.SetReadDeadline(time.Time{}) }()
	var got []byte
	buf := make([]byte, 4<<10)
	for {
		n, err := in.conn.Read(buf)
		got = append(got, buf[:n]...)
		r, size, perr := wire.ParseRequest(got)
		switch {
		case perr == nil:
			in.request, in.early = r, got[size:]
			in.enter(Received, EntryRequest, got[:size], r.Method+" "+r.Target)
			return true
		case !errors.Is(perr, wire.ErrShort):
			hint := ""
			if len(got) > 2 && got[0] == 0x16 && got[1] == 0x03 {
				hint = "; this looks like TLS, and the port speaks plain ws://"
			}
			in.refuse(400, perr.Error()+hint)
			return false
		case err != nil:
			return false
		}
	}
}

// isUpgrade tells a WebSocket handshake, well-formed or not, from any other
// request.
func (in *arrival) isUpgrade() bool {
	f := in.request.Fields
	_, key := f.Get("Sec-WebSocket-Key")
	return key || hasToken(f.Values("Upgrade"), "websocket")
}

func (in *arrival) enter(d Direction, k EntryKind, octets []byte, text string) {
	in.transcript = append(in.transcript, Entry{At: time.Since(in.began), Dir: d, Kind: k, Octets: octets, Text: text})
}

// refuse answers with an HTTP error and a sentence.
func (in *arrival) refuse(status int, sentence string) {
	in.respond(PlainResponse(status, "text/plain; charset=utf-8", sentence+"\n"))
	in.refused = true
}

// reject answers an opening request that breaks the RFC, with the status that a
// server gives it (RFC6455-4.2.2-8) and what is wrong in words.
func (in *arrival) reject(broken []*wire.Violation) {
	r := wire.NewRefusal(wire.CheckRequest(in.request))
	var b strings.Builder
	for _, v := range broken {
		b.WriteString(violationSentence(v) + "\n")
	}
	r.Fields = slices.DeleteFunc(r.Fields, func(f wire.Field) bool { return f.Name == "Content-Length" })
	r.Fields = append(r.Fields, wire.Field{Name: "Content-Type", Value: "text/plain; charset=utf-8"},
		wire.Field{Name: "Content-Length", Value: strconv.Itoa(b.Len())})
	in.respond(r, b.String())
	in.refused = true
}

// mostIgnored is how many octets of a client's a refusal waits out.
const mostIgnored = 1 << 20

// linger, after a refusal, closes the harness's half and lets the client close
// its own: TCP would throw an answer away with octets that nobody has read (RFC
// 9293 3.10.4).
func (in *arrival) linger() {
	half, ok := in.conn.(interface{ CloseWrite() error })
	if !in.refused || !ok || half.CloseWrite() != nil {
		return
	}
	_ = in.conn.SetReadDeadline(time.Now().Add(in.deadlines.Drop))
	_, _ = io.CopyN(io.Discard, in.conn, mostIgnored)
}

// PlainResponse is an HTTP response with a body, after which the connection is
// closed.
func PlainResponse(status int, contentType, body string) (wire.Response, string) {
	return wire.Response{
		Version: "HTTP/1.1", Status: status, Reason: http.StatusText(status),
		Fields: wire.Fields{
			{Name: "Content-Type", Value: contentType}, {Name: "Connection", Value: "close"},
			{Name: "Content-Length", Value: strconv.Itoa(len(body))},
		},
	}, body
}

// respond sends a response.
func (in *arrival) respond(r wire.Response, body string) bool {
	octets := append(r.Append(nil), body...)
	in.enter(Sent, EntryResponse, octets, fmt.Sprintf("%s %d %s", r.Version, r.Status, r.Reason))
	_ = in.conn.SetWriteDeadline(time.Now().Add(in.deadlines.Answer))
	_, err := in.conn.Write(octets)
	return err == nil
}

// open completes the opening handshake (RFC 6455 4.2.2) and returns the
// harness's end of the connection, nil if the client is gone.
func (in *arrival) open(s *Service, script *Script, caseID string, attempt int) *link {
	key, _ := in.request.Fields.Get("Sec-WebSocket-Key")
	r := wire.Response{Version: "HTTP/1.1", Status: 101, Reason: "Switching Protocols", Fields: wire.Fields{
		{Name: "Upgrade", Value: "websocket"}, {Name: "Connection", Value: "Upgrade"},
		{Name: "Sec-WebSocket-Accept", Value: acceptOf(strings.TrimSpace(key))},
	}}
	for _, p := range s.Subprotocols {
		if slices.Contains(in.request.Subprotocols(), p) { // RFC6455-4.2.2-14
			r.Fields = append(r.Fields, wire.Field{Name: "Sec-WebSocket-Protocol", Value: p})
			break
		}
	}
	deflate, answer := acceptDeflate(script.Offers, in.request.Extensions())
	if deflate != nil {
		r.Fields = append(r.Fields, wire.Field{Name: "Sec-WebSocket-Extensions", Value: wire.FormatExtensions([]wire.Extension{answer})})
	}
	keys := newMaskKeys(caseID, attempt)
	if !in.respondAs(script.Opening, &r, keys) {
		return nil
	}
	if script.Opening != nil {
		deflate = in.agreed(r)
	}
	b := boundsOf(&Case{Script: *script}, s.Profile)
	l := newLink(in.conn, wire.RoleServer, in.deadlines, keys, in.began, b, deflate, in.transcript)
	if in.spoke {
		// The octets themselves are the first that the link will hear.
		l.file(nil, []Event{{Kind: EventViolation, At: time.Since(in.began), place: place{last: 1}, Violation: ruleSilentUntilAnswer.Violation("octets before it had the response")}})
	}
	l.start(in.early)
	return l
}

// respondAs sends the response of an opening that the case made its own.
func (in *arrival) respondAs(how *Opening, r *wire.Response, keys *maskKeys) bool {
	if how == nil {
		return in.respond(*r, "")
	}
	in.spoke = len(in.early) > 0
	if how.Hold && !in.spoke {
		in.spoke = in.hears()
	}
	key, _ := in.request.Fields.Get("Sec-WebSocket-Key")
	octets := how.response(r, strings.TrimSpace(key))
	in.enter(Sent, EntryResponse, octets, fmt.Sprintf("%s %d %s", r.Version, r.Status, r.Reason))
	for _, f := range how.With {
		start := len(octets)
		octets, _ = f.append(octets, wire.RoleServer, keys)
		in.enter(Sent, EntryOctets, octets[start:len(octets):len(octets)], "in the same write: "+f.String())
	}
	_ = in.conn.SetWriteDeadline(time.Now().Add(in.deadlines.Answer))
	for size := how.Chop.size(len(octets)); len(octets) > 0; octets = octets[min(size, len(octets)):] {
		if _, err := in.conn.Write(octets[:min(size, len(octets))]); err != nil {
			return false
		}
	}
	return true
}

// agreed is the harness's side of what a response of the case's own says of
// permessage-deflate; nil where that is no valid answer to the client's offers.
func (in *arrival) agreed(r wire.Response) *deflation {
	params, agreed, broken := wire.CheckDeflateAnswer(in.request.Extensions(), r.Extensions())
	if broken != nil || !agreed {
		return nil
	}
	deflate, err := newDeflation(params, wire.RoleClient)
	if err != nil {
		return nil
	}
	return deflate
}

// hears listens for a moment, and keeps what comes.
func (in *arrival) hears() bool {
	_ = in.conn.SetReadDeadline(time.Now().Add(in.deadlines.Settle))
	defer func() { _ = in.conn.SetReadDeadline(time.Time{}) }()
	buf := make([]byte, 4<<10)
	n, _ := in.conn.Read(buf)
	in.early = append(in.early, buf[:n]...)
	return n > 0
}

// acceptDeflate answers a client's offers by the first of the case's demands
// that they allow. The demands are written for a server under test; of a client
// the same is asked the other way round.
func acceptDeflate(demands []wire.DeflateOffer, offers []wire.Extension) (*deflation, wire.Extension) {
	for _, d := range demands {
		params, answer, ok := wire.AcceptDeflate(offers, wire.DeflatePolicy{
			ClientNoContextTakeover: d.ServerNoContextTakeover,
			ClientMaxWindowBits:     d.ServerMaxWindowBits,
		})
		if !ok || d.ServerMaxWindowBits > 0 && params.ClientMaxWindowBits > d.ServerMaxWindowBits {
			continue // the client offers no limit to its window (RFC7692-7.1.2.2-6)
		}
		deflate, err := newDeflation(params, wire.RoleClient)
		if err != nil {
			continue
		}
		return deflate, answer
	}
	return nil, wire.Extension{}
}
