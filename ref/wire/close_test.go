package wire

import (
	"encoding/hex"
	"errors"
	"strings"
	"testing"
)

func TestParseClose(t *testing.T) {
	for _, tt := range []struct {
		name   string
		octets string
		code   StatusCode
		reason string
		rule   *Rule
	}{
		{"no body", "", StatusNoStatusRcvd, "", nil},
		{"half a code", "03", StatusNoStatusRcvd, "", RuleCloseBody},
		{"a code", "03e8", StatusNormalClosure, "", nil},
		{"a code and a reason", "03e962796520e282ac", StatusGoingAway, "bye €", nil},
		{"a reason that is not UTF-8", "03e8ff", StatusNormalClosure, "\xff", RuleCloseReason},
		{"a reason cut inside a code point", "03e8e282", StatusNormalClosure, "\xe2\x82", RuleCloseReason},
		{"a forbidden code goes before a bad reason", "03edff", StatusNoStatusRcvd, "\xff", RuleCloseCode1005},
	} {
		t.Run(tt.name, func(t *testing.T) {
			code, reason, v := ParseClose(octets(t, tt.octets))
			if code != tt.code || reason != tt.reason {
				t.Errorf("%v %q, want %v %q", code, reason, tt.code, tt.reason)
			}
			checkRule(t, v, tt.rule)
		})
	}
}

func checkRule(t *testing.T, v *Violation, want *Rule) {
	t.Helper()
	switch {
	case v == nil && want != nil:
		t.Errorf("no violation, want of %s: %s", want.ID, want.Text)
	case v != nil && want == nil:
		t.Errorf("violation of %s: %v, want none", v.Rule.ID, v)
	case v != nil && v.Rule != want:
		t.Errorf("violation of %s: %v, want of %s", v.Rule.ID, v, want.ID)
	}
}

// The ranges of 7.4.2, and 7.4.1's codes that are no codes to send.
func TestStatusCodes(t *testing.T) {
	for _, tt := range []struct {
		first, last StatusCode
		rule        *Rule
	}{
		{0, 999, RuleCloseCodeUnused},
		{1000, 1003, nil},
		{1004, 1004, RuleCloseCode1004},
		{1005, 1005, RuleCloseCode1005},
		{1006, 1006, RuleCloseCode1006},
		{1007, 1014, nil},
		{1015, 1015, RuleCloseCode1015},
		{1016, 2999, RuleCloseCodeUnassigned},
		{3000, 4999, nil},
		{5000, 65535, RuleCloseCodeUndefined},
	} {
		for code := int(tt.first); code <= int(tt.last); code++ {
			c := StatusCode(code)
			checkRule(t, CheckStatusCode(c), tt.rule)
			if c.Sendable() != (tt.rule == nil) {
				t.Errorf("%v: Sendable = %v", c, c.Sendable())
			}
			if c.Sendable() && c.Name() == "" {
				t.Errorf("%v may be sent and has no name", c)
			}
		}
	}
}

func TestAppendClose(t *testing.T) {
	long := strings.Repeat("x", MaxCloseReason)
	for _, tt := range []struct {
		name   string
		code   StatusCode
		reason string
		want   string
		rule   *Rule
	}{
		{"no code, no body", StatusNoStatusRcvd, "", "", nil},
		{"a code", StatusNormalClosure, "", "03e8", nil},
		{"a code and a reason", StatusGoingAway, "€", "03e9e282ac", nil},
		{"the longest reason", StatusNormalClosure, long, "03e8" + hex.EncodeToString([]byte(long)), nil},
		{"a reason too long", StatusNormalClosure, long + "x", "", RuleControlLength},
		{"a reason that is not UTF-8", StatusNormalClosure, "\xff", "", RuleCloseReason},
		{"1005 with a reason", StatusNoStatusRcvd, "why", "", RuleCloseCode1005},
		{"1006", StatusAbnormalClosure, "", "", RuleCloseCode1006},
		{"zero", 0, "", "", RuleCloseCodeUnused},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, err := AppendClose([]byte("before"), tt.code, tt.reason)
			if want := "before" + string(octets(t, tt.want)); string(got) != want {
				t.Errorf("appended %x, want %x", got, want)
			}
			var v *Violation
			if err != nil && !errors.As(err, &v) {
				t.Fatalf("error %v is no violation", err)
			}
			checkRule(t, v, tt.rule)
		})
	}
}

func TestTrimReason(t *testing.T) {
	for _, tt := range []struct{ name, reason, want string }{
		{"short", "bye", "bye"},
		{"cut at the limit", strings.Repeat("x", 200), strings.Repeat("x", 123)},
		{"never inside a code point", strings.Repeat("x", 122) + "€", strings.Repeat("x", 122)},
		{"not UTF-8", "a\xffb", "a\uFFFDb"},
	} {
		if got := TrimReason(tt.reason); got != tt.want {
			t.Errorf("%s: %q, want %q", tt.name, got, tt.want)
		}
	}
}

func TestStatusCodeString(t *testing.T) {
	for code, want := range map[StatusCode]string{
		1002: "1002 (protocol error)",
		1006: "1006 (abnormal closure)",
		3500: "3500 (registered for a library or application)",
		2500: "2500",
	} {
		if got := code.String(); got != want {
			t.Errorf("String = %q, want %q", got, want)
		}
	}
}
