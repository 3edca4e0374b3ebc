package wording

import (
	"crypto/sha256"
	"encoding/hex"
	"strings"
	"unicode"
)

// Visible replaces the characters of a text that cannot be seen or that HTML does
// not allow. Control characters become their symbols (U+2400 and following).
// Invalid UTF-8, characters that change the direction of text, others that only
// format it, and separators of lines become U+FFFD.
func Visible(s string) string {
	return strings.Map(func(c rune) rune {
		switch {
		case c == '\n' || c == '\t':
			return c
		case c < ' ':
			return '\u2400' + c
		case c == 0x7f:
			return '\u2421'
		case c == '\u200c', c == '\u200d': // joiners, which emoji and some scripts need
			return c
		case unicode.IsControl(c), unicode.Is(unicode.Bidi_Control, c), unicode.In(c, unicode.Cf, unicode.Zl, unicode.Zp), unicode.Is(unicode.Noncharacter_Code_Point, c):
			return unicode.ReplacementChar
		}
		return c
	}, strings.ToValidUTF8(s, "\uFFFD"))
}

// Clear makes a text visible and cuts it to n characters.
func Clear(s string, n int) string { return Visible(Shortened(s, n)) }

// maxName is how many characters of a name are shown.
const maxName = 200

// Name makes a name visible. Of a name that is too long it keeps the beginning, and
// adds a hash of all, so that different names stay different.
func Name(s string) string {
	short := Shortened(s, maxName)
	if short == s {
		return Visible(s)
	}
	sum := sha256.Sum256([]byte(s))
	return Visible(short) + hex.EncodeToString(sum[:4])
}
