package record

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"

	"github.com/wsspec/wsspec/conformance/verdict"
	"github.com/wsspec/wsspec/reports"
)

// Transcripts are most of a report. All of a run's together have room for these many
// octets, as [weight] counts them: first those of cases that did not pass, then, if
// all of them fit, those of the others. A report of one peer has all transcripts, one
// of ten peers has those of the cases that did not pass.
const (
	roomForBad  = 5 << 19
	roomForGood = 9 << 19
)

// The limits of the transcript of a case that did not pass where there is no room for
// more: entries at the beginning, at the end and around the first wrong octet.
const (
	shortEnd    = 8
	shortAround = 4
	shortOctets = 64
)

// good says that a case's transcript is the first that is left out.
func good(v verdict.Verdict) bool {
	return !v.Finding()
}

// weight estimates how many octets a transcript has in a report.
func weight(entries []reports.Entry) (n int) {
	for i := range entries {
		e := &entries[i]
		n += 120 + len(e.Text) + len(e.Octets)*4/3
		if e.Frame != nil {
			n += 130
		}
	}
	return n
}

// leaveOut removes the transcript of a result.
func leaveOut(res *reports.Result) { res.Transcript, res.FirstWrong = nil, nil }

// shorten cuts the transcript of a result to what shows why it did not pass.
func shorten(res *reports.Result) {
	last := len(res.Transcript)
	keep := func(i int) bool {
		return i < shortEnd || i >= last-shortEnd ||
			res.FirstWrong != nil && i >= res.FirstWrong.Entry-shortAround && i <= res.FirstWrong.Entry+shortAround
	}
	var entries []reports.Entry
	var firstWrong *reports.Position
	for i := 0; i < last; i++ {
		if !keep(i) {
			from := i
			for i+1 < last && !keep(i+1) {
				i++
			}
			entries = append(entries, reports.Entry{
				T: res.Transcript[from].T, Dir: reports.Note, Kind: reports.KindNote,
				Text: fmt.Sprintf("%d entries are left out here, because the report has no room for them", i-from+1),
			})
			continue
		}
		room := shortOctets
		if d := res.FirstWrong; d != nil && d.Entry == i {
			firstWrong = &reports.Position{Entry: len(entries), Octet: d.Octet}
			if d.Octet < mostOctets {
				room = max(room, int(d.Octet)+shortOctets)
			}
		}
		entries = append(entries, shortEntry(res.Transcript[i], room))
	}
	res.Transcript, res.FirstWrong = entries, firstWrong
}

// shortEntry keeps at most room octets of an entry.
func shortEntry(e reports.Entry, room int) reports.Entry {
	if len(e.Octets) <= room {
		return e
	}
	if e.SHA256 == "" {
		sum := sha256.Sum256(e.Octets)
		e.SHA256 = hex.EncodeToString(sum[:])
	}
	e.Octets = append([]byte(nil), e.Octets[:room]...)
	return e
}
