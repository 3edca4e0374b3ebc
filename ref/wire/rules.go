package wire

import "slices"

// The rules of an open connection. Their ids are those of the project's list of
// requirements; the errors of this package and the harness's verdicts name the
// same variables, so that both explain a failure by the same clause.

// Frame headers.
var (
	RuleMaskMissing            = framing("RFC6455-5.1-3", "5.1", "A server closes the connection on a frame that is not masked.")
	RuleMaskForbidden          = framing("RFC6455-5.1-6", "5.1", "A client closes the connection on a masked frame.")
	RuleReservedBits           = framing("RFC6455-5.2-3", "5.2", "A reserved bit that no agreed extension uses fails the connection.")
	RuleReservedBitsDeflate    = framing("RFC6455-5.2-4", "5.2", "RSV2 and RSV3 fail the connection also when permessage-deflate was agreed.")
	RuleOpcode                 = framing("RFC6455-5.2-5", "5.2", "A reserved opcode fails the connection.")
	RuleLengthTopBit           = framing("RFC6455-5.2-8", "5.2", "The top bit of a 64-bit length is zero.")
	RuleLengthForm             = framing("RFC6455-5.2-10", "5.2", "A length is written in the shortest form that holds it.")
	RuleContinuation           = framing("RFC6455-5.4-5", "5.4", "A continuation frame needs an open message.")
	RuleInterleaved            = framing("RFC6455-5.4-9", "5.4", "Frames of two data messages are never mixed.")
	RuleControlLength          = framing("RFC6455-5.5-2", "5.5", "A control frame has at most 125 octets of payload.")
	RuleControlFragmented      = framing("RFC6455-5.5-4", "5.5", "A control frame is never fragmented.")
	RuleCompressedControl      = framing7692("RFC7692-6.1-4", "6.1", "RSV1 on a control frame fails the connection.")
	RuleCompressedContinuation = framing7692("RFC7692-6.1-5", "6.1", "RSV1 on a frame other than a message's first fails the connection.")
)

// Closing.
var (
	RuleCloseBody           = framing("RFC6455-5.5.1-2", "5.5.1", "The body of a Close frame begins with a status code of two octets.")
	RuleDataAfterClose      = framing("RFC6455-5.5.1-6", "5.5.1", "No data frame follows an endpoint's own Close frame.")
	RuleConnectionLost      = coded(StatusAbnormalClosure, "RFC6455-7.1.5-3", "7.1.5", "A connection that ends without a Close frame closed abnormally, 1006.")
	RuleCloseCode1004       = framing("RFC6455-7.4.1-5", "7.4.1", "Status code 1004 has no meaning yet and is not sent.")
	RuleCloseCode1005       = framing("RFC6455-7.4.1-6", "7.4.1", "Status code 1005 stands for no code and is never sent.")
	RuleCloseCode1006       = framing("RFC6455-7.4.1-7", "7.4.1", "Status code 1006 stands for a lost connection and is never sent.")
	RuleCloseCode1015       = framing("RFC6455-7.4.1-14", "7.4.1", "Status code 1015 stands for a failed TLS handshake and is never sent.")
	RuleCloseCodeUnused     = framing("RFC6455-7.4.2-1", "7.4.2", "Status codes below 1000 are not used.")
	RuleCloseCodeUnassigned = framing("RFC6455-7.4.2-2", "7.4.2", "Status codes from 1000 to 2999 are used only when the registry defines them.")
	RuleCloseCodeUndefined  = framing("RFC6455-7.4.2-5", "7.4.2", "Status codes above 4999 are not defined.")
)

// Text.
var (
	RuleText        = coded(StatusInvalidPayloadData, "RFC6455-8.1-1", "8.1", "A text message is UTF-8 from the first octet to the last.")
	RuleCloseReason = coded(StatusInvalidPayloadData, "RFC6455-8.1-2", "8.1", "The reason in a Close frame is UTF-8.")
)

// Limits, which every endpoint chooses for itself.
var (
	RuleFrameLimit    = coded(StatusMessageTooBig, "RFC6455-10.4-1", "10.4", "An endpoint guards its limit on the size of a frame.")
	RuleMessageLimit  = coded(StatusMessageTooBig, "RFC6455-10.4-1", "10.4", "An endpoint guards its limit on the size of a message.")
	RuleFragmentLimit = coded(StatusMessageTooBig, "RFC6455-10.4-1", "10.4", "An endpoint guards its limit on the number of a message's frames.")
)

var framingRules = []*Rule{
	RuleMaskMissing, RuleMaskForbidden, RuleReservedBits, RuleReservedBitsDeflate, RuleOpcode,
	RuleLengthTopBit, RuleLengthForm, RuleContinuation, RuleInterleaved, RuleControlLength,
	RuleControlFragmented, RuleCompressedControl, RuleCompressedContinuation,
	RuleCloseBody, RuleDataAfterClose, RuleConnectionLost,
	RuleCloseCode1004, RuleCloseCode1005, RuleCloseCode1006, RuleCloseCode1015,
	RuleCloseCodeUnused, RuleCloseCodeUnassigned, RuleCloseCodeUndefined,
	RuleText, RuleCloseReason,
	RuleFrameLimit, RuleMessageLimit, RuleFragmentLimit,
}

// Rules returns every rule that this package enforces, in the order of the
// clauses' subjects. The slice is the caller's.
func Rules() []*Rule {
	return slices.Concat(framingRules, handshakeRules, deflateRules)
}

// framing makes a rule of RFC 6455 whose breach is a protocol error.
func framing(id, section, text string) *Rule {
	return coded(StatusProtocolError, id, section, text)
}

// coded makes a rule of RFC 6455 with the status code that its breach calls for.
func coded(code StatusCode, id, section, text string) *Rule {
	return &Rule{ID: id, RFC: 6455, Section: section, Code: code, Text: text}
}

// framing7692 makes a rule of RFC 7692 whose breach is a protocol error.
func framing7692(id, section, text string) *Rule {
	return &Rule{ID: id, RFC: 7692, Section: section, Code: StatusProtocolError, Text: text}
}
