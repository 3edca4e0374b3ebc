package wire

import (
	"fmt"
	"strings"
)

// A GrammarError says where a field value leaves its grammar.
type GrammarError struct {
	// Value is the whole field value.
	Value string
	// Offset is the octet in Value, from 0, at which the grammar was left.
	Offset int
	// Want says what the grammar allows there.
	Want string
}

// Error returns a sentence such as: octet 3 of "a; " is the end, want a
// parameter name. Values longer than 64 octets are shown in part.
func (e *GrammarError) Error() string {
	found := "the end"
	if e.Offset < len(e.Value) {
		found = fmt.Sprintf("%q", e.Value[e.Offset])
	}
	return fmt.Sprintf("octet %d of %s is %s, want %s", e.Offset, excerpt(e.Value), found, e.Want)
}

// excerpt quotes what a peer sent, but never so much of it that an error
// message grows with the peer's wish.
func excerpt(s string) string {
	const most = 64
	if len(s) > most {
		return fmt.Sprintf("%q… (%d octets)", s[:most], len(s))
	}
	return fmt.Sprintf("%q", s)
}

// separators are the characters that RFC 2616 2.2 keeps out of tokens; RFC 6455
// 4.1 names them in its rule for subprotocols.
const separators = "()<>@,;:\\\"/[]?={} \t"

// tokenChars tells the octets that a token may have (RFC 2616 2.2).
var tokenChars = func() (table [256]bool) {
	for c := byte(0x21); c <= 0x7E; c++ {
		table[c] = !strings.ContainsRune(separators, rune(c))
	}
	return table
}()

// IsToken reports whether s is a token: at least one octet, each from U+0021 to
// U+007E and none of them a separator (RFC 2616 2.2, RFC 6455 4.1).
func IsToken(s string) bool {
	for i := range len(s) {
		if !tokenChars[s[i]] {
			return false
		}
	}
	return s != ""
}

// ParseTokens reads a comma-separated list of tokens, 1#token: white space
// around the commas and empty members are tolerated, as the list rule of HTTP
// has it (RFC6455-4.3-7, RFC6455-4.3-8); a list without any token is not. The
// error is a *GrammarError.
func ParseTokens(value string) ([]string, error) {
	var tokens []string
	s := scanner{value: value}
	err := s.list("a token", func() error {
		token, err := s.token("a token")
		tokens = append(tokens, token)
		return err
	})
	if err != nil {
		return nil, err
	}
	return tokens, nil
}

// HasToken reports whether the comma-separated list has the token, compared
// without regard to case, whatever its other members look like.
func HasToken(value, token string) bool {
	for member := range strings.SplitSeq(value, ",") {
		if equalFoldASCII(strings.Trim(member, " \t"), token) {
			return true
		}
	}
	return false
}

// equalFoldASCII compares as the RFC's "ASCII case-insensitive match" does:
// unlike strings.EqualFold, it takes no other letter, such as the Kelvin sign,
// for an ASCII one.
func equalFoldASCII(a, b string) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range len(a) {
		if lowerASCII(a[i]) != lowerASCII(b[i]) {
			return false
		}
	}
	return true
}

func lowerASCII(c byte) byte {
	if 'A' <= c && c <= 'Z' {
		return c + 'a' - 'A'
	}
	return c
}

// A scanner walks over a field value.
type scanner struct {
	value string
	pos   int
}

func (s *scanner) fail(want string) error {
	return &GrammarError{Value: s.value, Offset: s.pos, Want: want}
}

// skipSpace passes over white space between tokens (RFC6455-4.3-7).
func (s *scanner) skipSpace() {
	for s.pos < len(s.value) && (s.value[s.pos] == ' ' || s.value[s.pos] == '\t') {
		s.pos++
	}
}

// next takes the octet c if it is the next one.
func (s *scanner) next(c byte) bool {
	if s.pos < len(s.value) && s.value[s.pos] == c {
		s.pos++
		return true
	}
	return false
}

func (s *scanner) token(want string) (string, error) {
	start := s.pos
	for s.pos < len(s.value) && tokenChars[s.value[s.pos]] {
		s.pos++
	}
	if s.pos == start {
		return "", s.fail(want)
	}
	return s.value[start:s.pos], nil
}

// quotedToken reads the rest of a quoted string, whose first quote is already
// taken, and returns it unescaped. What it stands for has to be a token
// (RFC6455-9.1-3), so that the first octet that no token has ends the search.
func (s *scanner) quotedToken() (string, error) {
	var unquoted strings.Builder
	for unquoted.Len() == 0 || !s.next('"') {
		s.next('\\') // the octet behind a backslash stands for itself
		if s.pos == len(s.value) || !tokenChars[s.value[s.pos]] {
			return "", s.fail("a token in quotes")
		}
		unquoted.WriteByte(s.value[s.pos])
		s.pos++
	}
	return unquoted.String(), nil
}

// list reads 1#member by HTTP's list rule; read takes one member.
func (s *scanner) list(want string, read func() error) error {
	members := 0
	for {
		s.skipSpace()
		if s.pos < len(s.value) && s.value[s.pos] != ',' {
			if err := read(); err != nil {
				return err
			}
			members++
			s.skipSpace()
		}
		if s.pos == len(s.value) {
			break
		}
		if !s.next(',') {
			return s.fail("a comma or the end")
		}
	}
	if members == 0 {
		return s.fail(want)
	}
	return nil
}
