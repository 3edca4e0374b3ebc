package main

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"time"
	"unicode/utf8"

	"github.com/wsspec/wsspec/conformance"
	"github.com/wsspec/wsspec/reports"
)

// What one result may put into the report, however much its peer says: a
// chatty peer must not make a report that nothing can open. Of what is longer
// the beginning and the end are kept, since the end is where a case was decided.
const (
	mostSentences = 100
	mostEntries   = 600
	// mostOctets is how much of one entry is kept; its true length and hash are
	// kept always.
	mostOctets = 4 << 10
	// mostOctetsInAll is how much all entries of a result keep together. Once it
	// is used up, fewOctets of each are kept: a frame's header and what it begins
	// with.
	mostOctetsInAll = 256 << 10
	fewOctets       = 64
	// mostBefore is how many octets of the entry that departs are kept at most,
	// so that the octet it is about is among them.
	mostBefore = 64 << 10
	// mostLetters is how long one sentence may be, in octets of UTF-8.
	mostLetters = 2000
)

// cutSentences keeps the first and the last sentences, and says between them
// how many there were more.
func cutSentences(sentences []string) []string {
	head, tail := ends(len(sentences), mostSentences)
	var kept []string
	for i, s := range sentences {
		switch {
		case i < head || i >= tail:
			kept = append(kept, cutSentence(s))
		case i == head:
			kept = append(kept, fmt.Sprintf("%d more, left out of the report", tail-head))
		}
	}
	return kept
}

// cutSentence ends a sentence that is too long, at a character's beginning.
func cutSentence(s string) string {
	if len(s) <= mostLetters {
		return s
	}
	end := mostLetters
	for end > mostLetters-utf8.UTFMax && !utf8.RuneStart(s[end]) {
		end--
	}
	return fmt.Sprintf("%s… (%d octets in all)", s[:end], len(s))
}

// cutTranscript turns a transcript into the report's form, and says between the
// first and the last entries how many there were more. The entry that departs,
// if there is one, is always kept, and what there is of it up to that octet.
func cutTranscript(t conformance.Transcript, d *conformance.Departure) (kept []reports.Entry, departs *reports.Departure) {
	head, tail := ends(len(t), mostEntries)
	omitted := tail - head
	if d != nil && d.Entry >= head && d.Entry < tail {
		omitted--
	}
	left := mostOctetsInAll
	for i := range t {
		if i == head && omitted > 0 {
			kept = append(kept, reports.Entry{
				T: t[i].At.Microseconds(), Dir: reports.Note, Kind: reports.KindNote,
				Text: fmt.Sprintf("%d entries of the next %s are left out here; --transcripts DIR keeps all of a transcript",
					omitted, (t[tail].At - t[i].At).Round(time.Microsecond)),
			})
		}
		switch {
		case d != nil && i == d.Entry:
			departs = &reports.Departure{Entry: len(kept), Octet: int64(d.Octet)}
			room := max(mostOctets, d.Octet+fewOctets)
			if room > mostBefore {
				room = mostOctets
			}
			kept = append(kept, entryOf(&t[i], room))
		case i < head || i >= tail:
			room := min(mostOctets, max(left, fewOctets))
			e := entryOf(&t[i], room)
			left -= len(e.Octets)
			kept = append(kept, e)
		}
	}
	return kept, departs
}

// ends says which of n things are kept when there is room for most of them, one
// place for a note included: those before head and those from tail on. Both are
// n when all are.
func ends(n, most int) (head, tail int) {
	if n <= most {
		return n, n
	}
	head = most * 2 / 3
	return head, n - (most - head - 1)
}

// cutOctets keeps at most room octets of an entry, with the length and the hash
// of all if that is not all.
func cutOctets(e *conformance.Entry, room int) (octets []byte, length int64, hash string) {
	octets, length = e.Octets, int64(len(e.Octets))
	if e.Length > 0 { // the harness itself kept the beginning only
		length, hash = int64(e.Length), hex.EncodeToString(e.SHA256[:])
	}
	if len(octets) <= room {
		return octets, length, hash
	}
	if hash == "" {
		sum := sha256.Sum256(octets)
		hash = hex.EncodeToString(sum[:])
	}
	return octets[:room], length, hash
}
