package wire

import (
	"strconv"
	"strings"
)

// Response is the head of the response of the server as a value (RFC 6455 4.2.2).
// It can also be incorrect; [CheckResponse] tells.
type Response struct {
	// Version is "HTTP/1.1" in a correct response.
	Version string
	// Status is 101 if the server accepts the connection.
	Status int
	// Reason may be empty.
	Reason string
	Fields Fields
}

// Append appends the response to dst without checking it. The status has at least
// three digits.
func (r Response) Append(dst []byte) []byte {
	dst = append(dst, r.Version...)
	dst = append(dst, ' ')
	for limit := 100; limit > 1 && 0 <= r.Status && r.Status < limit; limit /= 10 {
		dst = append(dst, '0')
	}
	dst = strconv.AppendInt(dst, int64(r.Status), 10)
	dst = append(dst, ' ')
	dst = append(dst, r.Reason...)
	dst = append(dst, "\r\n"...)
	return r.Fields.append(dst)
}

// ParseResponse parses a response head at the start of b and returns its length
// in octets. Frames follow it if the status is 101, otherwise a body. The error
// is [ErrShort] while b can still become a response, and a *Violation when it
// cannot: more octets never change one into the other. A head of more than
// MaxHandshakeLen octets is a violation.
//
// Only the form of HTTP is checked here, as in [ParseRequest]. A folded line is
// joined to the line before by a space, as RFC 7230 3.2.4 requires of user
// agents. [CheckResponse] checks the contents.
func ParseResponse(b []byte) (r Response, n int, err error) {
	h := headReader{b: b, rule: RuleResponseForm, reason: true}
	line, err := h.line()
	if err != nil {
		return Response{}, 0, err
	}
	version, rest, _ := strings.Cut(line, " ")
	digits, reason, found := strings.Cut(rest, " ")
	if !found || version == "" || len(digits) != 3 || !isDigits(digits) {
		return Response{}, 0, h.rule.Violation("status line %s is not version, three digits and reason", excerpt(line))
	}
	status, err := strconv.Atoi(digits)
	if err != nil {
		return Response{}, 0, h.rule.Violation("status %s is no number", excerpt(digits))
	}
	fields, err := h.fields(true)
	if err != nil {
		return Response{}, 0, err
	}
	return Response{Version: version, Status: status, Reason: reason, Fields: fields}, h.pos, nil
}
