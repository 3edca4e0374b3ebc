package wire

import (
	"encoding/binary"
	"unicode/utf8"
)

// MaxCloseReason is the most octets of a Close frame's reason: what a control
// frame holds, less the status code (RFC 6455 5.5, 5.5.1).
const MaxCloseReason = MaxControlPayload - 2

// ParseClose reads the body of a Close frame, unmasked. Without a body the code
// is [StatusNoStatusRcvd] (RFC6455-7.1.5-2). On a violation code and reason are
// still filled as far as they can be read, so that they can be shown.
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
// stands for no body and takes no reason. It refuses, and appends nothing for,
// a code that may not be sent, a reason that is not UTF-8 and one above
// [MaxCloseReason] octets; the error is a [*Violation].
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

// TrimReason shortens a reason to what a Close frame holds without cutting a
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
