package frames

import "unicode/utf8"

// endings lists endings that complete every valid beginning of a code point. There are
// several, because some lead octets restrict the second octet.
var endings = []string{"", "\x80", "\xA0", "\x90", "\x80\x80", "\xA0\x80", "\x90\x80", "\x80\x80\x80", "\x90\x80\x80"}

// naiveText checks text that starts at a code point. If good < len(b), the octet at good
// is invalid. Otherwise the text is valid, and rest is the length of the incomplete code
// point at its end.
func naiveText(b []byte) (good, rest int) {
	for good < len(b) {
		r, size := utf8.DecodeRune(b[good:])
		if r == utf8.RuneError && size == 1 {
			break
		}
		good += size
	}
	for rest < len(b)-good && beginsText(b[good:good+rest+1]) {
		rest++
	}
	if good+rest < len(b) {
		return good + rest, 0
	}
	return len(b), rest
}

// beginsText reports whether one of the endings completes the octets.
func beginsText(b []byte) bool {
	var room [8]byte
	for _, ending := range endings {
		if utf8.Valid(append(append(room[:0], b...), ending...)) {
			return true
		}
	}
	return false
}
