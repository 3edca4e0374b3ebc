package reports

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"slices"
)

// A Resumed is what a journal has of a run that goes on.
type Resumed struct {
	Journal *Journal
	// Report has the results so far, and none of the cases that are planned. Transcripts
	// are left out where there are too many.
	Report *Report
	// Places are where the results are, in their order. Plans are the ids of the planned
	// cases.
	Places []Place
	Plans  map[Peer][]string
}

// ResumeJournal opens the journal of a run that was interrupted, so that the run goes on
// in it. It is nil without an error if there is no journal, or if its run has planned no
// case or has come to its end with a result of each. mayGoOn is asked whether the run that
// begins is the one of the journal; its error is returned. A line that was cut is removed.
func ResumeJournal(path string, mayGoOn func(*Report) error) (*Resumed, error) {
	file, err := os.OpenFile(path, os.O_RDWR, 0)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("journal: %w", err)
	}
	out, err := resumed(file, path, mayGoOn)
	if out == nil {
		err = errors.Join(err, file.Close())
	}
	return out, err
}

func resumed(file *os.File, path string, mayGoOn func(*Report) error) (*Resumed, error) {
	if info, err := file.Stat(); err != nil || !info.Mode().IsRegular() {
		return nil, err
	}
	if !lock(file) {
		return nil, fmt.Errorf("another run still writes %s: give this one another folder", path)
	}
	b := newJournalReader()
	if b.readAll(bufio.NewReaderSize(file, 64<<10)) != nil || !b.goesOn() {
		return nil, nil // CreateJournal says what is wrong, if anything
	}
	r := &b.report
	if err := mayGoOn(r); err != nil {
		return nil, err
	}
	if err := file.Truncate(b.octets); err != nil {
		return nil, fmt.Errorf("journal: %w", err)
	}
	if _, err := file.Seek(b.octets, io.SeekStart); err != nil {
		return nil, fmt.Errorf("journal: %w", err)
	}
	j := &Journal{file: file, at: b.octets, begun: r.Started, cases: map[string]bool{}, clauses: map[string]bool{}, codes: slices.Clone(r.GoTestCode)}
	for id := range b.cases {
		j.cases[id] = true
	}
	for id := range r.Clauses {
		j.clauses[id] = true
	}
	r.Interrupted = ""
	if err := j.addNow(journalLine{Resumed: true}); err != nil {
		return nil, err
	}
	return &Resumed{Journal: j, Report: r, Places: b.places, Plans: b.plans}, nil
}

// goesOn reports whether there is something left to do: a planned case has no result, or
// the run did not come to its end.
func (b *journalReader) goesOn() bool {
	if !b.ended {
		return len(b.plans) > 0
	}
	for p, ids := range b.plans {
		for _, id := range ids {
			if _, ok := b.results[caseOfPeer{p, id}]; !ok {
				return true
			}
		}
	}
	return false
}
