package wire

import (
	"fmt"
	"strconv"
)

// DeflateName is the extension's registered name (RFC 7692 7).
const DeflateName = "permessage-deflate"

// The extension's parameters (RFC 7692 7.1).
const (
	paramServerNoContextTakeover = "server_no_context_takeover"
	paramClientNoContextTakeover = "client_no_context_takeover"
	paramServerMaxWindowBits     = "server_max_window_bits"
	paramClientMaxWindowBits     = "client_max_window_bits"
)

// The smallest and largest window, as the base-2 logarithm of its octets (RFC
// 7692 7.1.2).
const (
	MinWindowBits = 8
	MaxWindowBits = 15
)

// AnyWindowBits as ClientMaxWindowBits of a [DeflateOffer] is the parameter
// without a value: the client accepts any limit (RFC7692-7.1.2.2-1).
const AnyWindowBits = -1

// DeflateParams are the agreed parameters of permessage-deflate (RFC 7692 7.1),
// what the server's answer says with its defaults filled in.
type DeflateParams struct {
	// ServerNoContextTakeover and ClientNoContextTakeover bind that side to
	// start each message with an empty window (RFC7692-7.2.1-8,
	// RFC7692-7.2.1-11).
	ServerNoContextTakeover, ClientNoContextTakeover bool
	// ServerMaxWindowBits and ClientMaxWindowBits are 8-15, the base-2 logarithm
	// of the largest window that this side may use to compress; 15 when the
	// answer does not say. The zero value counts as 15 too.
	ServerMaxWindowBits, ClientMaxWindowBits int
}

// Sender returns what applies to messages of the role: the window in bits, and
// whether it may use context takeover. The other role has to be able to inflate
// them.
func (p DeflateParams) Sender(role Role) (windowBits int, takeover bool) {
	if role == RoleClient {
		return bitsOrMax(p.ClientMaxWindowBits), !p.ClientNoContextTakeover
	}
	return bitsOrMax(p.ServerMaxWindowBits), !p.ServerNoContextTakeover
}

// DeflateOffer is one offer of permessage-deflate by a client (RFC 7692 7.1).
// The zero value is the plain offer without parameters.
type DeflateOffer struct {
	// ServerNoContextTakeover demands that the server use no context takeover
	// (7.1.1.1); ClientNoContextTakeover is a hint that the client will not
	// (7.1.1.2).
	ServerNoContextTakeover, ClientNoContextTakeover bool
	// ServerMaxWindowBits limits the server's window to 8-15 bits (7.1.2.1);
	// zero leaves the parameter out.
	ServerMaxWindowBits int
	// ClientMaxWindowBits says that the client can be limited (7.1.2.2): 8-15
	// with the hint that it will use no larger window anyway, AnyWindowBits
	// without; zero leaves the parameter out.
	ClientMaxWindowBits int
}

// Extension returns the offer as an element of Sec-WebSocket-Extensions. It
// writes numbers out of range as they are.
func (o DeflateOffer) Extension() Extension {
	e := Extension{Name: DeflateName}
	flag := func(name string, set bool) {
		if set {
			e.Params = append(e.Params, Param{Name: name})
		}
	}
	flag(paramServerNoContextTakeover, o.ServerNoContextTakeover)
	flag(paramClientNoContextTakeover, o.ClientNoContextTakeover)
	if o.ServerMaxWindowBits != 0 {
		e.Params = append(e.Params, bitsParam(paramServerMaxWindowBits, o.ServerMaxWindowBits))
	}
	flag(paramClientMaxWindowBits, o.ClientMaxWindowBits == AnyWindowBits)
	if o.ClientMaxWindowBits != 0 && o.ClientMaxWindowBits != AnyWindowBits {
		e.Params = append(e.Params, bitsParam(paramClientMaxWindowBits, o.ClientMaxWindowBits))
	}
	return e
}

func bitsParam(name string, bits int) Param {
	return Param{Name: name, Value: strconv.Itoa(bits), HasValue: true}
}

// ParseDeflateOffer parses an offer. A server has to decline an offer with an
// undefined parameter, an invalid value or a repeated parameter (RFC7692-7-1 to
// RFC7692-7-3); then it returns the violation. The connection does not fail:
// another offer or no compression is still possible (RFC7692-7-5).
func ParseDeflateOffer(e Extension) (DeflateOffer, *Violation) {
	return parseDeflate(e, offerRules)
}

// DeflatePolicy is what a server wants of permessage-deflate. The zero value
// accepts every valid offer, with the largest windows and context takeover that
// the client allows.
type DeflatePolicy struct {
	// ServerNoContextTakeover saves the server the compressor of an idle
	// connection, ClientNoContextTakeover its window for inflating; both cost
	// compression.
	ServerNoContextTakeover, ClientNoContextTakeover bool
	// ServerMaxWindowBits and ClientMaxWindowBits limit the windows to 8-15
	// bits; zero is 15. A client that did not offer client_max_window_bits
	// cannot be limited (RFC7692-7.1.2.2-6): the offer is accepted and the
	// server then takes 32 KiB windows.
	ServerMaxWindowBits, ClientMaxWindowBits int
}

