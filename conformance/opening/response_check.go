package opening

import (
	"slices"
	"strings"

	"github.com/wsspec/wsspec/conformance/script"
	"github.com/wsspec/wsspec/ref/wire"
)

// An Agreement is what client and server agreed on in an opening handshake.
type Agreement struct {
	// Deflate are the parameters of permessage-deflate; nil if it was not agreed on.
	Deflate *wire.DeflateParams
	// Others are the names of all other extensions that the server accepted.
	Others []string
}

// CheckResponse judges the 101 of a server by what a client must check (RFC 6455 4.1,
// 9.1; RFC 7692 5, 7.1): for every rule broken, what was seen. A status other than 101 is a
// refusal, for which CheckResponse must not be called.
func CheckResponse(request wire.Request, response wire.Response) (broken []*wire.Violation, agreed Agreement) {
	a := answer{request: request, response: response}
	a.key, _ = request.Fields.Get("Sec-WebSocket-Key")
	a.key = strings.TrimSpace(a.key)
	a.offers, _ = extensions(request.Fields)
	broken, agreed.Deflate = a.check()
	accepted, _ := extensions(response.Fields)
	for _, e := range accepted {
		if e.Name != deflateName {
			agreed.Others = append(agreed.Others, e.Name)
		}
	}
	return broken, agreed
}

// IsUpgrade tells a WebSocket handshake, well-formed or not, from any other request.
func IsUpgrade(r wire.Request) bool {
	_, key := r.Fields.Get("Sec-WebSocket-Key")
	return key || HasToken(r.Fields.Values("Upgrade"), "websocket")
}

// SwitchesElsewhere reports whether a 101 names another protocol than websocket: what
// follows it are no frames (RFC 9110 7.8). The violation is nil if the client asked for
// that protocol: "A server MUST NOT switch to a protocol that was not indicated by the
// client" (RFC 9110 7.8).
func SwitchesElsewhere(request wire.Request, response wire.Response) (bool, *wire.Violation) {
	upgrade := response.Fields.Values("Upgrade")
	if response.Status != 101 || len(upgrade) == 0 || HasToken(upgrade, "websocket") {
		return false, nil
	}
	to := strings.Join(upgrade, ", ")
	for protocol := range strings.SplitSeq(to, ",") {
		if !HasToken(request.Fields.Values("Upgrade"), strings.TrimSpace(protocol)) {
			return true, wire.RuleResponseUpgrade.Violation("101 answered with Upgrade %q, not websocket", shorten(to))
		}
	}
	return true, nil
}

// An answer is the final response of a server beside its request.
type answer struct {
	request wire.Request
	// key is that of the request, and offers are its extensions.
	key      string
	offers   []wire.Extension
	response wire.Response
}

// check checks the response. It also returns the parameters of permessage-deflate, nil if
// that was not agreed on.
func (o answer) check() (found []*wire.Violation, agreed *wire.DeflateParams) {
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
	report(len(connection) > 0 && !HasToken(connection, "upgrade"), wire.RuleResponseConnection,
		"101 answered with Connection %q, which lacks Upgrade", strings.Join(connection, ", "))
	report(len(accept) == 0, wire.RuleResponseAcceptMissing, "101 answered without Sec-WebSocket-Accept")
	report(len(accept) > 1, wire.RuleResponseAcceptDoubled, "101 answered with %d Sec-WebSocket-Accept fields", len(accept))
	report(len(accept) > 0 && !o.fitsAKey(strings.TrimSpace(accept[0])), wire.RuleResponseAccept,
		"Sec-WebSocket-Accept is %q, for this key it has to be %q", strings.Join(accept, ", "), script.AcceptOf(o.key))
	chosen, agreed := o.checkChoices()
	return append(found, chosen...), agreed
}

// checkChoices checks what the server chose of the subprotocols and extensions.
func (o answer) checkChoices() (found []*wire.Violation, agreed *wire.DeflateParams) {
	report := func(broken bool, rule *wire.Rule, format string, args ...any) {
		if broken {
			found = append(found, rule.Violation(format, args...))
		}
	}
	r := o.response
	protocols := r.Fields.Values("Sec-WebSocket-Protocol")
	report(len(protocols) > 1, wire.RuleResponseSubprotocolRepeated, "%d answered with %d Sec-WebSocket-Protocol fields", r.Status, len(protocols))
	for _, p := range protocols {
		report(!isToken(strings.TrimSpace(p)), wire.RuleResponseSubprotocolForm, "the server chose the subprotocol %q, which is no single token", p)
		report(!slices.Contains(tokens(o.request.Fields, "Sec-WebSocket-Protocol"), strings.TrimSpace(p)), wire.RuleResponseSubprotocolUnasked,
			"the server chose the subprotocol %q, which was not asked for", p)
	}
	params, v := o.checkExtensions()
	if v != nil {
		found = append(found, v)
	}
	return found, params
}

// fitsAKey reports whether the answer is made from the request's key. No clause
// says what a server that takes a request with several makes of them: it may
// read one, or all as the list that HTTP makes of such fields (RFC 2616 4.2).
func (o answer) fitsAKey(accept string) bool {
	if accept == script.AcceptOf(o.key) {
		return true
	}
	keys := o.request.Fields.Values("Sec-WebSocket-Key")
	if len(keys) < 2 {
		return false
	}
	readings := []string{strings.Join(keys, ","), strings.Join(keys, ", ")}
	return slices.ContainsFunc(append(readings, keys...), func(key string) bool { return accept == script.AcceptOf(key) })
}

// checkExtensions holds the answer against what was offered, and returns the parameters of
// permessage-deflate if that was agreed on.
func (o answer) checkExtensions() (*wire.DeflateParams, *wire.Violation) {
	values := o.response.Fields.Values("Sec-WebSocket-Extensions")
	if len(values) == 0 {
		return nil, nil
	}
	value := strings.Join(values, ", ")
	answers, ok := extensions(o.response.Fields)
	switch {
	case !ok: // RFC6455-9.1-2
		return nil, wire.RuleResponseExtensions.Violation("the server answers a malformed Sec-WebSocket-Extensions %q", value)
	case len(o.offers) == 0: // RFC6455-4.2.2-20
		return nil, wire.RuleResponseExtensionUnasked.Violation("the server accepts the extension %q, none was offered", value)
	}
	for _, a := range answers {
		if !slices.ContainsFunc(o.offers, func(offer wire.Extension) bool { return offer.Name == a.Name }) {
			return nil, wire.RuleResponseExtensionUnasked.Violation("the server accepts the extension %q, which was not offered", a.Name)
		}
	}
	params, agreed, v := agree(o.offers, answers)
	if v != nil {
		// An answer without a limit means 15 bits, which is all that the offer
		// demanded.
		params, agreed, _ = agree(withoutFullWindow(o.offers), answers)
		if !agreed {
			return nil, o.badOffer(v)
		}
	}
	if !agreed {
		return nil, nil
	}
	return &params, nil
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
func (o answer) badOffer(v *wire.Violation) *wire.Violation {
	for _, e := range o.offers {
		if e.Name != deflateName {
			continue
		}
		if _, bad := readOffer(e); bad != nil {
			return bad.Rule.Violation("the server accepts the offer %q, which it has to decline: %s", e, bad.Detail)
		}
	}
	return v
}

// StartLine is the first line of a head as it stands on the wire, without control
// characters; a long one is cut.
func StartLine(head []byte) string { return startLine(head) }
