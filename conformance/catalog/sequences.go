package catalog

import "strings"

// A sequence is one text message of section 6. Its valid field says whether the
// octets are UTF-8.
type sequence struct {
	id     string
	title  string
	octets string
	valid  bool
}

// sequences are the messages of 6.5 to 6.23. Whether they are valid is written
// by hand and not computed. A test compares it with unicode/utf8.
var sequences = []sequence{
	{"6.5.1", "valid UTF-8: ASCII text", "hello$world", true},
	{"6.5.2", "valid UTF-8: text with a 2-octet code point", "hello\u00a2world", true},
	{"6.5.3", "valid UTF-8: text with a 3-octet code point", "hello\u20acworld", true},
	{"6.5.4", "valid UTF-8: text with a 4-octet code point", "hello\U00024b62world", true},
	{"6.5.5", "valid UTF-8: Greek text", "\u03ba\u1f79\u03c3\u03bc\u03b5", true},

	{"6.6.1", "the first octet of a Greek word (invalid UTF-8)", "\xce", false},
	{"6.6.2", "the first 2 of 11 octets of a Greek word (valid UTF-8)", "\u03ba", true},
	{"6.6.3", "the first 3 of 11 octets of a Greek word (invalid UTF-8)", "\xce\xba\xe1", false},
	{"6.6.4", "the first 4 of 11 octets of a Greek word (invalid UTF-8)", "\xce\xba\xe1\xbd", false},
	{"6.6.5", "the first 5 of 11 octets of a Greek word (valid UTF-8)", "\u03ba\u1f79", true},
	{"6.6.6", "the first 6 of 11 octets of a Greek word (invalid UTF-8)", "\xce\xba\xe1\xbd\xb9\xcf", false},
	{"6.6.7", "the first 7 of 11 octets of a Greek word (valid UTF-8)", "\u03ba\u1f79\u03c3", true},
	{"6.6.8", "the first 8 of 11 octets of a Greek word (invalid UTF-8)", "\xce\xba\xe1\xbd\xb9\xcf\x83\xce", false},
	{"6.6.9", "the first 9 of 11 octets of a Greek word (valid UTF-8)", "\u03ba\u1f79\u03c3\u03bc", true},
	{"6.6.10", "the first 10 of 11 octets of a Greek word (invalid UTF-8)", "\xce\xba\xe1\xbd\xb9\xcf\x83\xce\xbc\xce", false},
	{"6.6.11", "the first 11 of 11 octets of a Greek word (valid UTF-8)", "\u03ba\u1f79\u03c3\u03bc\u03b5", true},

	{"6.7.1", "smallest 1-octet code point (valid UTF-8): U+0000", "\x00", true},
	{"6.7.2", "smallest 2-octet code point (valid UTF-8): U+0080", "\u0080", true},
	{"6.7.3", "smallest 3-octet code point (valid UTF-8): U+0800", "\u0800", true},
	{"6.7.4", "smallest 4-octet code point (valid UTF-8): U+10000", "\U00010000", true},

	{"6.8.1", "5-octet UTF-8 sequence (invalid): f888808080", "\xf8\x88\x80\x80\x80", false},
	{"6.8.2", "6-octet UTF-8 sequence (invalid): fc8480808080", "\xfc\x84\x80\x80\x80\x80", false},

	{"6.9.1", "largest 1-octet code point (valid UTF-8): U+007F", "\x7f", true},
	{"6.9.2", "largest 2-octet code point (valid UTF-8): U+07FF", "\u07ff", true},
	{"6.9.3", "largest 3-octet code point (valid UTF-8): U+FFFF", "\uffff", true},
	{"6.9.4", "largest 4-octet code point (valid UTF-8): U+10FFFF", "\U0010ffff", true},

	{"6.10.1", "4-octet sequence above U+10FFFF (invalid UTF-8): f7bfbfbf", "\xf7\xbf\xbf\xbf", false},
	{"6.10.2", "5-octet UTF-8 sequence (invalid): fbbfbfbfbf", "\xfb\xbf\xbf\xbf\xbf", false},
	{"6.10.3", "6-octet UTF-8 sequence (invalid): fdbfbfbfbfbf", "\xfd\xbf\xbf\xbf\xbf\xbf", false},

	{"6.11.1", "last code point before the surrogates (valid UTF-8): U+D7FF", "\ud7ff", true},
	{"6.11.2", "first code point after the surrogates (valid UTF-8): U+E000", "\ue000", true},
	{"6.11.3", "replacement character (valid UTF-8): U+FFFD", "\ufffd", true},
	{"6.11.4", "last code point (valid UTF-8): U+10FFFF", "\U0010ffff", true},
	{"6.11.5", "first value above U+10FFFF (invalid UTF-8): f4908080", "\xf4\x90\x80\x80", false},

	{"6.12.1", "continuation octet without a lead octet (invalid UTF-8): 80", "\x80", false},
	{"6.12.2", "continuation octet without a lead octet (invalid UTF-8): bf", "\xbf", false},
	{"6.12.3", "2 continuation octets without a lead octet (invalid UTF-8): 80bf", "\x80\xbf", false},
	{"6.12.4", "3 continuation octets without a lead octet (invalid UTF-8): 80bf80", "\x80\xbf\x80", false},
	{"6.12.5", "4 continuation octets without a lead octet (invalid UTF-8): 80bf80bf", "\x80\xbf\x80\xbf", false},
	{"6.12.6", "5 continuation octets without a lead octet (invalid UTF-8): 80bf80bf80", "\x80\xbf\x80\xbf\x80", false},
	{"6.12.7", "6 continuation octets without a lead octet (invalid UTF-8): 80bf80bf80bf", "\x80\xbf\x80\xbf\x80\xbf", false},
	{"6.12.8", "all continuation octets from 80 to be, 63 octets (invalid UTF-8)", run(0x80, 0xbe, ""), false},

	{"6.13.1", "lead octets c0 to de, each followed by a space (invalid UTF-8)", run(0xc0, 0xde, " "), false},
	{"6.13.2", "lead octets e0 to ee, each followed by a space (invalid UTF-8)", run(0xe0, 0xee, " "), false},
	{"6.13.3", "lead octets f0 to f6, each followed by a space (invalid UTF-8)", run(0xf0, 0xf6, " "), false},
	{"6.13.4", "lead octets f8 to fa, each followed by a space (invalid UTF-8)", run(0xf8, 0xfa, " "), false},
	{"6.13.5", "lead octet fc, followed by a space (invalid UTF-8)", run(0xfc, 0xfc, " "), false},

	{"6.14.1", "2-octet sequence without its last octet (invalid UTF-8): c0", "\xc0", false},
	{"6.14.2", "3-octet sequence without its last octet (invalid UTF-8): e080", "\xe0\x80", false},
	{"6.14.3", "4-octet sequence without its last octet (invalid UTF-8): f08080", "\xf0\x80\x80", false},
	{"6.14.4", "5-octet sequence without its last octet (invalid UTF-8): f8808080", "\xf8\x80\x80\x80", false},
	{"6.14.5", "6-octet sequence without its last octet (invalid UTF-8): fc80808080", "\xfc\x80\x80\x80\x80", false},
	{"6.14.6", "2-octet sequence without its last octet (invalid UTF-8): df", "\xdf", false},
	{"6.14.7", "3-octet sequence without its last octet (invalid UTF-8): efbf", "\xef\xbf", false},
	{"6.14.8", "4-octet sequence without its last octet (invalid UTF-8): f7bfbf", "\xf7\xbf\xbf", false},
	{"6.14.9", "5-octet sequence without its last octet (invalid UTF-8): fbbfbfbf", "\xfb\xbf\xbf\xbf", false},
	{"6.14.10", "6-octet sequence without its last octet (invalid UTF-8): fdbfbfbfbf", "\xfd\xbf\xbf\xbf\xbf", false},

	{"6.15.1", "all sequences of 6.14 in one message (invalid UTF-8)", "\xc0\xe0\x80\xf0\x80\x80\xf8\x80\x80\x80\xfc\x80\x80\x80\x80\xdf\xef\xbf\xf7\xbf\xbf\xfb\xbf\xbf\xbf\xfd\xbf\xbf\xbf\xbf", false},

	{"6.16.1", "octet that never occurs in UTF-8 (invalid): fe", "\xfe", false},
	{"6.16.2", "octet that never occurs in UTF-8 (invalid): ff", "\xff", false},
	{"6.16.3", "octets that never occur in UTF-8 (invalid): fefeffff", "\xfe\xfe\xff\xff", false},

	{"6.17.1", "overlong encoding of U+002F in 2 octets (invalid UTF-8): c0af", "\xc0\xaf", false},
	{"6.17.2", "overlong encoding of U+002F in 3 octets (invalid UTF-8): e080af", "\xe0\x80\xaf", false},
	{"6.17.3", "overlong encoding of U+002F in 4 octets (invalid UTF-8): f08080af", "\xf0\x80\x80\xaf", false},
	{"6.17.4", "overlong encoding of U+002F in 5 octets (invalid UTF-8): f8808080af", "\xf8\x80\x80\x80\xaf", false},
	{"6.17.5", "overlong encoding of U+002F in 6 octets (invalid UTF-8): fc80808080af", "\xfc\x80\x80\x80\x80\xaf", false},

	{"6.18.1", "largest overlong sequence of 2 octets (invalid UTF-8): c1bf", "\xc1\xbf", false},
	{"6.18.2", "largest overlong sequence of 3 octets (invalid UTF-8): e09fbf", "\xe0\x9f\xbf", false},
	{"6.18.3", "largest overlong sequence of 4 octets (invalid UTF-8): f08fbfbf", "\xf0\x8f\xbf\xbf", false},
	{"6.18.4", "largest overlong sequence of 5 octets (invalid UTF-8): f887bfbfbf", "\xf8\x87\xbf\xbf\xbf", false},
	{"6.18.5", "largest overlong sequence of 6 octets (invalid UTF-8): fc83bfbfbfbf", "\xfc\x83\xbf\xbf\xbf\xbf", false},

	{"6.19.1", "overlong encoding of U+0000 in 2 octets (invalid UTF-8): c080", "\xc0\x80", false},
	{"6.19.2", "overlong encoding of U+0000 in 3 octets (invalid UTF-8): e08080", "\xe0\x80\x80", false},
	{"6.19.3", "overlong encoding of U+0000 in 4 octets (invalid UTF-8): f0808080", "\xf0\x80\x80\x80", false},
	{"6.19.4", "overlong encoding of U+0000 in 5 octets (invalid UTF-8): f880808080", "\xf8\x80\x80\x80\x80", false},
	{"6.19.5", "overlong encoding of U+0000 in 6 octets (invalid UTF-8): fc8080808080", "\xfc\x80\x80\x80\x80\x80", false},

	{"6.20.1", "single surrogate (invalid UTF-8): U+D800", "\xed\xa0\x80", false},
	{"6.20.2", "single surrogate (invalid UTF-8): U+DB7F", "\xed\xad\xbf", false},
	{"6.20.3", "single surrogate (invalid UTF-8): U+DB80", "\xed\xae\x80", false},
	{"6.20.4", "single surrogate (invalid UTF-8): U+DBFF", "\xed\xaf\xbf", false},
	{"6.20.5", "single surrogate (invalid UTF-8): U+DC00", "\xed\xb0\x80", false},
	{"6.20.6", "single surrogate (invalid UTF-8): U+DF80", "\xed\xbe\x80", false},
	{"6.20.7", "single surrogate (invalid UTF-8): U+DFFF", "\xed\xbf\xbf", false},

	{"6.21.1", "surrogate pair (invalid UTF-8): U+D800 U+DC00", "\xed\xa0\x80\xed\xb0\x80", false},
	{"6.21.2", "surrogate pair (invalid UTF-8): U+D800 U+DFFF", "\xed\xa0\x80\xed\xbf\xbf", false},
	{"6.21.3", "surrogate pair (invalid UTF-8): U+DB7F U+DC00", "\xed\xad\xbf\xed\xb0\x80", false},
	{"6.21.4", "surrogate pair (invalid UTF-8): U+DB7F U+DFFF", "\xed\xad\xbf\xed\xbf\xbf", false},
	{"6.21.5", "surrogate pair (invalid UTF-8): U+DB80 U+DC00", "\xed\xae\x80\xed\xb0\x80", false},
	{"6.21.6", "surrogate pair (invalid UTF-8): U+DB80 U+DFFF", "\xed\xae\x80\xed\xbf\xbf", false},
	{"6.21.7", "surrogate pair (invalid UTF-8): U+DBFF U+DC00", "\xed\xaf\xbf\xed\xb0\x80", false},
	{"6.21.8", "surrogate pair (invalid UTF-8): U+DBFF U+DFFF", "\xed\xaf\xbf\xed\xbf\xbf", false},

	{"6.22.1", "noncharacter (valid UTF-8): U+FFFE", "\ufffe", true},
	{"6.22.2", "noncharacter (valid UTF-8): U+FFFF", "\uffff", true},
	{"6.22.3", "noncharacter (valid UTF-8): U+1FFFE", "\U0001fffe", true},
	{"6.22.4", "noncharacter (valid UTF-8): U+1FFFF", "\U0001ffff", true},
	{"6.22.5", "noncharacter (valid UTF-8): U+2FFFE", "\U0002fffe", true},
	{"6.22.6", "noncharacter (valid UTF-8): U+2FFFF", "\U0002ffff", true},
	{"6.22.7", "noncharacter (valid UTF-8): U+3FFFE", "\U0003fffe", true},
	{"6.22.8", "noncharacter (valid UTF-8): U+3FFFF", "\U0003ffff", true},
	{"6.22.9", "noncharacter (valid UTF-8): U+4FFFE", "\U0004fffe", true},
	{"6.22.10", "noncharacter (valid UTF-8): U+4FFFF", "\U0004ffff", true},
	{"6.22.11", "noncharacter (valid UTF-8): U+5FFFE", "\U0005fffe", true},
	{"6.22.12", "noncharacter (valid UTF-8): U+5FFFF", "\U0005ffff", true},
	{"6.22.13", "noncharacter (valid UTF-8): U+6FFFE", "\U0006fffe", true},
	{"6.22.14", "noncharacter (valid UTF-8): U+6FFFF", "\U0006ffff", true},
	{"6.22.15", "noncharacter (valid UTF-8): U+7FFFE", "\U0007fffe", true},
	{"6.22.16", "noncharacter (valid UTF-8): U+7FFFF", "\U0007ffff", true},
	{"6.22.17", "noncharacter (valid UTF-8): U+8FFFE", "\U0008fffe", true},
	{"6.22.18", "noncharacter (valid UTF-8): U+8FFFF", "\U0008ffff", true},
	{"6.22.19", "noncharacter (valid UTF-8): U+9FFFE", "\U0009fffe", true},
	{"6.22.20", "noncharacter (valid UTF-8): U+9FFFF", "\U0009ffff", true},
	{"6.22.21", "noncharacter (valid UTF-8): U+AFFFE", "\U000afffe", true},
	{"6.22.22", "noncharacter (valid UTF-8): U+AFFFF", "\U000affff", true},
	{"6.22.23", "noncharacter (valid UTF-8): U+BFFFE", "\U000bfffe", true},
	{"6.22.24", "noncharacter (valid UTF-8): U+BFFFF", "\U000bffff", true},
	{"6.22.25", "noncharacter (valid UTF-8): U+CFFFE", "\U000cfffe", true},
	{"6.22.26", "noncharacter (valid UTF-8): U+CFFFF", "\U000cffff", true},
	{"6.22.27", "noncharacter (valid UTF-8): U+DFFFE", "\U000dfffe", true},
	{"6.22.28", "noncharacter (valid UTF-8): U+DFFFF", "\U000dffff", true},
	{"6.22.29", "noncharacter (valid UTF-8): U+EFFFE", "\U000efffe", true},
	{"6.22.30", "noncharacter (valid UTF-8): U+EFFFF", "\U000effff", true},
	{"6.22.31", "noncharacter (valid UTF-8): U+FFFFE", "\U000ffffe", true},
	{"6.22.32", "noncharacter (valid UTF-8): U+FFFFF", "\U000fffff", true},
	{"6.22.33", "noncharacter (valid UTF-8): U+10FFFE", "\U0010fffe", true},
	{"6.22.34", "noncharacter (valid UTF-8): U+10FFFF", "\U0010ffff", true},

	{"6.23.1", "special code point (valid UTF-8): U+FFF9", "\ufff9", true},
	{"6.23.2", "special code point (valid UTF-8): U+FFFA", "\ufffa", true},
	{"6.23.3", "special code point (valid UTF-8): U+FFFB", "\ufffb", true},
	{"6.23.4", "special code point (valid UTF-8): U+FFFC", "\ufffc", true},
	{"6.23.5", "special code point (valid UTF-8): U+FFFD", "\ufffd", true},
	{"6.23.6", "special code point (valid UTF-8): U+FFFE", "\ufffe", true},
	{"6.23.7", "special code point (valid UTF-8): U+FFFF", "\uffff", true},
}

// run joins the octets from first to last, each followed by the suffix.
func run(first, last int, suffix string) string {
	var b strings.Builder
	for o := first; o <= last; o++ {
		b.WriteByte(byte(o))
		b.WriteString(suffix)
	}
	return b.String()
}
