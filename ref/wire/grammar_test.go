package wire

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestIsToken(t *testing.T) {
	for _, s := range []string{"a", "permessage-deflate", "!#$%&'*+-.^_`|~09AZ"} {
		if !IsToken(s) {
			t.Errorf("IsToken(%q) = false", s)
		}
	}
	for _, s := range []string{"", "a b", "a\tb", "a,b", "a;b", "a/b", "a=b", `"a"`, "a(b)", "a@b", "{}", "[a]", "<a>", "a?", `a\b`, "a\x00", "a\x7f", "ä"} {
		if IsToken(s) {
			t.Errorf("IsToken(%q) = true", s)
		}
	}
}

func TestParseTokens(t *testing.T) {
	for _, tt := range []struct {
		value string
		want  []string
	}{
		{"a", []string{"a"}},
		{"a,b", []string{"a", "b"}},
		{" a ,\tb\t", []string{"a", "b"}},    // RFC6455-4.3-7
		{", a, , b,,", []string{"a", "b"}},   // RFC6455-4.3-8
		{"b, a, b", []string{"b", "a", "b"}}, // as spelled, in order
	} {
		got, err := ParseTokens(tt.value)
		if diff := cmp.Diff(tt.want, got); diff != "" || err != nil {
			t.Errorf("ParseTokens(%q): %v, diff %s", tt.value, err, diff)
		}
	}
}

func TestParseTokensRefuses(t *testing.T) {
	for _, tt := range []struct {
		value string
		want  string
	}{
		{"", `octet 0 of "" is the end, want a token`},
		{" , ,", `octet 4 of " , ,"`},
		{"a b", `octet 2 of "a b" is 'b', want a comma or the end`},
		{"a;b", `octet 1 of "a;b" is ';'`},
		{"a,(x)", `octet 2 of "a,(x)" is '(', want a token`},
		{`"a"`, `octet 0 of "\"a\""`},
		{"a\x00", "octet 1"},
		{strings.Repeat("a", 100) + " b", `aaa"… (102 octets)`},
	} {
		got, err := ParseTokens(tt.value)
		if err == nil || !strings.Contains(err.Error(), tt.want) || got != nil {
			t.Errorf("ParseTokens(%q) = %v, %v, want an error with %s", tt.value, got, err, tt.want)
		}
	}
}

func TestHasToken(t *testing.T) {
	for _, tt := range []struct {
		value string
		want  bool
	}{
		{"Upgrade", true},
		{"upgrade", true},
		{"keep-alive, UPGRADE", true},
		{"keep-alive,\tUpgrade ,x", true},
		{",,upgrade", true},
		{"(broken), upgrade", true},
		{"", false},
		{"keep-alive", false},
		{"upgradex", false},
		{"xupgrade", false},
		{"x upgrade", false},
		{"up, grade", false},
		{`"upgrade"`, false},
	} {
		if got := HasToken(tt.value, "Upgrade"); got != tt.want {
			t.Errorf("HasToken(%q) = %t", tt.value, got)
		}
	}
	// U+212A, the Kelvin sign, is a k to Unicode but not to ASCII.
	if HasToken("websoc\u212Aet", "websocket") {
		t.Error("the match is not ASCII")
	}
}

func TestFields(t *testing.T) {
	f := Fields{{"Host", "a"}, {"X-Y", "1"}, {"x-y", ""}, {"X-Y", "2, 3"}}
	if got, ok := f.Get("x-Y"); got != "1" || !ok {
		t.Errorf(`Get = %q, %t, want the first`, got, ok)
	}
	if got, ok := f.Get("absent"); got != "" || ok {
		t.Errorf(`Get = %q, %t of an absent field`, got, ok)
	}
	if diff := cmp.Diff([]string{"1", "", "2, 3"}, f.Values("X-y")); diff != "" {
		t.Error(diff)
	}
	if got, ok := f.List("X-Y"); got != "1, , 2, 3" || !ok {
		t.Errorf("List = %q, %t", got, ok)
	}
	if _, ok := f.List("absent"); ok {
		t.Error("List found an absent field")
	}
	if f.Values("absent") != nil {
		t.Error("Values found an absent field")
	}
}
