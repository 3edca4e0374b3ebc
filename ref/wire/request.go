package wire

import "strings"

// Request is the opening handshake of the client as a value (RFC 6455 4.1). It
// can also be incorrect; [CheckRequest] tells.
type Request struct {
	// Method is GET in a correct request, Target the resource name or an
	// absolute http or https URI, Version "HTTP/1.1".
	Method, Target, Version string
	Fields                  Fields
}

// Append appends the request to dst without checking it.
func (r Request) Append(dst []byte) []byte {
	dst = append(dst, r.Method...)
	dst = append(dst, ' ')
	dst = append(dst, r.Target...)
	dst = append(dst, ' ')
	dst = append(dst, r.Version...)
	dst = append(dst, "\r\n"...)
	return r.Fields.append(dst)
}

// ParseRequest parses a request head at the start of b and returns its length in
// octets; frames follow it. The error is [ErrShort] while b can still become a
// request, and a *Violation when it cannot: more octets never change one into the
// other. A head of more than MaxHandshakeLen octets is a violation.
//
// Only the form of HTTP is checked here: lines end in CRLF, field names are
// tokens without a space before the colon, lines are not folded (RFC 7230 3.2.4),
// and there are no control characters. [CheckRequest] checks the contents. The
// time is proportional to len(b), so call it for larger pieces and not for every
// octet.
func ParseRequest(b []byte) (r Request, n int, err error) {
	h := headReader{b: b, rule: RuleRequestForm}
	line, err := h.line()
	if err != nil {
		return Request{}, 0, err
	}
	// A target with a space in it is cut so that CheckRequest can name it.
	method, rest, _ := strings.Cut(line, " ")
	space := strings.LastIndexByte(rest, ' ')
	if space < 0 || method == "" {
		return Request{}, 0, h.rule.Violation("request line %s is not method, target and version", excerpt(line))
	}
	fields, err := h.fields(false)
	if err != nil {
		return Request{}, 0, err
	}
	return Request{Method: method, Target: rest[:space], Version: rest[space+1:], Fields: fields}, h.pos, nil
}
