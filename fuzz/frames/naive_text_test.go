package frames

import "unicode/utf8"

// endings complete every beginning of a code point that can be completed: three
// of the lead octets restrict what comes second, the rest is free.
var endings = []string{"", "\x80", "\xA0", "\x90", "\x80\x80", "\xA0\x80", "\x90\x80", "\x80\x80\x80", "\x90\x80\x80"}

// naiveText judges octets that begin with a code point: they are text up to
// good, and the octet there could stand in no text; or good is len(b), and rest
// is how many octets at the end wait for the others of their code point.
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

// beginsText reports whether something makes the few octets whole.
func beginsText(b []byte) bool {
	var room [8]byte
	for _, ending := range endings {
		if utf8.Valid(append(append(room[:0], b...), ending...)) {
			return true
		}
	}
	return false
}
