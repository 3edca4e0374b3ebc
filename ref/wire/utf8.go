package wire

import "unicode/utf8"

// A UTF8Validator judges a text message that arrives in pieces (RFC 6455 8.1).
// It fails at the first octet that no valid text could have there, also when
// that is the second octet of an unfinished code point. The zero value is ready
// for a new message.
type UTF8Validator struct {
	need   uint8 // octets that the open code point still lacks
	lo, hi uint8 // what the next of them may be
	failed bool
}

// Validate judges the next piece. n is how many of its octets were accepted
// before the first impossible one; without one, n is len(p) and ok is true.
// After a failure it accepts nothing more until [UTF8Validator.Reset].
func (v *UTF8Validator) Validate(p []byte) (n int, ok bool) {
	if v.failed {
		return 0, false
	}
	for v.need > 0 && n < len(p) {
		if !v.step(p[n]) {
			return n, false
		}
		n++
	}
	// Whole code points go to the standard library, which is far faster than
	// octet by octet; what it refuses is walked again to find the octet.
	whole := len(p) - unfinished(p[n:])
	if utf8.Valid(p[n:whole]) {
		n = whole
	}
	for n < len(p) {
		if !v.step(p[n]) {
			return n, false
		}
		n++
	}
	return n, true
}

// Complete reports whether a message may end here: nothing impossible came and
// no code point is left unfinished.
func (v *UTF8Validator) Complete() bool { return v.need == 0 && !v.failed }

// Reset makes the validator ready for a new message.
func (v *UTF8Validator) Reset() { *v = UTF8Validator{} }

// unfinished returns how many octets at the end of p begin a code point that p
// does not finish: 0 to 3.
func unfinished(p []byte) int {
	for k := 1; k <= 3 && k <= len(p); k++ {
		switch c := p[len(p)-k]; {
		case c < 0x80:
			return 0
		case c >= 0xC0:
			if follow(c) >= k {
				return k
			}
			return 0
		}
	}
	return 0
}

// follow returns how many octets follow the leading octet c.
func follow(c byte) int {
	switch {
	case c >= 0xF0:
		return 3
	case c >= 0xE0:
		return 2
	}
	return 1
}

// step takes one octet through the table of well-formed sequences (RFC 3629 4).
func (v *UTF8Validator) step(c byte) bool {
	if v.need > 0 {
		if c < v.lo || c > v.hi {
			v.failed = true
			return false
		}
		v.need--
		v.lo, v.hi = 0x80, 0xBF
		return true
	}
	v.lo, v.hi = 0x80, 0xBF
	switch {
	case c < 0x80:
		return true
	case c < 0xC2, c > 0xF4: // a stray follower, an overlong form, beyond U+10FFFF
		v.failed = true
		return false
	case c == 0xE0: // below A0 it would be overlong
		v.lo = 0xA0
	case c == 0xED: // above 9F it would be a surrogate
		v.hi = 0x9F
	case c == 0xF0: // below 90 it would be overlong
		v.lo = 0x90
	case c == 0xF4: // above 8F it would be beyond U+10FFFF
		v.hi = 0x8F
	}
	v.need = uint8(follow(c))
	return true
}
