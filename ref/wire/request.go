package wire

import "strings"

// Request is the client's opening handshake as a value (RFC 6455 4.1). It can
// also say what no correct client sends; [CheckRequest] tells.
type Request struct {
	// Method is GET in a correct request, Target the resource name or an
	// absolute http or https URI, Version "HTTP/1.1".
	Method, Target, Version string
	Fields                  Fields
}

// Append writes the request to dst and returns the longer slice. It checks
// nothing.
func (r Request) Append(dst []byte) []byte {
	dst = append(dst, r.Method...)
	dst = append(dst, ' ')
	dst = append(dst, r.Target...)
	dst = append(dst, ' ')
	dst = append(dst, r.Version...)
	dst = append(dst, "\r\n"...)
	return r.Fields.append(dst)
}

// ParseRequest reads a request head from the start of b and returns how many
// octets it has; those behind it belong to the frames. The error is [ErrShort]
// while b could still become a request, and a *Violation once it cannot:
// further octets never turn the one answer into the other. A head of more than
// MaxHandshakeLen octets is a violation.
//
// Only the form of HTTP is looked at here: lines that end in CRLF, fields with
// a token for a name and no space before the colon, no folded lines (RFC 7230
// 3.2.4), no control characters. What the request says is for [CheckRequest].
// It costs time in proportion to len(b), so read in chunks, not in octets.
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
