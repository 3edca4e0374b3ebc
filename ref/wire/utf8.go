package wire

import "unicode/utf8"

// A UTF8Validator checks a text that arrives in pieces (RFC 6455 8.1). It stops
// at the first octet that no valid text can have there, also inside a code point.
// The zero value is ready for a text.
type UTF8Validator struct {
	need   uint8 // octets that the open code point still lacks
	lo, hi uint8 // what the next of them may be
	failed bool
}

// Validate checks the next piece. n is the number of octets before the first
// impossible one; if there is none, n is len(p) and ok is true. After a failure
// it accepts nothing until [UTF8Validator.Reset].
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
	// Whole code points are checked by the standard library, which is faster. If
	// it finds an error, they are checked again octet by octet.
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

// Complete reports whether a text may end here: there was no impossible octet and
// no code point is unfinished.
func (v *UTF8Validator) Complete() bool { return v.need == 0 && !v.failed }

// Reset makes the validator ready for another text.
func (v *UTF8Validator) Reset() { *v = UTF8Validator{} }

// unfinished returns how many octets at the end of p belong to an unfinished code
// point: 0 to 3.
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

// follow returns how many octets follow the first octet c of a code point.
func follow(c byte) int {
	switch {
	case c >= 0xF0:
		return 3
	case c >= 0xE0:
		return 2
	}
	return 1
}

// step checks one octet by the table of well-formed sequences (RFC 3629 4).
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
