package wire

// Negotiation of permessage-deflate (RFC 7692 5, 7.1). A broken offer is
// declined, a broken answer fails the connection during the handshake.
var (
	RuleDeflateOfferUndefined  = deflate(0, "RFC7692-7-1", "7", "An offer with an undefined parameter is declined.")
	RuleDeflateOfferValue      = deflate(0, "RFC7692-7-2", "7", "An offer with an invalid value is declined.")
	RuleDeflateOfferDoubled    = deflate(0, "RFC7692-7-3", "7", "An offer with a parameter twice is declined.")
	RuleDeflateAnswerUndefined = deflate(0, "RFC7692-7-6", "7", "An answer with an undefined parameter fails the connection.")
	RuleDeflateAnswerValue     = deflate(0, "RFC7692-7-7", "7", "An answer with an invalid value fails the connection.")
	RuleDeflateAnswerDoubled   = deflate(0, "RFC7692-7-8", "7", "An answer with a parameter twice fails the connection.")
	RuleDeflateUnasked         = deflate(0, "RFC7692-5-15", "5", "An answer to no offer fails the connection.")
	RuleDeflateConflict        = deflate(0, "RFC7692-5-10", "5", "An answer with two extensions that use RSV1 fails the connection.")
	RuleDeflateTakeoverKept    = deflate(0, "RFC7692-7.1.1.1-3", "7.1.1.1", "An offer with server_no_context_takeover is accepted by repeating it.")
	RuleDeflateServerBits      = deflate(0, "RFC7692-7.1.2.1-4", "7.1.2.1", "An offer with server_max_window_bits is accepted with the same or a smaller value.")
	RuleDeflateClientBits      = deflate(0, "RFC7692-7.1.2.2-7", "7.1.2.2", "An answer has client_max_window_bits only if the offer had it.")
)

// Compressed messages (RFC 7692 7.2).
var (
	RuleDeflateData          = deflate(StatusInvalidPayloadData, "RFC7692-7.2.2-2", "7.2.2", "A compressed message is valid DEFLATE data.")
	RuleDeflateClientWindow  = deflate(StatusInvalidPayloadData, "RFC7692-7.2.1-13", "7.2.1", "A client's references stay within the window agreed for it.")
	RuleDeflateServerWindow  = deflate(StatusInvalidPayloadData, "RFC7692-7.2.1-15", "7.2.1", "A server's references stay within the window agreed for it.")
	RuleDeflateClientContext = deflate(StatusInvalidPayloadData, "RFC7692-7.2.1-8", "7.2.1", "A client that agreed to no context takeover starts each message with an empty window.")
	RuleDeflateServerContext = deflate(StatusInvalidPayloadData, "RFC7692-7.2.1-11", "7.2.1", "A server that agreed to no context takeover starts each message with an empty window.")
)

var deflateRules = []*Rule{
	RuleDeflateOfferUndefined, RuleDeflateOfferValue, RuleDeflateOfferDoubled,
	RuleDeflateAnswerUndefined, RuleDeflateAnswerValue, RuleDeflateAnswerDoubled,
	RuleDeflateUnasked, RuleDeflateConflict, RuleDeflateTakeoverKept, RuleDeflateServerBits, RuleDeflateClientBits,
	RuleDeflateData, RuleDeflateClientWindow, RuleDeflateServerWindow, RuleDeflateClientContext, RuleDeflateServerContext,
}

// DeflateRules returns every rule of permessage-deflate that negotiation and
// inflating enforce. The slice is the caller's.
func DeflateRules() []*Rule {
	return append([]*Rule(nil), deflateRules...)
}

// deflate makes a rule of RFC 7692; code is zero for those of the handshake.
func deflate(code StatusCode, id, section, text string) *Rule {
	return &Rule{ID: id, RFC: 7692, Section: section, Code: code, Text: text}
}