// Validate returns an error if a window is neither zero nor 8-15 bits.
func (p DeflatePolicy) Validate() error {
	for _, w := range []struct {
		name string
		bits int
	}{
		{paramServerMaxWindowBits, p.ServerMaxWindowBits},
		{paramClientMaxWindowBits, p.ClientMaxWindowBits},
	} {
		if w.bits != 0 && (w.bits < MinWindowBits || w.bits > MaxWindowBits) {
			return fmt.Errorf("%s is %d, want 8 to 15 or zero for 15 (RFC 7692 7.1.2)", w.name, w.bits)
		}
	}
	return nil
}

// AcceptDeflate chooses the first offer of permessage-deflate that the server can
// accept, in the order of the client's preference (RFC7692-5-3). It returns what
// is agreed and the element for the response. Invalid offers are skipped
// (RFC7692-7-5), other extensions are ignored. If ok is false, because there is
// no valid offer or the policy is not valid, the response must not contain
// permessage-deflate, and messages are not compressed (RFC7692-5-13).
func AcceptDeflate(offers []Extension, policy DeflatePolicy) (params DeflateParams, answer Extension, ok bool) {
	if policy.Validate() != nil {
		return DeflateParams{}, Extension{}, false
	}
	for _, e := range offers {
		if e.Name != DeflateName {
			continue
		}
		if offer, broken := ParseDeflateOffer(e); broken == nil {
			params, answer = acceptDeflate(offer, policy)
			return params, answer, true
		}
	}
	return DeflateParams{}, Extension{}, false
}

// acceptDeflate answers a valid offer. It meets the demands of the client,
// follows its hints, and adds what the policy asks for where the offer allows it.
func acceptDeflate(offer DeflateOffer, policy DeflatePolicy) (DeflateParams, Extension) {
	params := DeflateParams{
		// RFC7692-7.1.1.1-3, and RFC7692-7.1.1.1-5 for the unasked.
		ServerNoContextTakeover: offer.ServerNoContextTakeover || policy.ServerNoContextTakeover,
		// RFC7692-7.1.1.2-2: repeating the hint lets the server drop its window.
		ClientNoContextTakeover: offer.ClientNoContextTakeover || policy.ClientNoContextTakeover,
		ServerMaxWindowBits:     min(bitsOrMax(offer.ServerMaxWindowBits), bitsOrMax(policy.ServerMaxWindowBits)),
		ClientMaxWindowBits:     MaxWindowBits,
	}
	answer := DeflateOffer{
		ServerNoContextTakeover: params.ServerNoContextTakeover,
		ClientNoContextTakeover: params.ClientNoContextTakeover,
	}
	// RFC7692-7.1.2.1-4: an offer with the parameter is accepted by repeating
	// it, also when it limits nothing.
	if offer.ServerMaxWindowBits != 0 || params.ServerMaxWindowBits < MaxWindowBits {
		answer.ServerMaxWindowBits = params.ServerMaxWindowBits
	}
	// RFC7692-7.1.2.2-6: not offered means not answered.
	if offer.ClientMaxWindowBits != 0 {
		params.ClientMaxWindowBits = min(bitsOrMax(offer.ClientMaxWindowBits), bitsOrMax(policy.ClientMaxWindowBits))
		if params.ClientMaxWindowBits < MaxWindowBits {
			answer.ClientMaxWindowBits = params.ClientMaxWindowBits
		}
	}
	return params, answer.Extension()
}

// CheckDeflateAnswer judges the extensions of a server's response against the
// client's offers and returns what is agreed. Without permessage-deflate in the
// answer agreed is false and messages go plain (RFC7692-5-14). An answer need
// not tell which offer it takes (RFC 7692 5), so it is good if it is good for
// one of them; if it is good for none, the violation is the one against the
// first valid offer. After a violation the client fails the connection.
func CheckDeflateAnswer(offers, answers []Extension) (params DeflateParams, agreed bool, broken *Violation) {
	var found *Extension
	for i, e := range answers {
		if !usesRSV1[e.Name] {
			continue
		}
		if found != nil {
			return DeflateParams{}, false, RuleDeflateConflict.Violation("%s and %s both use RSV1", found.Name, e.Name)
		}
		found = &answers[i]
	}
	if found == nil || found.Name != DeflateName {
		return DeflateParams{}, false, nil
	}
	answer, broken := parseDeflate(*found, answerRules)
	if broken != nil {
		return DeflateParams{}, false, broken
	}
	for _, e := range offers {
		if e.Name != DeflateName {
			continue
		}
		offer, invalid := ParseDeflateOffer(e)
		if invalid != nil {
			continue
		}
		against := checkAnswer(offer, answer)
		if against == nil {
			return DeflateParams{
				ServerNoContextTakeover: answer.ServerNoContextTakeover,
				ClientNoContextTakeover: answer.ClientNoContextTakeover,
				ServerMaxWindowBits:     bitsOrMax(answer.ServerMaxWindowBits),
				ClientMaxWindowBits:     bitsOrMax(answer.ClientMaxWindowBits),
			}, true, nil
		}
		if broken == nil {
			broken = against
		}
	}
	if broken == nil {
		broken = RuleDeflateUnasked.Violation("%s was not offered", DeflateName)
	}
	return DeflateParams{}, false, broken
}

