package http3

import (
	"fmt"

	"github.com/wsspec/wsspec/ref/wire"
)

// The rules that the harness checks on every connection of HTTP/3. Those of RFC 9114 have the
// id of the requirement of RFC 9220 that rests on them.
var (
	ruleSettingValue = &wire.Rule{ID: "RFC9220-3-1", RFC: 8441, Section: "3", Text: "SETTINGS_ENABLE_CONNECT_PROTOCOL is 0 or 1."}
	ruleSettings     = http("7.2.4", "A server sends one SETTINGS frame, as the first one of its control stream, with each setting once.")
	ruleControl      = http("6.2.1", "A control stream stays open, and has frames about the connection.")
	rulePush         = http("4.6", "A server does not push to a client that permits no push.")
	ruleFrame        = http("7.1", "A frame is whole, and as long as it says.")
	ruleTunnel       = http("4.4", "Behind the response to CONNECT a stream has DATA frames, and no others that are defined.")
	ruleFields       = http("4.2", "The response is a well-formed list of fields, with names in lower case.")
)

func http(section, text string) *wire.Rule {
	return &wire.Rule{ID: "RFC9220-3-1", RFC: 9114, Section: section, Text: text}
}

// Error codes (RFC 9114 8.1).
const (
	codeNo              = 0x100
	codeProtocol        = 0x101
	codeMessage         = 0x10e
	codeRequestCanceled = 0x10c
)

// codeName is the name of an error code.
func codeName(code uint64) string {
	names := []string{
		"H3_NO_ERROR", "H3_GENERAL_PROTOCOL_ERROR", "H3_INTERNAL_ERROR", "H3_STREAM_CREATION_ERROR", "H3_CLOSED_CRITICAL_STREAM", "H3_FRAME_UNEXPECTED",
		"H3_FRAME_ERROR", "H3_EXCESSIVE_LOAD", "H3_ID_ERROR", "H3_SETTINGS_ERROR", "H3_MISSING_SETTINGS", "H3_REQUEST_REJECTED", "H3_REQUEST_CANCELLED",
		"H3_REQUEST_INCOMPLETE", "H3_MESSAGE_ERROR", "H3_CONNECT_ERROR", "H3_VERSION_FALLBACK",
	}
	if i := code - codeNo; i < uint64(len(names)) {
		return names[i]
	}
	return fmt.Sprintf("the code %#x", code)
}
