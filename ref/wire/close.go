package wire

import (
	"encoding/binary"
	"unicode/utf8"
)

// MaxCloseReason is the most octets of the reason in a Close frame: the size of a
// control frame minus the status code (RFC 6455 5.5, 5.5.1).
const MaxCloseReason = MaxControlPayload - 2

// ParseClose parses the unmasked body of a Close frame. Without a body the code
// is [StatusNoStatusRcvd] (RFC6455-7.1.5-2). With a violation code and reason are
// set as far as they can be read, so that they can be shown.
func ParseClose(p []byte) (code StatusCode, reason string, v *Violation) {
	switch len(p) {
	case 0:
		return StatusNoStatusRcvd, "", nil
	case 1:
		return StatusNoStatusRcvd, "", RuleCloseBody.Violation("Close frame with a body of 1 octet, a status code has 2")
	}
	code = StatusCode(binary.BigEndian.Uint16(p))
	reason = string(p[2:])
	if v = CheckStatusCode(code); v != nil {
		return code, reason, v
	}
	if !utf8.ValidString(reason) {
		return code, reason, RuleCloseReason.Violation("close reason that is not UTF-8, code %d", uint16(code))
	}
	return code, reason, nil
}

// AppendClose appends the body of a Close frame to dst. [StatusNoStatusRcvd]
// means no body and allows no reason. If the code may not be sent, or the reason
// is not UTF-8 or longer than [MaxCloseReason], it appends nothing; the error is
// a [*Violation].
func AppendClose(dst []byte, code StatusCode, reason string) ([]byte, error) {
	if code == StatusNoStatusRcvd && reason == "" {
		return dst, nil
	}
	if v := CheckStatusCode(code); v != nil {
		return dst, v
	}
	if len(reason) > MaxCloseReason {
		return dst, RuleControlLength.Violation("close reason of %d octets, at most %d fit behind the status code", len(reason), MaxCloseReason)
	}
	if !utf8.ValidString(reason) {
		return dst, RuleCloseReason.Violation("close reason that is not UTF-8")
	}
	dst = binary.BigEndian.AppendUint16(dst, uint16(code))
	return append(dst, reason...), nil
}

// TrimReason shortens a reason to the size of a Close frame, without cutting a
// code point, and replaces what is not UTF-8.
func TrimReason(reason string) string {
	if !utf8.ValidString(reason) {
		reason = string([]rune(reason))
	}
	if len(reason) <= MaxCloseReason {
		return reason
	}
	n := MaxCloseReason
	for !utf8.RuneStart(reason[n]) {
		n--
	}
	return reason[:n]
}
