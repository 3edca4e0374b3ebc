package frames

import (
	"unicode/utf8"

	"github.com/wsspec/wsspec/ref/wire"
)

// assigned lists the codes below 3000 that a Close frame may have: those of RFC 6455 7.4.1
// and of the registry (RFC 6455 11.7).
var assigned = map[int]bool{
	1000: true, 1001: true, 1002: true, 1003: true, 1007: true, 1008: true,
	1009: true, 1010: true, 1011: true, 1012: true, 1013: true, 1014: true,
}

// naiveCode returns the status code of the failure for a received code, or 0 if the
// received code is valid.
func naiveCode(code int) wire.StatusCode {
	if assigned[code] || code >= 3000 && code <= 4999 {
		return 0
	}
	return wire.StatusProtocolError
}

// naiveClose reads the body of a Close frame (RFC 6455 5.5.1). fail is the status code of
// the failure, or 0 if the body is valid.
func naiveClose(body []byte) (code int, reason string, fail wire.StatusCode) {
	switch {
	case len(body) == 0:
		return 1005, "", 0
	case len(body) == 1:
		return 1005, "", wire.StatusProtocolError
	}
	code, reason = int(body[0])*256+int(body[1]), string(body[2:])
	fail = naiveCode(code)
	if fail == 0 && !utf8.ValidString(reason) {
		fail = wire.StatusInvalidPayloadData
	}
	return code, reason, fail
}
