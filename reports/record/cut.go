package record

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"time"
	"unicode/utf8"

	"github.com/wsspec/wsspec/conformance/judge"
	"github.com/wsspec/wsspec/conformance/observed"
	"github.com/wsspec/wsspec/reports"
)

// The limits of one result in the report: a peer that sends very much must not make
// a report that nothing can open. Longer lists keep their beginning and their end,
// where the case was decided.
const (
	mostSentences = 100
	mostEntries   = 600
	// mostOctets is how many octets of one entry are kept. Its true length and hash
	// are always kept.
	mostOctets = 4 << 10
	// mostOctetsInAll is how many octets all entries of a result keep together. The
	// entries after that keep fewOctets each: a frame's header and the beginning of
	// its payload.
	mostOctetsInAll = 256 << 10
	fewOctets       = 64
	// mostBefore is how many octets of the entry with the first wrong octet are kept
	// at most, so that the octet is among them.
	mostBefore = 64 << 10
)

// MaxSentenceOctets is how long one sentence of a report may be, in octets of
// UTF-8; longer ones are cut.
const MaxSentenceOctets = 2000

// cutSentences keeps the first and the last sentences, and says between them how
// many were left out.
func cutSentences(sentences []string) []string {
	head, tail := ends(len(sentences), mostSentences)
	var out []string
	for i, s := range sentences {
		switch {
		case i < head || i >= tail:
			out = append(out, cutSentence(s))
		case i == head:
			out = append(out, fmt.Sprintf("%d more are left out of the report", tail-head))
		}
	}
	return out
}

// cutSentence cuts a sentence that is too long, between two characters.
func cutSentence(s string) string {
	if len(s) <= MaxSentenceOctets {
		return s
	}
	end := MaxSentenceOctets
	for end > MaxSentenceOctets-utf8.UTFMax && !utf8.RuneStart(s[end]) {
		end--
	}
	return fmt.Sprintf("%s… (%d octets in all)", s[:end], len(s))
}

// cutTranscript converts a transcript for the report. It keeps the first and the last
// entries, and says between them how many were left out. It always keeps the entry
// with the first wrong octet, up to that octet and a little more.
func cutTranscript(t observed.Transcript, d *judge.WrongOctet) (entries []reports.Entry, firstWrong *reports.Position) {
	head, tail := ends(len(t), mostEntries)
	omitted := tail - head
	if d != nil && d.Entry >= head && d.Entry < tail {
		omitted--
	}
	left := mostOctetsInAll
	for i := range t {
		if i == head && omitted > 0 {
			entries = append(entries, reports.Entry{
				T: t[i].At.Microseconds(), Dir: reports.Note, Kind: reports.KindNote,
				Text: fmt.Sprintf("%d entries of the next %s are left out here; --transcripts DIR writes the whole transcript",
					omitted, (t[tail].At - t[i].At).Round(time.Microsecond)),
			})
		}
		switch {
		case d != nil && i == d.Entry:
			firstWrong = &reports.Position{Entry: len(entries), Octet: int64(d.Octet)}
			room := max(mostOctets, d.Octet+fewOctets)
			if room > mostBefore {
				room = mostOctets
			}
			entries = append(entries, entryOf(&t[i], room))
		case i < head || i >= tail:
			room := min(mostOctets, max(left, fewOctets))
			e := entryOf(&t[i], room)
			left -= len(e.Octets)
			entries = append(entries, e)
		}
	}
	return entries, firstWrong
}

// ends says which of n things are kept if at most most are shown, a note included:
// those before head and those from tail on. Both are n if all are kept.
func ends(n, most int) (head, tail int) {
	if n <= most {
		return n, n
	}
	head = most * 2 / 3
	return head, n - (most - head - 1)
}

// cutOctets keeps at most room octets of an entry. If that is not all, it returns the
// length and the hash of all octets.
func cutOctets(e *observed.Entry, room int) (octets []byte, length int64, hash string) {
	octets, length = e.Octets, int64(len(e.Octets))
	if e.Length > 0 { // the harness kept only the beginning
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
