package wire

import (
	"fmt"
	"strings"
)

// A GrammarError says where a field value does not follow its grammar.
type GrammarError struct {
	// Value is the whole field value.
	Value string
	// Offset is the index of the first wrong octet in Value.
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

// excerpt quotes what a peer sent, up to a maximum length.
func excerpt(s string) string {
	const most = 64
	if len(s) > most {
		return fmt.Sprintf("%q… (%d octets)", s[:most], len(s))
	}
	return fmt.Sprintf("%q", s)
}

// separators are the characters that a token must not contain (RFC 2616 2.2; RFC
// 6455 4.1 names them for subprotocols).
const separators = "()<>@,;:\\\"/[]?={} \t"

// tokenChars has the octets that a token may contain (RFC 2616 2.2).
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

// ParseTokens parses a comma-separated list of tokens, 1#token. White space
// around commas and empty members are allowed, as in all lists of HTTP
// (RFC6455-4.3-7, RFC6455-4.3-8); a list without a token is not. The error is a
// *GrammarError.
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

// HasToken reports whether a comma-separated list contains the token, without
// regard to case. Other members may have any form.
func HasToken(value, token string) bool {
	for member := range strings.SplitSeq(value, ",") {
		if equalFoldASCII(strings.Trim(member, " \t"), token) {
			return true
		}
	}
	return false
}

// equalFoldASCII compares ASCII letters without regard to case. Unlike
// strings.EqualFold it does not treat other characters, such as the Kelvin sign,
// as ASCII letters.
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

// A scanner parses a field value.
type scanner struct {
	value string
	pos   int
}

func (s *scanner) fail(want string) error {
	return &GrammarError{Value: s.value, Offset: s.pos, Want: want}
}

// skipSpace skips white space between tokens (RFC6455-4.3-7).
func (s *scanner) skipSpace() {
	for s.pos < len(s.value) && (s.value[s.pos] == ' ' || s.value[s.pos] == '\t') {
		s.pos++
	}
}

// next skips the next octet if it is c.
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

// quotedToken parses the rest of a quoted string after its first quote and
// returns it unescaped. It has to be a token (RFC6455-9.1-3).
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

// list parses 1#member by the list rule of HTTP; read parses one member.
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
