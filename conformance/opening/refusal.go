package opening

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"time"

	"github.com/wsspec/wsspec/conformance/judge"
	"github.com/wsspec/wsspec/conformance/observed"
	"github.com/wsspec/wsspec/conformance/script"
	"github.com/wsspec/wsspec/conformance/stream"
	"github.com/wsspec/wsspec/ref/wire"
)

// bodyLimit is how many octets of the body of a refusal are kept: 4 KiB.
const bodyLimit = 4 << 10

// Opened reports whether the server's answer opens a WebSocket connection,
// rightly or not: a 101 that does not switch to another protocol.
func (o *ToServer) Opened() bool { return !o.Refused() && !o.switchedElsewhere() }

// switchedElsewhere reports whether a 101 names another protocol than websocket.
func (o *ToServer) switchedElsewhere() bool {
	elsewhere, _ := SwitchesElsewhere(o.request, o.Response)
	return elsewhere
}

// WrongSwitch is the violation of a server that switches to another protocol than
// the client asked for, nil if the server did not, or was asked to.
func (o *ToServer) WrongSwitch() *wire.Violation {
	if o.over != "" && o.Response.Status == 101 {
		return o.answer().rule(ruleNoSwitch, ruleNoSwitch3).Violation("a response with the status 101")
	}
	_, v := SwitchesElsewhere(o.request, o.Response)
	return v
}

// Refused reports whether the answer has another status than that which opens a connection:
// 101, or 2xx over HTTP/2 and HTTP/3 (RFC 8441 5).
func (o *ToServer) Refused() bool {
	if o.over != "" {
		return o.Response.Status/100 != 2 || !o.asksForTunnel()
	}
	return o.Response.Status != 101
}

// readBody reads the body of a refusal, as far as it is there or promised, and at
// most bodyLimit octets of it: it is where a server says why.
func (o *ToServer) readBody(conn net.Conn, d stream.Deadlines, began time.Time) {
	wait := d.Settle // nothing says that there is more
	if _, ok := o.Response.Fields.Get("Content-Length"); ok || HasToken(o.Response.Fields.Values("Transfer-Encoding"), "chunked") {
		wait = d.FailFast
	}
	_ = conn.SetReadDeadline(time.Now().Add(wait))
	buf := make([]byte, bodyLimit)
	for {
		body, whole := o.bodyOf(o.Early)
		o.body = body
		if whole || len(o.Early) >= bodyLimit {
			return
		}
		n, err := conn.Read(buf[:bodyLimit-len(o.Early)])
		o.Early = append(o.Early, buf[:n]...)
		if err != nil {
			o.body, _ = o.bodyOf(o.Early)
			return
		}
	}
}

// bodyOf decodes the body of the refusal out of the octets behind its head, and
// reports whether that is all of it.
func (o *ToServer) bodyOf(behind []byte) (body []byte, whole bool) {
	resp, err := http.ReadResponse(bufio.NewReader(io.MultiReader(bytes.NewReader(o.Response.Append(nil)), bytes.NewReader(behind))), nil)
	if err != nil {
		return behind, false
	}
	body, err = io.ReadAll(resp.Body)
	return body, err == nil && (resp.ContentLength >= 0 || len(resp.TransferEncoding) > 0)
}

// Refusal says in words what a server refused the opening handshake with: the
// status, where a redirect leads to, and what the body says.
func (o *ToServer) refusal() string {
	text := fmt.Sprintf("%d %s", o.Response.Status, printable(o.Response.Reason))
	return strings.TrimSpace(text) + o.Remark()
}

// Remark is what a refusal says beside its status: the Location of a redirect and
// the text of the body; empty if it says nothing.
func (o *ToServer) Remark() string {
	text := ""
	if location, ok := o.Response.Fields.Get("Location"); ok && o.Response.Status/100 == 3 {
		text += fmt.Sprintf(", Location: %s", shorten(printable(location)))
	}
	if said := strings.Join(strings.Fields(strings.ToValidUTF8(string(o.body), "?")), " "); said != "" {
		text += fmt.Sprintf(", with the body \"%s\"", shorten(printable(said)))
	}
	return text
}

// shorten cuts a text for a sentence.
func shorten(s string) string {
	const most = 200
	if len(s) <= most {
		return s
	}
	return s[:most] + "…"
}

// RefusalError is the error for an answer other than 101 (RFC6455-4.1-43).
func (o *ToServer) RefusalError() *TargetError {
	asked := "the opening handshake"
	if o.extensions() {
		asked = "an opening handshake that offers permessage-deflate"
	}
	e := NewTargetError(NotUpgraded, nil, "the server answered %s with %s instead of %d", asked, o.refusal(), o.opens())
	e.next = o.nextStep()
	return e
}

// opens is the status that opens a connection.
func (o *ToServer) opens() int {
	if o.over != "" {
		return http.StatusOK
	}
	return http.StatusSwitchingProtocols
}

// extensions reports whether the request offers an extension.
func (o *ToServer) extensions() bool { return len(o.offers) > 0 }

