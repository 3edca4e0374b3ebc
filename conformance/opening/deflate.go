package opening

import "github.com/wsspec/wsspec/ref/wire"

// What permessage-deflate's parameters mean (RFC 7692 7.1), stated for the harness
// alone. Only the values and the rules' names are those of ref/wire.

const deflateName = "permessage-deflate"

// windowBits are the values that a window's parameter can have: 8 to 15, without
// leading zeros (RFC7692-7.1.2.1-2, RFC7692-7.1.2.2-2).
var windowBits = map[string]int{"8": 8, "9": 9, "10": 10, "11": 11, "12": 12, "13": 13, "14": 14, "15": 15}

// definedParams are the parameters that RFC 7692 7.1 defines.
var definedParams = map[string]bool{
	"server_no_context_takeover": true, "client_no_context_takeover": true, "server_max_window_bits": true, "client_max_window_bits": true,
}

// deflateRules are what an offer or an answer of permessage-deflate breaks.
type deflateRules struct{ undefined, value, doubled *wire.Rule }

var (
	ofOffer  = deflateRules{wire.RuleDeflateOfferUndefined, wire.RuleDeflateOfferValue, wire.RuleDeflateOfferDoubled}
	ofAnswer = deflateRules{wire.RuleDeflateAnswerUndefined, wire.RuleDeflateAnswerValue, wire.RuleDeflateAnswerDoubled}
)

// readOffer reads an element of a client's request. A server has to decline one with
// a mistake (RFC7692-7-1 to RFC7692-7-3).
func readOffer(e wire.Extension) (wire.DeflateOffer, *wire.Violation) {
	return readDeflate(e, ofOffer, true)
}

// readAnswer reads the element of a server's response. A client has to fail the
// connection on one with a mistake (RFC7692-7-6 to RFC7692-7-8). In it
// client_max_window_bits has a value (RFC7692-7.1.2.2-5).
func readAnswer(e wire.Extension) (wire.DeflateOffer, *wire.Violation) {
	return readDeflate(e, ofAnswer, false)
}

func readDeflate(e wire.Extension, rules deflateRules, bareWindow bool) (d wire.DeflateOffer, wrong *wire.Violation) {
	seen := map[string]bool{}
	for _, p := range e.Params {
		if seen[p.Name] {
			return d, rules.doubled.Violation("parameter %s twice", excerpt(p.Name))
		}
		seen[p.Name] = true
		bits, ok := windowBits[p.Value]
		switch {
		case p.Name == "server_no_context_takeover" && !p.HasValue: // RFC7692-7.1.1.1-2
			d.ServerNoContextTakeover = true
		case p.Name == "client_no_context_takeover" && !p.HasValue: // RFC7692-7.1.1.2-4
			d.ClientNoContextTakeover = true
		case p.Name == "server_max_window_bits" && ok:
			d.ServerMaxWindowBits = bits
		case p.Name == "client_max_window_bits" && ok:
			d.ClientMaxWindowBits = bits
		case p.Name == "client_max_window_bits" && !p.HasValue && bareWindow: // RFC7692-7.1.2.2-1
			d.ClientMaxWindowBits = wire.AnyWindowBits
		case definedParams[p.Name]:
			return d, rules.value.Violation("invalid value in parameter %s", excerpt(p.String()))
		default:
			return d, rules.undefined.Violation("parameter %s is not defined", excerpt(p.Name))
		}
	}
	return d, nil
}

// CheckOffers judges the offers of permessage-deflate in a client's request
// (RFC7692-7.1.2.1-2, RFC7692-7.1.2.2-2).
func CheckOffers(r wire.Request) []*wire.Violation {
	var found []*wire.Violation
	list, _ := extensions(r.Fields)
	for _, e := range list {
		if e.Name != deflateName {
			continue
		}
		if _, wrong := readOffer(e); wrong != nil {
			found = append(found, wrong)
		}
	}
	return found
}

