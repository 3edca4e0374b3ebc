package catalog

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// A sequence is one text message of section 6, and whether it is UTF-8.
type sequence struct {
	what   string
	octets string
	valid  bool
}

// sequences are the messages of 6.5 to 6.23. What is valid is written down
// here and not computed; a test holds it against unicode/utf8.
var sequences = []struct {
	number    int
	title     string
	sequences []sequence
}{
	{5, "valid UTF-8", []sequence{
		yes("one octet a code point", "hello$world"),
		yes("a code point of two octets", "hello\u00a2world"),
		yes("a code point of three octets", "hello\u20acworld"),
		yes("a code point of four octets", "hello\U00024b62world"),
		yes("Greek", "\xce\xba\xe1\xbd\xb9\xcf\x83\xce\xbc\xce\xb5"),
	}},
	{6, "the first octets of a Greek word", prefixes("\xce\xba\xe1\xbd\xb9\xcf\x83\xce\xbc\xce\xb5", 2, 5, 7, 9, 11)},
	{7, "the first code point of a length", codePoints(0x00, 0x80, 0x800, 0x10000)},
	{8, "the first sequence of a length that UTF-8 lacks", no("\xf8\x88\x80\x80\x80", "\xfc\x84\x80\x80\x80\x80")},
	{9, "the last code point of a length", codePoints(0x7f, 0x7ff, 0xffff, 0x10ffff)},
	{10, "the last sequence of a length, above the last code point", no("\xf7\xbf\xbf\xbf", "\xfb\xbf\xbf\xbf\xbf", "\xfd\xbf\xbf\xbf\xbf\xbf")},
	{11, "code points at the edge of a gap", append(codePoints(0xd7ff, 0xe000, 0xfffd, 0x10ffff), no("\xf4\x90\x80\x80")...)},
	{12, "continuation octets without a beginning", no("\x80", "\xbf", "\x80\xbf", "\x80\xbf\x80", "\x80\xbf\x80\xbf",
		"\x80\xbf\x80\xbf\x80", "\x80\xbf\x80\xbf\x80\xbf", run(0x80, 0xbe, ""))},
	{13, "beginnings without continuation, each followed by a space", no(run(0xc0, 0xde, " "), run(0xe0, 0xee, " "),
		run(0xf0, 0xf6, " "), run(0xf8, 0xfa, " "), run(0xfc, 0xfc, " "))},
	{14, "sequences that lack their last octet", no(unfinished...)},
	{15, "all sequences of 6.14 in a row", no(strings.Join(unfinished, ""))},
	{16, "octets that UTF-8 never has", no("\xfe", "\xff", "\xfe\xfe\xff\xff")},
	{17, "a slash in more octets than it needs", no("\xc0\xaf", "\xe0\x80\xaf", "\xf0\x80\x80\xaf", "\xf8\x80\x80\x80\xaf", "\xfc\x80\x80\x80\x80\xaf")},
	{18, "the last code point of a length in one octet more", no("\xc1\xbf", "\xe0\x9f\xbf", "\xf0\x8f\xbf\xbf", "\xf8\x87\xbf\xbf\xbf", "\xfc\x83\xbf\xbf\xbf\xbf")},
	{19, "NUL in more octets than it needs", no("\xc0\x80", "\xe0\x80\x80", "\xf0\x80\x80\x80", "\xf8\x80\x80\x80\x80", "\xfc\x80\x80\x80\x80\x80")},
	{20, "a lone UTF-16 surrogate", surrogates(0xd800, 0xdb7f, 0xdb80, 0xdbff, 0xdc00, 0xdf80, 0xdfff)},
	{21, "a pair of UTF-16 surrogates", surrogatePairs(0xd800, 0xdb7f, 0xdb80, 0xdbff)},
	{22, "a noncharacter, which is valid UTF-8", noncharacters()},
	{23, "a special code point, which is valid UTF-8", codePoints(0xfff9, 0xfffa, 0xfffb, 0xfffc, 0xfffd, 0xfffe, 0xffff)},
}

// unfinished are first and last sequences of two to six octets, without their
// last octet.
var unfinished = []string{
	"\xc0", "\xe0\x80", "\xf0\x80\x80", "\xf8\x80\x80\x80", "\xfc\x80\x80\x80\x80",
	"\xdf", "\xef\xbf", "\xf7\xbf\xbf", "\xfb\xbf\xbf\xbf", "\xfd\xbf\xbf\xbf\xbf",
}

func yes(what, octets string) sequence { return sequence{what, octets, true} }

// no makes invalid sequences, named by their octets.
func no(octets ...string) []sequence {
	var out []sequence
	for _, s := range octets {
		what := fmt.Sprintf("%x", s)
		if len(s) > 8 {
			what = fmt.Sprintf("%x… (%d octets)", s[:4], len(s))
		}
		out = append(out, sequence{what, s, false})
	}
	return out
}

// codePoints makes valid sequences of one code point each.
func codePoints(points ...rune) []sequence {
	var out []sequence
	for _, r := range points {
		out = append(out, yes(fmt.Sprintf("U+%04X", r), string(r)))
	}
	return out
}

// prefixes makes every beginning of s; those whose length is in whole end with
// a code point.
func prefixes(s string, whole ...int) []sequence {
	var out []sequence
	for n := 1; n <= len(s); n++ {
		p := sequence{what: fmt.Sprintf("%d of %d", n, len(s)), octets: s[:n]}
		for _, w := range whole {
			p.valid = p.valid || n == w
		}
		out = append(out, p)
	}
	return out
}

// run joins the octets from first to last, each with the same octets behind.
func run(first, last int, behind string) string {
	var b strings.Builder
	for o := first; o <= last; o++ {
		b.WriteByte(byte(o))
		b.WriteString(behind)
	}
	return b.String()
}

// encode3 writes a 16-bit value as three octets, as UTF-8 would if surrogates
// were code points.
func encode3(v int) string {
	return string([]byte{0xe0 | byte(v>>12), 0x80 | byte(v>>6&0x3f), 0x80 | byte(v&0x3f)})
}

func surrogates(values ...int) []sequence {
	var out []sequence
	for _, v := range values {
		out = append(out, sequence{fmt.Sprintf("U+%04X", v), encode3(v), false})
	}
	return out
}

// surrogatePairs joins each high surrogate with the first and the last low one.
func surrogatePairs(high ...int) []sequence {
	var out []sequence
	for _, h := range high {
		for _, low := range []int{0xdc00, 0xdfff} {
			out = append(out, sequence{fmt.Sprintf("U+%04X U+%04X", h, low), encode3(h) + encode3(low), false})
		}
	}
	return out
}

// noncharacters are the last two code points of each of the 17 planes.
func noncharacters() []sequence {
	var points []rune
	for plane := rune(0); plane <= utf8.MaxRune>>16; plane++ {
		points = append(points, plane<<16|0xfffe, plane<<16|0xffff)
	}
	return codePoints(points...)
}
