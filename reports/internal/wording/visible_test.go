package wording

import "testing"

func TestVisible(t *testing.T) {
	for text, want := range map[string]string{
		"plain, é, 世界, 👩‍🚀":       "plain, é, 世界, 👩‍🚀",
		"line\n\tline":            "line\n\tline",
		"\x00\x1b[31m\x7f\r":      "␀␛[31m␡␍",
		"\x85 \xff\xfe \xc3":      "� � �",
		"\u0085\u202egnp.\u2066":  "��gnp.�",
		"\ufffe\U0010ffff\ufffd.": "���.",
	} {
		if got := Visible(text); got != want {
			t.Errorf("visible(%q) = %q, want %q", text, got, want)
		}
	}
}