// nextStep says what the user can do about a refusal.
func (o *ToServer) nextStep() string {
	switch status := o.Response.Status; {
	case status == http.StatusTooManyRequests, status == http.StatusServiceUnavailable:
		return manyConnections
	case o.extensions():
		return "A server that does not want an extension leaves it out of its answer (RFC 7692 5)."
	case !o.plain:
		return ""
	case status/100 == 3:
		return "wsspec does not follow redirects: give the URL that the server names."
	case status == http.StatusUnauthorized, status == http.StatusProxyAuthRequired:
		return "A server that wants credentials gets them by --header."
	case o.mentionsSubprotocol():
		return "The server wants a subprotocol, which it gets by --subprotocol NAME."
	case status == http.StatusForbidden:
		return "A server that wants an origin or credentials gets them by --origin and --header."
	}
	return "Check the path of the URL; a server that wants an origin, a subprotocol or credentials gets them by --origin, --subprotocol and --header."
}

// mentionsSubprotocol reports whether a refusal is about subprotocols, to a request that
// asks for none.
func (o *ToServer) mentionsSubprotocol() bool {
	if len(o.request.Fields.Values("Sec-WebSocket-Protocol")) > 0 {
		return false
	}
	body := strings.ToLower(string(o.body))
	return len(o.Response.Fields.Values("Sec-WebSocket-Protocol")) > 0 || strings.Contains(body, "subprotocol") || strings.Contains(body, "sec-websocket-protocol")
}

// manyConnections is the hint for a server that limits its connections.
const manyConnections = "A server that limits its connections needs a lower --parallel."

// AfterRefusal reads on for a moment after an answer that refuses the opening
// handshake, or for as long as a server may take to close TCP if that is asked
// for, and returns what came of it. A frame there would be a violation
// (RFC6455-4.2.1-2); an HTTP server may well answer another request. Behind a 101
// to another protocol nothing is read.
func (o *ToServer) AfterRefusal(conn net.Conn, err error, wantsEnd bool, d stream.Deadlines, began time.Time) []observed.Event {
	if err != nil || o.Opened() {
		return nil
	}
	if s, ok := conn.(Stream); ok {
		return o.afterStreamRefusal(s, wantsEnd, d, began)
	}
	if o.switchedElsewhere() {
		o.recordOctets(o.Early, time.Since(began), "octets of another protocol")
		return nil
	}
	wait := d.Settle
	if wantsEnd {
		wait = d.Drop
	}
	_ = conn.SetReadDeadline(time.Now().Add(wait))
	more, err := io.ReadAll(io.LimitReader(conn, Limit))
	at := time.Since(began)
	var events []observed.Event
	behind := append(o.Early, more...)
	o.recordOctets(behind, at, "behind the answer")
	if frames := afterBody(o, behind); len(frames) > 0 {
		last := &o.Transcript[len(o.Transcript)-1]
		last.Number = 1
		events = append(events, observed.Event{Kind: observed.EventViolation, At: at, Position: observed.Position{Last: last.Number, Octet: len(behind) - len(frames)},
			Violation: judge.RuleNothingBehindRefusal.Violation("%d octets behind the HTTP error: %s", len(frames), script.Quote(frames))})
	}
	var timeout net.Error
	switch {
	case err == nil && len(more) < Limit:
		o.Transcript = append(o.Transcript, observed.Entry{At: at, Dir: observed.Received, Kind: observed.EntryEOF, Text: "TCP closed by the peer"})
		events = append(events, observed.Event{Kind: observed.EventEOF, At: at})
	case err != nil && (!errors.As(err, &timeout) || !timeout.Timeout()):
		o.Transcript = append(o.Transcript, observed.Entry{At: at, Dir: observed.Received, Kind: observed.EntryReset, Text: "TCP reset by the peer"})
		events = append(events, observed.Event{Kind: observed.EventReset, At: at})
	}
	return events
}

// afterBody returns what stands behind the body of the answer, if HTTP says
// where that ends, and is no answer to another request. A body that HEAD should
// not have brought is a body all the same.
func afterBody(o *ToServer, behind []byte) []byte {
	head := o.Response.Append(nil)
	r := bufio.NewReader(io.MultiReader(bytes.NewReader(head), bytes.NewReader(behind)))
	resp, err := http.ReadResponse(r, nil)
	if err != nil {
		return nil
	}
	if _, err := io.Copy(io.Discard, resp.Body); err != nil {
		return nil
	}
	rest, _ := io.ReadAll(r)
	if bytes.HasPrefix(rest, []byte("HTTP/")) {
		return nil
	}
	return rest
}

// recordOctets files octets that came in the opening handshake.
func (o *ToServer) recordOctets(octets []byte, at time.Duration, text string) {
	if len(octets) > 0 {
		o.Transcript = append(o.Transcript, observed.Entry{At: at, Dir: observed.Received, Kind: observed.EntryOctets, Octets: octets, Text: text})
	}
}
