package wire

import (
	"strconv"
	"strings"
)

// Response is the head of the server's answer as a value (RFC 6455 4.2.2). It
// can also say what no correct server sends; [CheckResponse] tells.
type Response struct {
	// Version is "HTTP/1.1" in a correct response.
	Version string
	// Status is 101 if the server accepts the connection.
	Status int
	// Reason may be empty.
	Reason string
	Fields Fields
}

// Append writes the response to dst and returns the longer slice. It checks
// nothing; the status is written with at least three digits.
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

// ParseResponse reads a response head from the start of b and returns how many
// octets it has; behind it come frames if the status is 101, else a body. The
// error is [ErrShort] while b could still become a response, and a *Violation
// once it cannot: further octets never turn the one answer into the other. A
// head of more than MaxHandshakeLen octets is a violation.
//
// Only the form of HTTP is looked at here, as in [ParseRequest], but a folded
// line is joined to the one before by a space, as RFC 7230 3.2.4 bids user
// agents. What the response says is for [CheckResponse].
func ParseResponse(b []byte) (r Response, n int, err error) {
	h := headReader{b: b, rule: RuleResponseForm}
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
