package record

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/wsspec/wsspec/conformance"
	"github.com/wsspec/wsspec/conformance/catalog"
	"github.com/wsspec/wsspec/conformance/judge"
	"github.com/wsspec/wsspec/conformance/observed"
	"github.com/wsspec/wsspec/conformance/verdict"
	"github.com/wsspec/wsspec/ref/wire"
	"github.com/wsspec/wsspec/reports"
)

// chatter is a transcript of n entries, numbered from 1, with octets octets each.
func chatter(n, octets int) observed.Transcript {
	var t observed.Transcript
	for i := range n {
		t = append(t, observed.Entry{
			At: time.Duration(i) * time.Millisecond, Dir: observed.Received, Kind: observed.EntryOctets,
			Text: fmt.Sprintf("entry %d", i+1), Octets: bytes.Repeat([]byte{byte(i)}, octets),
		})
	}
	return t
}

func TestRecordKeepsBothEndsOfALongTranscript(t *testing.T) {
	for _, c := range []struct{ entries, want int }{{0, 0}, {1, 1}, {600, 600}, {601, 600}, {50_000, 600}} {
		got, _ := cutTranscript(chatter(c.entries, 10), nil)
		if len(got) != c.want {
			t.Errorf("%d of %d entries are kept, want %d", len(got), c.entries, c.want)
			continue
		}
		if c.entries <= c.want {
			continue
		}
		if first, last := got[0].Text, got[599].Text; first != "entry 1" || last != fmt.Sprintf("entry %d", c.entries) {
			t.Errorf("of %d entries %q and %q are the ends", c.entries, first, last)
		}
		note := got[400]
		if want := fmt.Sprintf("%d entries of the next", c.entries-599); note.Kind != reports.KindNote || note.Dir != reports.Note || !strings.HasPrefix(note.Text, want) {
			t.Errorf("the note is %+v, want %q", note, want)
		}
	}
}

func TestRecordKeepsBothEndsOfManySentences(t *testing.T) {
	var sentences []string
	for i := range 12_345 {
		sentences = append(sentences, fmt.Sprintf("sentence %d", i+1))
	}
	if got := cutSentences(sentences[:100]); len(got) != 100 || got[99] != "sentence 100" {
		t.Errorf("of 100 sentences %d are kept", len(got))
	}
	got := cutSentences(sentences)
	if len(got) != 100 || got[0] != "sentence 1" || got[99] != "sentence 12345" || got[66] != "12246 more are left out of the report" {
		t.Errorf("%d are kept, with the note %q", len(got), got[66])
	}
}

func TestRecordCutsALongSentenceBetweenCharacters(t *testing.T) {
	for shift := range 4 {
		long := strings.Repeat("x", shift) + strings.Repeat("€", 10_000)
		got := cutSentence(long)
		if len(got) > MaxSentenceOctets+40 || !utf8.ValidString(got) || !strings.HasSuffix(got, fmt.Sprintf("€… (%d octets in all)", len(long))) {
			t.Errorf("%d octets, ending in %q", len(got), got[len(got)-40:])
		}
	}
	// Text that is not UTF-8 has no character boundaries.
	if got := cutSentence(strings.Repeat("\x80", 10_000)); len(got) > MaxSentenceOctets+40 {
		t.Errorf("%d octets", len(got))
	}
}

func TestRecordHasLengthAndHashOfOctetsThatItCuts(t *testing.T) {
	sum := sha256.Sum256(bytes.Repeat([]byte{0}, 10_000))
	entries, _ := cutTranscript(chatter(1, 10_000), nil)
	got := entries[0]
	if len(got.Octets) != mostOctets || got.Length != 10_000 || got.SHA256 != hex.EncodeToString(sum[:]) {
		t.Errorf("%d octets of %d, hash %s", len(got.Octets), got.Length, got.SHA256)
	}
	// An entry that the harness cut keeps its length and its hash.
	cut := observed.Entry{Octets: make([]byte, 5000), Length: 1 << 20, SHA256: [32]byte{1}}
	octets, length, hash := cutOctets(&cut, 100)
	if len(octets) != 100 || length != 1<<20 || hash != "01"+strings.Repeat("00", 31) {
		t.Errorf("%d octets of %d, hash %s", len(octets), length, hash)
	}
}

func TestRecordKeepsTheFirstWrongOctet(t *testing.T) {
	for _, c := range []struct {
		name                     string
		entries, entry, entryNow int
		octet, octets            int
	}{
		{"in a short transcript", 10, 7, 7, 3, 4096},
		{"after the octets that are kept of other entries", 10, 7, 7, 9000, 9064},
		{"too far back to be kept", 10, 7, 7, 70_000, 4096},
		{"among the last entries", 5000, 4999, 599, 3, 4096},
		{"in the middle, which is left out", 5000, 2500, 401, 3, 4096},
		{"at the beginning of the middle", 5000, 400, 401, 3, 4096},
	} {
		got, at := cutTranscript(chatter(c.entries, 80_000), &judge.WrongOctet{Entry: c.entry, Octet: c.octet})
		if at == nil || at.Entry != c.entryNow || at.Octet != int64(c.octet) {
			t.Errorf("%s: %+v, want entry %d", c.name, at, c.entryNow)
			continue
		}
		e := got[at.Entry]
		if want := fmt.Sprintf("entry %d", c.entry+1); e.Text != want || len(e.Octets) != c.octets || e.Length != 80_000 {
			t.Errorf("%s: it is %s with %d octets, want %s with %d", c.name, e.Text, len(e.Octets), want, c.octets)
		}
	}
}

// TestRecordOfAHostilePeerIsSmall: whatever the peer of a case did, the report is
// valid and has at most 2 MiB.
func TestRecordOfAHostilePeerIsSmall(t *testing.T) {
	r := New(Options{})
	r.AddTarget("mine", wire.RoleServer, "ws://localhost/")
	sentences := make([]string, 100_000)
	for i := range sentences {
		sentences[i] = strings.Repeat("\x00", 5000)
	}
	transcript := chatter(20_000, 8<<10)
	for i := range transcript {
		transcript[i].Text = strings.Repeat("e", 300)
	}
	r.Add("mine", conformance.Result{
		Case: catalog.Cases()[0], Role: wire.RoleServer, Verdict: verdict.Fail, Behavior: verdict.Failed, Close: verdict.CloseOK,
		Attempts: 1, Observed: sentences, Explanation: strings.Repeat("because ", 1e5), Transcript: transcript,
	})
	var b bytes.Buffer
	if err := reports.Write(&b, r.Report()); err != nil {
		t.Fatal(err)
	}
	// 100 sentences of 2,000 NULs are 1.2 MB, because JSON writes a NUL in six octets.
	if b.Len() > 2<<20 {
		t.Errorf("%d octets", b.Len())
	}
	if _, err := reports.Read(&b); err != nil {
		t.Error(err)
	}
}
