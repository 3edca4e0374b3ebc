package wire

import "fmt"

// Sendable reports whether the code may stand in a Close frame: 1000-1003,
// 1007-1014, 3000-3999 and 4000-4999 (RFC 6455 7.4).
func (c StatusCode) Sendable() bool { return brokenBy(c) == nil }

// String returns the number and the name it is registered with:
// "1002 (protocol error)".
func (c StatusCode) String() string {
	if name := c.Name(); name != "" {
		return fmt.Sprintf("%d (%s)", uint16(c), name)
	}
	return fmt.Sprint(uint16(c))
}

// Name returns the meaning that the IANA registry gives to the code (RFC 6455
// 11.7), in lower case, or "" when it has none. For 3000-4999 it says who may
// give the code one.
func (c StatusCode) Name() string {
	switch c {
	case StatusNormalClosure:
		return "normal closure"
	case StatusGoingAway:
		return "going away"
	case StatusProtocolError:
		return "protocol error"
	case StatusUnsupportedData:
		return "unsupported data"
	case StatusReserved1004:
		return "reserved"
	case StatusNoStatusRcvd:
		return "no status received"
	case StatusAbnormalClosure:
		return "abnormal closure"
	case StatusInvalidPayloadData:
		return "invalid frame payload data"
	case StatusPolicyViolation:
		return "policy violation"
	case StatusMessageTooBig:
		return "message too big"
	case StatusMandatoryExtension:
		return "mandatory extension"
	case StatusInternalServerError:
		return "internal server error"
	case StatusServiceRestart:
		return "service restart"
	case StatusTryAgainLater:
		return "try again later"
	case StatusBadGateway:
		return "bad gateway"
	case StatusTLSHandshake:
		return "TLS handshake"
	}
	switch {
	case c >= 3000 && c <= 3999:
		return "registered for a library or application"
	case c >= 4000 && c <= 4999:
		return "private use"
	}
	return ""
}

// CheckStatusCode returns the rule that a code breaks by standing in a Close
// frame, nil when it may stand there.
func CheckStatusCode(c StatusCode) *Violation {
	rule := brokenBy(c)
	if rule == nil {
		return nil
	}
	return rule.Violation("Close frame with status code %v", c)
}

// brokenBy returns the rule that forbids the code in a Close frame.
func brokenBy(c StatusCode) *Rule {
	switch {
	case c <= 999: // RFC6455-7.4.2-1
		return RuleCloseCodeUnused
	case c == StatusReserved1004: // RFC6455-7.4.1-5
		return RuleCloseCode1004
	case c == StatusNoStatusRcvd: // RFC6455-7.4.1-6
		return RuleCloseCode1005
	case c == StatusAbnormalClosure: // RFC6455-7.4.1-7
		return RuleCloseCode1006
	case c == StatusTLSHandshake: // RFC6455-7.4.1-14
		return RuleCloseCode1015
	case c > StatusTLSHandshake && c <= 2999: // RFC6455-7.4.2-2
		return RuleCloseCodeUnassigned
	case c >= 5000: // RFC6455-7.4.2-5
		return RuleCloseCodeUndefined
	}
	return nil
}
