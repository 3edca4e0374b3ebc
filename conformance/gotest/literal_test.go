package gotest

import (
	"strings"
	"testing"
)

// Octets become an expression that people can read.
func TestGoString(t *testing.T) {
	for octets, want := range map[string]string{
		"":                         `""`,
		"Hello":                    `"Hello"`,
		"\x00\xff":                 `"\x00\xff"`,
		strings.Repeat("*", 65536): `strings.Repeat("*", 65536)`,
		strings.Repeat("ab", 100):  `strings.Repeat("ab", 100)`,
		"\x03\xe8" + strings.Repeat("*", 123) + "!": "\"\\x03\\xe8\"+\nstrings.Repeat(\"*\", 123)+\n\"!\"",
		"GET / HTTP/1.1\r\nHost: a\r\n\r\n":         "\"GET / HTTP/1.1\\r\\n\"+\n\"Host: a\\r\\n\"+\n\"\\r\\n\"",
	} {
		if got := goString(octets); got != want {
			t.Errorf("%.40q becomes %s, want %s", octets, got, want)
		}
	}
}

// Blocks that nobody needs go, and the lines that mark the others.
func TestKeepBlocks(t *testing.T) {
	const text = "a\n//+x\nb\n\t//+y\nc\n\t//-y\n//-x\nd\n"
	for _, tt := range []struct {
		wanted []string
		want   string
	}{{nil, "a\nd\n"}, {[]string{"x"}, "a\nb\nd\n"}, {[]string{"x", "y"}, "a\nb\nc\nd\n"}, {[]string{"y"}, "a\nd\n"}} {
		blocks := map[string]bool{}
		for _, name := range tt.wanted {
			blocks[name] = true
		}
		if got := keepBlocks(text, blocks); got != tt.want {
			t.Errorf("with %v: %q, want %q", tt.wanted, got, tt.want)
		}
	}
}
