package catalog

import (
	"testing"
	"unicode/utf8"
)

// Which sequences are UTF-8 is written down by hand; Go's own decoder has to
// agree (RFC 3629, RFC6455-8.1-1).
func TestSequencesAreWhatTheySay(t *testing.T) {
	valid, invalid := 0, 0
	for _, group := range sequences {
		for i, s := range group.sequences {
			if got := utf8.ValidString(s.octets); got != s.valid {
				t.Errorf("6.%d.%d %s: %x is written down as valid=%t, unicode/utf8 says %t", group.number, i+1, s.what, s.octets, s.valid, got)
			}
			if s.valid {
				valid++
			} else {
				invalid++
			}
		}
	}
	// Sections 6.5 to 6.23 have 132 messages; a table of one kind only would
	// prove nothing.
	if valid+invalid != 132 || valid < 50 || invalid < 50 {
		t.Errorf("%d valid and %d invalid sequences, want 132 in all and many of each", valid, invalid)
	}
}

// Groups are numbered as Autobahn numbers them, without a gap.
func TestSequenceGroupsAreNumbered(t *testing.T) {
	for i, group := range sequences {
		if group.number != 5+i {
			t.Errorf("group %q is 6.%d, want 6.%d", group.title, group.number, 5+i)
		}
	}
}

func TestNoSequenceIsThereTwice(t *testing.T) {
	type place struct{ group, number int }
	seen := map[string]place{}
	for _, group := range sequences {
		for i, s := range group.sequences {
			here := place{group.number, i + 1}
			if there, ok := seen[s.octets]; ok && there.group == here.group {
				t.Errorf("6.%d.%d and 6.%d.%d are the same octets %x", there.group, there.number, here.group, here.number, s.octets)
			}
			seen[s.octets] = here
		}
	}
}
