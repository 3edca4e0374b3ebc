package catalog

import (
	"strings"
	"testing"
	"unicode/utf8"
)

// Which sequences are UTF-8 is written by hand. Go's own decoder has to agree
// (RFC 3629, RFC6455-8.1-1).
func TestSequencesAreWhatTheySay(t *testing.T) {
	valid, invalid := 0, 0
	for _, s := range sequences {
		if got := utf8.ValidString(s.octets); got != s.valid {
			t.Errorf("%s %s: the table says that %x has valid=%t, unicode/utf8 says %t", s.id, s.title, s.octets, s.valid, got)
		}
		if s.valid {
			valid++
		} else {
			invalid++
		}
	}
	// Sections 6.5 to 6.23 have 132 messages. A table of one kind only would
	// prove nothing.
	if valid+invalid != 132 || valid < 50 || invalid < 50 {
		t.Errorf("%d valid and %d invalid sequences, want 132 in all and many of each", valid, invalid)
	}
}

func TestNoSequenceIsThereTwiceInASubsection(t *testing.T) {
	seen := map[[2]string]string{} // the subsection and the octets → the id
	for _, s := range sequences {
		subsection := s.id[:strings.LastIndexByte(s.id, '.')]
		key := [2]string{subsection, s.octets}
		if other, ok := seen[key]; ok {
			t.Errorf("%s and %s have the same octets %x", other, s.id, s.octets)
		}
		seen[key] = s.id
	}
}
