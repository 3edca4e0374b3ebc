package handshakes

import (
	"errors"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/wsspec/wsspec/ref/wire"
)

// FuzzGrammar checks that exactly the lists of tokens and extensions that match the
// grammar are read, that an error names the first invalid octet, and that written lists
// are read again.
func FuzzGrammar(f *testing.F) {
	f.Fuzz(func(t *testing.T, data []byte) {
		value := string(data)
		if len(value) > 4<<10 {
			return // regular expressions are slow
		}
		if got := wire.IsToken(value); got != tokenPattern.MatchString(value) {
			t.Fatalf("%q: IsToken is %v", value, got)
		}
		tokens, err := wire.ParseTokens(value)
		if refused(t, value, err, tokenList, "a") {
			if tokens != nil {
				t.Fatalf("%q: rejected, but the tokens are %q", value, tokens)
			}
		} else if want := naiveTokens(value); !slices.Equal(tokens, want) {
			t.Fatalf("%q: tokens %q, want %q", value, tokens, want)
		}
		for _, token := range append(tokens, "Upgrade") {
			if got := wire.HasToken(value, strings.ToUpper(token)); got != naiveHas(value, token) {
				t.Fatalf("%q has %q: %v", value, token, got)
			}
		}
		extensions, err := wire.ParseExtensions(value)
		if refused(t, value, err, extList, "a", `a"`, `"`) {
			return
		}
		want := naiveExtensions(value)
		if !equalExtensions(extensions, want) {
			t.Fatalf("%q: extensions %+v, want %+v", value, extensions, want)
		}
		written := wire.FormatExtensions(extensions)
		again, err := wire.ParseExtensions(written)
		if err != nil || !equalExtensions(again, want) || !extList.MatchString(written) {
			t.Fatalf("%q: written as %q, read as %+v, %v", value, written, again, err)
		}
	})
}

// refused reports whether err rejects the value. It checks that this agrees with the
// grammar, and that err names the first invalid octet. The endings complete every valid
// beginning of a list.
func refused(t *testing.T, value string, err error, grammar *regexp.Regexp, endings ...string) bool {
	if (err == nil) != grammar.MatchString(value) {
		t.Fatalf("%q: %v, but the grammar accepts it: %v", value, err, err != nil)
	}
	if err == nil {
		return false
	}
	var where *wire.GrammarError
	if !errors.As(err, &where) || where.Value != value || where.Offset < 0 || where.Offset > len(value) {
		t.Fatalf("%q: %v, want an offset inside the value", value, err)
	}
	begins := func(s string) bool {
		return grammar.MatchString(s) || slices.ContainsFunc(endings, func(e string) bool { return grammar.MatchString(s + e) })
	}
	if !begins(value[:where.Offset]) {
		t.Fatalf("%q: %v, but an earlier octet is invalid", value, err)
	}
	if where.Offset < len(value) && begins(value[:where.Offset+1]) {
		t.Fatalf("%q: %v, but that octet is valid", value, err)
	}
	return true
}

// naiveHas searches for a token. It compares ASCII letters case-insensitively.
func naiveHas(list, token string) bool {
	lower := func(s string) string {
		return strings.Map(func(r rune) rune {
			if r >= 'A' && r <= 'Z' {
				return r + 32
			}
			return r
		}, s)
	}
	return slices.ContainsFunc(strings.Split(list, ","), func(member string) bool {
		return lower(strings.Trim(member, " \t")) == lower(token)
	})
}

func equalExtensions(a, b []wire.Extension) bool {
	return slices.EqualFunc(a, b, func(a, b wire.Extension) bool {
		return a.Name == b.Name && slices.Equal(a.Params, b.Params)
	})
}