// agree holds a server's answers against a client's offers, and returns what is
// agreed. It is good if it is good for one of the offers (RFC 7692 5); if it is good
// for none, the violation is that against the first good offer.
func agree(offers, answers []wire.Extension) (params wire.DeflateParams, agreed bool, broken *wire.Violation) {
	var taken []wire.Extension
	for _, a := range answers {
		if usesRSV1(a.Name) {
			taken = append(taken, a)
		}
	}
	switch {
	case len(taken) > 1: // RFC7692-5-9
		return params, false, wire.RuleDeflateConflict.Violation("%s and %s both use RSV1", taken[0].Name, taken[1].Name)
	case len(taken) == 0 || taken[0].Name != deflateName:
		return params, false, nil
	}
	answer, broken := readAnswer(taken[0])
	if broken != nil {
		return params, false, broken
	}
	for _, e := range offers {
		offer, invalid := readOffer(e)
		if e.Name != deflateName || invalid != nil {
			continue
		}
		wrong := against(offer, answer)
		if wrong == nil {
			return wire.DeflateParams{
				ServerNoContextTakeover: answer.ServerNoContextTakeover, ClientNoContextTakeover: answer.ClientNoContextTakeover,
				ServerMaxWindowBits: orFull(answer.ServerMaxWindowBits), ClientMaxWindowBits: orFull(answer.ClientMaxWindowBits),
			}, true, nil
		}
		if broken == nil {
			broken = wrong
		}
	}
	if broken == nil {
		broken = wire.RuleDeflateUnasked.Violation("%s was not offered", deflateName)
	}
	return params, false, broken
}

// against compares an answer with one offer.
func against(offer, answer wire.DeflateOffer) *wire.Violation {
	switch {
	case offer.ServerNoContextTakeover && !answer.ServerNoContextTakeover: // RFC7692-7.1.1.1-3
		return wire.RuleDeflateTakeoverKept.Violation("server_no_context_takeover was demanded and is not in the answer")
	case offer.ServerMaxWindowBits > 0 && answer.ServerMaxWindowBits == 0: // RFC7692-7.1.2.1-4
		return wire.RuleDeflateServerBits.Violation("server_max_window_bits=%d was demanded and is not in the answer", offer.ServerMaxWindowBits)
	case offer.ServerMaxWindowBits > 0 && answer.ServerMaxWindowBits > offer.ServerMaxWindowBits: // RFC7692-7.1.2.1-4
		return wire.RuleDeflateServerBits.Violation("server_max_window_bits=%d in the answer, at most %d was offered", answer.ServerMaxWindowBits, offer.ServerMaxWindowBits)
	case answer.ClientMaxWindowBits > 0 && offer.ClientMaxWindowBits == 0: // RFC7692-7.1.2.2-6
		return wire.RuleDeflateClientBits.Violation("client_max_window_bits in the answer was not offered")
	}
	return nil
}

// usesRSV1 reports whether an extension is known to use RSV1: those of RFC 7692, its
// drafts and its forerunner.
func usesRSV1(name string) bool {
	switch name {
	case deflateName, "permessage-bzip2", "permessage-snappy", "deflate-frame", "x-webkit-deflate-frame":
		return true
	}
	return false
}

// orFull fills in the window of an absent parameter, 15 bits (RFC7692-7.1.2.1-5).
func orFull(bits int) int {
	if bits <= 0 {
		return 15
	}
	return bits
}

// answerTo answers a client's first good offer (RFC7692-5-3) with what a case demands
// of the client: no context takeover, or a smaller window where the offer lets a
// server ask for one (RFC7692-7.1.2.2-6). ok is false if no offer is good.
func answerTo(offers []wire.Extension, noTakeover bool, window int) (params wire.DeflateParams, answer wire.Extension, ok bool) {
	for _, e := range offers {
		offer, invalid := readOffer(e)
		if e.Name != deflateName || invalid != nil {
			continue
		}
		said := wire.DeflateOffer{
			ServerNoContextTakeover: offer.ServerNoContextTakeover,               // RFC7692-7.1.1.1-3
			ClientNoContextTakeover: offer.ClientNoContextTakeover || noTakeover, // RFC7692-7.1.1.2-2
			ServerMaxWindowBits:     offer.ServerMaxWindowBits,                   // RFC7692-7.1.2.1-4
		}
		clients := 15
		if offer.ClientMaxWindowBits != 0 {
			clients = min(orFull(offer.ClientMaxWindowBits), orFull(window))
		}
		if clients < 15 {
			said.ClientMaxWindowBits = clients
		}
		return wire.DeflateParams{
			ServerNoContextTakeover: said.ServerNoContextTakeover, ClientNoContextTakeover: said.ClientNoContextTakeover,
			ServerMaxWindowBits: orFull(said.ServerMaxWindowBits), ClientMaxWindowBits: clients,
		}, said.Extension(), true
	}
	return params, answer, false
}
