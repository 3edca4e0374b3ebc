package record

import (
	"errors"
	"fmt"
	"os"

	"github.com/wsspec/wsspec/conformance/verdict"
	"github.com/wsspec/wsspec/reports"
)

// openJournal begins the journal, if one is wanted, or goes on with it.
func (r *Record) openJournal(path string, resume bool) {
	if path == "" {
		return
	}
	r.journalPath = path
	if resume {
		before, err := reports.ResumeJournal(path, r.isRunOf)
		if before != nil || err != nil {
			r.journalErr = err
			r.resume(before)
			return
		}
	}
	r.journal, r.journalErr = reports.CreateJournal(path, &r.report)
}

// journaled writes to the journal, if there is one. After the first error nothing more
// is written: the disk may be full. What was added before stays readable.
func (r *Record) journaled(write func(*reports.Journal) error) {
	if r.journal == nil || r.journalErr != nil {
		return
	}
	r.journalErr = write(r.journal)
}

// JournalErr is the error that ended the journal, nil if there was none. New has tried
// to begin it: a program can ask before the run.
func (r *Record) JournalErr() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.journalErr
}

// Close ends the journal, which then says that it is whole, and returns
// [Record.JournalErr]. Results that are added later are not in it.
func (r *Record) Close() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.journal == nil {
		return r.journalErr
	}
	r.journalErr = errors.Join(r.journalErr, r.journal.End())
	r.journal = nil
	return r.journalErr
}

// A stored result has its transcript in the journal, where place says. Whole and short
// are the weights of the transcript and of its short form.
type stored struct {
	place        reports.Place
	whole, short int
}

// store puts a result into the list, or in the place of the one with the index at if
// that is not negative. Its transcript goes to the journal. Without one it stays in
// memory while there is room.
func (r *Record) store(res reports.Result, at int) {
	var s stored
	r.journaled(func(j *reports.Journal) (err error) {
		if err := j.Clauses(r.report.Clauses); err != nil {
			return err
		}
		s.place, err = j.Result(&res)
		return err
	})
	if s.place.Octets > 0 && r.journalErr == nil {
		s.whole = weight(res.Transcript)
		if !good(res.Verdict) {
			shorten(&res)
			s.short = weight(res.Transcript)
		}
		leaveOut(&res)
	} else {
		s = stored{}
		r.makeRoom(&res)
	}
	if at >= 0 {
		r.report.Results[at], r.stored[at] = res, s
		return
	}
	r.report.Results, r.stored = append(r.report.Results, res), append(r.stored, s)
}

// makeRoom cuts a transcript that is to stay in memory.
func (r *Record) makeRoom(res *reports.Result) {
	n := weight(res.Transcript)
	switch {
	case good(res.Verdict):
		if r.keptGood += n; r.keptGood > roomForGood {
			leaveOut(res)
		}
		return
	case r.keptBad+n > roomForBad:
		shorten(res)
		if n = weight(res.Transcript); r.keptBad+n > 2*roomForBad {
			leaveOut(res)
			return
		}
	}
	r.keptBad += n
}

// fill takes transcripts back from the journal: those for which a report has room. It
// must be called with a copy of the results.
func (r *Record) fill(results []reports.Result) error {
	file, err := os.Open(r.journalPath)
	if err != nil {
		return fmt.Errorf("journal: %w", err)
	}
	defer file.Close()
	used, goodOctets := 0, int64(0)
	for i := range results {
		s := r.stored[i]
		if good(results[i].Verdict) {
			goodOctets += s.place.Octets
			continue
		}
		short := used+s.whole > roomForBad
		if s.place.Octets == 0 || short && used+s.short > 2*roomForBad {
			continue
		}
		res, err := reports.ReadPlace(file, s.place)
		if err != nil {
			return err
		}
		if short {
			shorten(res)
		}
		used += weight(res.Transcript)
		results[i].Transcript, results[i].FirstWrong = res.Transcript, res.FirstWrong
	}
	if goodOctets > roomForGood {
		return nil
	}
	for i := range results {
		if p := r.stored[i].place; good(results[i].Verdict) && p.Octets > 0 {
			res, err := reports.ReadPlace(file, p)
			if err != nil {
				return err
			}
			results[i].Transcript, results[i].FirstWrong = res.Transcript, res.FirstWrong
		}
	}
	return nil
}

// journaledTranscripts has the places of the transcripts of one report.
type journaledTranscripts struct {
	path   string
	places map[caseOfPeer]reports.Place
}

// transcripts are those that the journal has of the results so far. The lock is held.
func (r *Record) transcripts() *journaledTranscripts {
	t := &journaledTranscripts{path: r.journalPath, places: make(map[caseOfPeer]reports.Place, len(r.stored))}
	for i := range r.report.Results {
		res := &r.report.Results[i]
		t.places[caseOfPeer{res.Peer(), res.ID}] = r.stored[i].place
	}
	return t
}

// Transcript reads the transcript of a result; nil if it is not in the journal.
func (t *journaledTranscripts) Transcript(res *reports.Result) ([]reports.Entry, *reports.Position, error) {
	place := t.places[caseOfPeer{res.Peer(), res.ID}]
	if place.Octets == 0 {
		return nil, nil, nil
	}
	file, err := os.Open(t.path)
	if err != nil {
		return nil, nil, fmt.Errorf("journal: %w", err)
	}
	defer file.Close()
	whole, err := reports.ReadPlace(file, place)
	if err != nil {
		return nil, nil, err
	}
	return whole.Transcript, whole.FirstWrong, nil
}

// leftOut counts the results that were played and have no transcript.
func leftOut(results []reports.Result) (n int) {
	for i := range results {
		if res := &results[i]; res.Attempts > 0 && len(res.Transcript) == 0 && res.Verdict != verdict.NotRun {
			n++
		}
	}
	return n
}
