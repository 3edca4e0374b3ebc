package handshakes

import (
	"slices"

	"github.com/wsspec/wsspec/ref/wire"
)

// terms has the parameters of one element of permessage-deflate as strings (RFC 7692 7.1).
type terms map[string]string

// bits matches the values of a window parameter (RFC 7692 7.1.2.1).
var bits = []string{"8", "9", "10", "11", "12", "13", "14", "15"}

// naiveTerms reads an element. broken has every rule that the element breaks.
func naiveTerms(e wire.Extension, answer bool) (agreed terms, broken []*wire.Rule) {
	undefined, value, doubled := wire.RuleDeflateOfferUndefined, wire.RuleDeflateOfferValue, wire.RuleDeflateOfferDoubled
	if answer {
		undefined, value, doubled = wire.RuleDeflateAnswerUndefined, wire.RuleDeflateAnswerValue, wire.RuleDeflateAnswerDoubled
	}
	agreed = terms{}
	for _, p := range e.Params {
		if _, twice := agreed[p.Name]; twice {
			broken = append(broken, doubled)
		}
		agreed[p.Name] = p.Value
		switch p.Name {
		case "server_no_context_takeover", "client_no_context_takeover":
			if p.HasValue {
				broken = append(broken, value)
			}
		case "client_max_window_bits", "server_max_window_bits":
			mayBeBare := p.Name == "client_max_window_bits" && !answer
			if !p.HasValue && !mayBeBare || p.HasValue && !slices.Contains(bits, p.Value) {
				broken = append(broken, value)
			}
		default:
			broken = append(broken, undefined)
		}
	}
	return agreed, broken
}

func (t terms) has(name string) bool { _, ok := t[name]; return ok }

// window returns the number of bits; the default is 15.
func (t terms) window(name string) int {
	if i := slices.Index(bits, t[name]); i >= 0 {
		return 8 + i
	}
	return 15
}

// answers returns the rules that a response to an offer breaks.
func (t terms) answers(offer terms) (broken []*wire.Rule) {
	if offer.has("server_no_context_takeover") && !t.has("server_no_context_takeover") {
		broken = append(broken, wire.RuleDeflateTakeoverKept)
	}
	if offer.has("server_max_window_bits") &&
		(!t.has("server_max_window_bits") || t.window("server_max_window_bits") > offer.window("server_max_window_bits")) {
		broken = append(broken, wire.RuleDeflateServerBits)
	}
	if t.has("client_max_window_bits") && !offer.has("client_max_window_bits") {
		broken = append(broken, wire.RuleDeflateClientBits)
	}
	return broken
}

func (t terms) params() wire.DeflateParams {
	return wire.DeflateParams{
		ServerNoContextTakeover: t.has("server_no_context_takeover"),
		ClientNoContextTakeover: t.has("client_no_context_takeover"),
		ServerMaxWindowBits:     t.window("server_max_window_bits"),
		ClientMaxWindowBits:     t.window("client_max_window_bits"),
	}
}

// validOffers returns the terms of the offers that a server may accept.
func validOffers(offers []wire.Extension) (valid []terms) {
	for _, e := range offers {
		if offer, broken := naiveTerms(e, false); e.Name == "permessage-deflate" && len(broken) == 0 {
			valid = append(valid, offer)
		}
	}
	return valid
}

// naiveAnswer checks the extensions of a response. It returns the broken rules, and the
// negotiated terms, which are nil if compression is not negotiated.
func naiveAnswer(offers, answers []wire.Extension) (agreed terms, broken []*wire.Rule) {
	var found []wire.Extension
	for _, e := range answers {
		switch e.Name {
		case "permessage-deflate", "permessage-bzip2", "permessage-snappy", "deflate-frame", "x-webkit-deflate-frame":
			found = append(found, e)
		}
	}
	if len(found) > 1 {
		return nil, []*wire.Rule{wire.RuleDeflateConflict}
	}
	if len(found) == 0 || found[0].Name != "permessage-deflate" {
		return nil, nil
	}
	answer, broken := naiveTerms(found[0], true)
	if len(broken) > 0 {
		return nil, broken
	}
	valid := validOffers(offers)
	if len(valid) == 0 {
		return nil, []*wire.Rule{wire.RuleDeflateUnasked}
	}
	for i, offer := range valid {
		against := answer.answers(offer)
		if len(against) == 0 {
			return answer, nil
		}
		if i == 0 {
			broken = against
		}
	}
	return nil, broken
}
