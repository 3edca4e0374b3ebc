package conformance

import (
	"context"
	"crypto/sha1"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net"
	"slices"
	"strings"
	"time"

	"github.com/wsspec/wsspec/ref/wire"
)

// openingLimit is the most octets that the harness reads of an answer to its
// opening request.
const openingLimit = 64 << 10

// opening is the opening handshake of one connection to a server.
type opening struct {
	request  wire.Request
	key      string
	response wire.Response
	// offers are the extensions offered, deflate what came of them; nil if
	// permessage-deflate was not agreed.
	offers  []wire.Extension
	deflate *deflation
	// early are octets that came behind the answer (RFC6455-4.2.2-30).
	early      []byte
	transcript Transcript
}

// open sends the opening request and reads the answer. The error is a
// *TargetError if no WebSocket handshake came about at all.
func open(ctx context.Context, conn net.Conn, t *Target, s *Script, keys *maskKeys, d Deadlines, began time.Time) (*opening, error) {
	o := &opening{}
	fields := t.fields()
	var offers []wire.Extension
	for _, offer := range s.Offers {
		offers = append(offers, offer.Extension())
	}
	if len(offers) > 0 {
		fields = append(fields, wire.Field{Name: "Sec-WebSocket-Extensions", Value: wire.FormatExtensions(offers)})
	}
	o.request = wire.NewRequest(t.resource(), t.host(), wire.NewKey(keys.nonce()), fields)
	sent := s.Opening.request(&o.request)
	o.key, _ = o.request.Fields.Get("Sec-WebSocket-Key")
	o.key = strings.TrimSpace(o.key)
	o.offers = o.request.Extensions()
	o.transcript = Transcript{{At: time.Since(began), Dir: Sent, Kind: EntryRequest, Octets: sent, Text: o.request.Method + " " + o.request.Target}}
	_ = conn.SetDeadline(time.Now().Add(d.Handshake))
	defer func() { _ = conn.SetDeadline(time.Time{}) }()
	stop := context.AfterFunc(ctx, func() { _ = conn.SetDeadline(time.Unix(1, 0)) })
	defer stop()
	if err := o.send(conn, s.Opening, sent, keys, began); err != nil {
		return o, targetError(NoAnswer, err, "the server took the connection and not the opening request")
	}
	var got []byte
	buf := make([]byte, 4<<10)
	for {
		n, err := conn.Read(buf)
		got = append(got, buf[:n]...)
		resp, size, perr := wire.ParseResponse(got)
		switch {
		case perr == nil:
			o.response, o.early = resp, got[size:]
			o.answered(began, got[:size], fmt.Sprintf("%s %d %s", resp.Version, resp.Status, resp.Reason))
			return o, nil
		case !errors.Is(perr, wire.ErrShort) || len(got) > openingLimit:
			o.answered(began, got, "no HTTP response")
			return o, targetError(NotHTTP, perr, "what came back is no HTTP response: %s", quote(got))
		case err != nil:
			o.answered(began, got, "the answer broke off")
			return o, o.unanswered(got, err)
		}
	}
}

// send writes the request, and the frames that go with it.
func (o *opening) send(conn net.Conn, how *Opening, request []byte, keys *maskKeys, began time.Time) error {
	if how == nil {
		_, err := conn.Write(request)
		return err
	}
	for _, f := range how.With {
		start := len(request)
		var h wire.Header
		request, h = f.append(request, wire.RoleClient, keys)
		o.transcript = append(o.transcript, Entry{At: time.Since(began), Dir: Sent, Kind: EntryFrame, Header: &h, Octets: request[start:len(request):len(request)]})
	}
	for size := how.Chop.size(len(request)); len(request) > 0; request = request[min(size, len(request)):] {
		if _, err := conn.Write(request[:min(size, len(request))]); err != nil {
			return err
		}
	}
	return nil
}

func (o *opening) answered(began time.Time, octets []byte, text string) {
	if len(octets) > 0 {
		o.transcript = append(o.transcript, Entry{At: time.Since(began), Dir: Received, Kind: EntryResponse, Octets: octets, Text: text})
	}
}

func (o *opening) unanswered(got []byte, err error) error {
	var timeout net.Error
	switch {
	case errors.As(err, &timeout) && timeout.Timeout():
		return targetError(NoAnswer, err, "the server took the connection and sent no answer to the opening request in time")
	case len(got) > 0:
		return targetError(NotHTTP, err, "the answer to the opening request broke off after %d octets", len(got))
	case errors.Is(err, io.EOF):
		return targetError(NoAnswer, err, "the server closed the connection on the opening request without an answer")
	}
	return targetError(NoAnswer, err, "the connection broke on the opening request")
}

// check judges the answer as RFC 6455 4.1 tells a client to, by the harness's
// own means, and returns the first violation of the requirements that are to be
// inspected. A status other than 101 is no violation but a refusal.
func (o *opening) check(t *Target, inspect []string) *wire.Violation {
	for _, v := range o.violations(t) {
		if len(inspect) == 0 || slices.Contains(inspect, v.Rule.ID) {
			return v
		}
	}
	return nil
}

