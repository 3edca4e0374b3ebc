package wire

import "strings"

// MaxHandshakeLen is the most octets of the head of a request or response, with
// its final empty line: 64 KiB. HTTP defines no limit; a receiver needs one
// (RFC6455-10.4-2).
const MaxHandshakeLen = 64 << 10

// headReader splits the head of an HTTP message into lines. It looks at each
// octet once and stops at the first octet that cannot occur there, so that a peer
// that speaks another protocol (TLS, frames) is found at once.
type headReader struct {
	b    []byte
	pos  int
	rule *Rule
	// reason says that the start line ends in a reason phrase, which may have
	// octets above 0x7F (obs-text, RFC 9112 4).
	reason bool
}

// line returns the next line without CRLF, or ErrShort.
func (h *headReader) line() (string, error) {
	spaces := 0 // so far; the second one in a status line is before the reason
	for i := h.pos; i < len(h.b); i++ {
		if i == MaxHandshakeLen {
			return "", RuleHandshakeSize.Violation("handshake of more than %d octets", MaxHandshakeLen)
		}
		switch c := h.b[i]; {
		case c == '\n':
			if i == h.pos || h.b[i-1] != '\r' {
				return "", h.rule.Violation("line %s ends in a bare LF", excerpt(string(h.b[h.pos:i])))
			}
			line := string(h.b[h.pos : i-1])
			h.pos = i + 1
			return line, nil
		case i > h.pos && h.b[i-1] == '\r':
			return "", h.rule.Violation("bare CR after %s", excerpt(string(h.b[h.pos:i-1])))
		case c < ' ' && c != '\t' && c != '\r' || c == 0x7F:
			return "", h.rule.Violation("control character %#02x at octet %d of the handshake", c, i)
		case c == ' ':
			spaces++
		case c >= 0x80 && h.pos == 0 && !(h.reason && spaces >= 2):
			return "", h.rule.Violation("octet %#02x in the start line", c)
		}
	}
	if len(h.b) >= MaxHandshakeLen {
		return "", RuleHandshakeSize.Violation("handshake of more than %d octets", MaxHandshakeLen)
	}
	return "", ErrShort
}

// fields reads the header fields and the empty line after them. If unfold is set,
// a folded line is joined to the one before by a space, as RFC 7230 3.2.4
// requires of user agents. Otherwise it is an error, as servers may treat it.
func (h *headReader) fields(unfold bool) (Fields, error) {
	fields := Fields{}
	for {
		line, err := h.line()
		if err != nil {
			return nil, err
		}
		if line == "" {
			return fields, nil
		}
		if line[0] == ' ' || line[0] == '\t' {
			if !unfold || len(fields) == 0 {
				return nil, h.rule.Violation("folded line %s", excerpt(line))
			}
			last := &fields[len(fields)-1]
			last.Value = strings.Trim(last.Value+" "+strings.Trim(line, " \t"), " ")
			continue
		}
		name, value, found := strings.Cut(line, ":")
		if !found {
			return nil, h.rule.Violation("field line %s has no colon", excerpt(line))
		}
		if !IsToken(name) {
			return nil, h.rule.Violation("field name %s is no token", excerpt(name))
		}
		fields = append(fields, Field{Name: name, Value: strings.Trim(value, " \t")})
	}
}

// atLeastHTTP11 reports whether the version is "HTTP/1.1" or above in the
// grammar of RFC 7230 2.6: one digit on each side of the dot.
func atLeastHTTP11(version string) bool {
	digits, found := strings.CutPrefix(version, "HTTP/")
	if !found || len(digits) != len("1.1") || digits[1] != '.' || !isDigits(digits[:1]) || !isDigits(digits[2:]) {
		return false
	}
	return digits >= "1.1"
}

// isDigits reports whether s is 1*DIGIT.
func isDigits(s string) bool { return s != "" && strings.Trim(s, "0123456789") == "" }