// checkAnswer checks a well-formed answer against one offer. A client window
// larger than the hint of the offer is allowed (RFC7692-7.2.1-14).
func checkAnswer(offer, answer DeflateOffer) *Violation {
	switch {
	case offer.ServerNoContextTakeover && !answer.ServerNoContextTakeover:
		return RuleDeflateTakeoverKept.Violation("%s was demanded and is not in the answer", paramServerNoContextTakeover)
	case offer.ServerMaxWindowBits != 0 && answer.ServerMaxWindowBits == 0:
		return RuleDeflateServerBits.Violation("%s=%d was demanded and is not in the answer",
			paramServerMaxWindowBits, offer.ServerMaxWindowBits)
	case offer.ServerMaxWindowBits != 0 && answer.ServerMaxWindowBits > offer.ServerMaxWindowBits:
		return RuleDeflateServerBits.Violation("%s=%d in the answer, at most %d was offered",
			paramServerMaxWindowBits, answer.ServerMaxWindowBits, offer.ServerMaxWindowBits)
	case answer.ClientMaxWindowBits != 0 && offer.ClientMaxWindowBits == 0:
		return RuleDeflateClientBits.Violation("%s in the answer was not offered", paramClientMaxWindowBits)
	}
	return nil
}

// usesRSV1 names the extensions known to use RSV1, of which a connection can
// have one (RFC7692-5-9): those of RFC 7692, its drafts and its forerunner.
var usesRSV1 = map[string]bool{
	DeflateName:              true,
	"permessage-bzip2":       true,
	"permessage-snappy":      true,
	"deflate-frame":          true,
	"x-webkit-deflate-frame": true,
}

// deflateElementRules are what a malformed element breaks.
type deflateElementRules struct {
	undefined, value, doubled *Rule
	// bareClientBits says that client_max_window_bits may stand without value,
	// which only an offer may do.
	bareClientBits bool
}

var (
	offerRules = deflateElementRules{
		RuleDeflateOfferUndefined, RuleDeflateOfferValue, RuleDeflateOfferDoubled, true,
	}
	answerRules = deflateElementRules{
		RuleDeflateAnswerUndefined, RuleDeflateAnswerValue, RuleDeflateAnswerDoubled, false,
	}
)

func parseDeflate(e Extension, rules deflateElementRules) (o DeflateOffer, broken *Violation) {
	seen := make(map[string]bool)
	for _, p := range e.Params {
		if seen[p.Name] {
			return o, rules.doubled.Violation("parameter %s twice", excerpt(p.Name))
		}
		seen[p.Name] = true
		valid := !p.HasValue
		switch p.Name {
		case paramServerNoContextTakeover: // RFC7692-7.1.1.1-2
			o.ServerNoContextTakeover = true
		case paramClientNoContextTakeover: // RFC7692-7.1.1.2-4
			o.ClientNoContextTakeover = true
		case paramServerMaxWindowBits: // RFC7692-7.1.2.1-2, RFC7692-7.1.2.1-5
			o.ServerMaxWindowBits, valid = windowBits(p)
		case paramClientMaxWindowBits: // RFC7692-7.1.2.2-2, RFC7692-7.1.2.2-5
			if p.HasValue || !rules.bareClientBits {
				o.ClientMaxWindowBits, valid = windowBits(p)
			} else {
				o.ClientMaxWindowBits = AnyWindowBits
			}
		default:
			return o, rules.undefined.Violation("parameter %s is not defined", excerpt(p.Name))
		}
		if !valid {
			return o, rules.value.Violation("invalid value in parameter %s", excerpt(p.String()))
		}
	}
	return o, nil
}

// windowBits reads 8-15 in decimal without leading zeros. Whether the value was
// quoted does not matter (RFC6455-4.3-6).
func windowBits(p Param) (bits int, ok bool) {
	for bits := MinWindowBits; bits <= MaxWindowBits; bits++ {
		if p.HasValue && p.Value == strconv.Itoa(bits) {
			return bits, true
		}
	}
	return 0, false
}

// bitsOrMax fills in the default of an absent window limit, for an offer's
// AnyWindowBits as well.
func bitsOrMax(bits int) int {
	if bits == 0 || bits == AnyWindowBits {
		return MaxWindowBits
	}
	return bits
}