func (o *opening) violations(t *Target) []*wire.Violation {
	var found []*wire.Violation
	report := func(broken bool, rule *wire.Rule, format string, args ...any) {
		if broken {
			found = append(found, rule.Violation(format, args...))
		}
	}
	r := o.response
	upgrade := r.Fields.Values("Upgrade")
	connection := r.Fields.Values("Connection")
	accept := r.Fields.Values("Sec-WebSocket-Accept")
	report(r.Version != "HTTP/1.1", wire.RuleResponseForm, "101 answered in %s", r.Version)
	report(len(upgrade) == 0, wire.RuleResponseUpgradeMissing, "101 answered without Upgrade")
	report(len(upgrade) > 0 && !strings.EqualFold(strings.TrimSpace(strings.Join(upgrade, ",")), "websocket"), wire.RuleResponseUpgrade,
		"101 answered with Upgrade %q, not websocket", strings.Join(upgrade, ", "))
	report(len(connection) == 0, wire.RuleResponseConnectionMissing, "101 answered without Connection")
	report(len(connection) > 0 && !hasToken(connection, "upgrade"), wire.RuleResponseConnection,
		"101 answered with Connection %q, which lacks Upgrade", strings.Join(connection, ", "))
	report(len(accept) == 0, wire.RuleResponseAcceptMissing, "101 answered without Sec-WebSocket-Accept")
	report(len(accept) > 1, wire.RuleResponseAcceptDoubled, "101 answered with %d Sec-WebSocket-Accept fields", len(accept))
	report(len(accept) > 0 && !o.fitsAKey(strings.TrimSpace(accept[0])), wire.RuleResponseAccept,
		"Sec-WebSocket-Accept is %q, for this key it has to be %q", strings.Join(accept, ", "), acceptOf(o.key))
	protocols := r.Fields.Values("Sec-WebSocket-Protocol")
	report(len(protocols) > 1, wire.RuleResponseSubprotocolRepeated, "101 answered with %d Sec-WebSocket-Protocol fields", len(protocols))
	for _, p := range protocols {
		report(!wire.IsToken(strings.TrimSpace(p)), wire.RuleResponseSubprotocolForm, "the server chose the subprotocol %q, which is no single token", p)
		report(!slices.Contains(o.request.Subprotocols(), strings.TrimSpace(p)), wire.RuleResponseSubprotocolUnasked,
			"the server chose the subprotocol %q, which was not asked for", p)
	}
	if v := o.checkExtensions(); v != nil {
		found = append(found, v)
	}
	return found
}

// fitsAKey reports whether the answer is made from the request's key. No clause
// says what a server that takes a request with several makes of them: it may
// read one, or all as the list that HTTP makes of such fields (RFC 2616 4.2).
func (o *opening) fitsAKey(accept string) bool {
	if accept == acceptOf(o.key) {
		return true
	}
	keys := o.request.Fields.Values("Sec-WebSocket-Key")
	if len(keys) < 2 {
		return false
	}
	readings := []string{strings.Join(keys, ","), strings.Join(keys, ", ")}
	return slices.ContainsFunc(append(readings, keys...), func(key string) bool { return accept == acceptOf(key) })
}

// checkExtensions holds the answer against what was offered.
func (o *opening) checkExtensions() *wire.Violation {
	value, answered := o.response.Fields.List("Sec-WebSocket-Extensions")
	if !answered {
		return nil
	}
	answers, err := wire.ParseExtensions(value)
	switch {
	case err != nil:
		return wire.RuleResponseExtensions.Violation("the server answers a malformed Sec-WebSocket-Extensions %q", value)
	case len(o.offers) == 0:
		return wire.RuleResponseExtensionUnasked.Violation("the server accepts the extension %q, none was offered", value)
	}
	for _, a := range answers {
		if !slices.ContainsFunc(o.offers, func(offer wire.Extension) bool { return offer.Name == a.Name }) {
			return wire.RuleResponseExtensionUnasked.Violation("the server accepts the extension %q, which was not offered", a.Name)
		}
	}
	params, agreed, v := wire.CheckDeflateAnswer(o.offers, answers)
	if v != nil {
		// An answer without a limit means 15 bits, which is all that the offer
		// demanded.
		params, agreed, _ = wire.CheckDeflateAnswer(withoutFullWindow(o.offers), answers)
		if !agreed {
			return o.badOffer(v)
		}
	}
	if !agreed {
		return nil
	}
	o.deflate, err = newDeflation(params, wire.RoleServer)
	return asViolation(err)
}

// withoutFullWindow leaves server_max_window_bits=15 out of offers.
func withoutFullWindow(offers []wire.Extension) []wire.Extension {
	out := slices.Clone(offers)
	for i := range out {
		out[i].Params = slices.DeleteFunc(slices.Clone(out[i].Params), func(p wire.Param) bool {
			return p.Name == "server_max_window_bits" && p.Value == "15"
		})
	}
	return out
}

// badOffer names what was wrong with an offer that had to be declined, where
// the server took one; and else the violation at hand.
func (o *opening) badOffer(v *wire.Violation) *wire.Violation {
	for _, e := range o.offers {
		if e.Name != wire.DeflateName {
			continue
		}
		if _, bad := wire.ParseDeflateOffer(e); bad != nil {
			return bad.Rule.Violation("the server accepts the offer %q, which it has to decline: %s", e, bad.Detail)
		}
	}
	return v
}

// asViolation returns the violation in an error of ref/wire; nil for nil.
func asViolation(err error) *wire.Violation {
	var v *wire.Violation
	if err != nil && !errors.As(err, &v) {
		return wire.RuleDeflateData.Violation("%v", err)
	}
	return v
}

// acceptOf computes Sec-WebSocket-Accept (RFC6455-4.2.2-26), apart from
// wire.AcceptKey, with which the reference computes it.
func acceptOf(key string) string {
	sum := sha1.Sum([]byte(key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"))
	return base64.StdEncoding.EncodeToString(sum[:])
}

func hasToken(lines []string, token string) bool {
	for _, line := range lines {
		for t := range strings.SplitSeq(line, ",") {
			if strings.EqualFold(strings.TrimSpace(t), token) {
				return true
			}
		}
	}
	return false
}
