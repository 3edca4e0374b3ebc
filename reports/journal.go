package reports

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/wsspec/wsspec/conformance/verdict"
)

// JournalSchema names the form of a journal.
const JournalSchema = "wsspec-journal/2"

// journalOne is the older form, which has no shards. It is read too.
const journalOne = "wsspec-journal/1"

// JournalFile is the usual name of a journal, beside report.json.
const JournalFile = "journal.jsonl"

// A Journal is a file that a run writes while it goes on, one JSON object a line.
// Each line is in the file, and safe from the end of this process, when the function
// that adds it returns. [ReadJournal] makes a report of it, however it ends.
type Journal struct {
	file *os.File
	// at is the offset of the next line.
	at      int64
	begun   time.Time
	cases   map[string]bool
	clauses map[string]bool
	codes   []string
}

// journalLine is one line. Exactly one of its members is set, besides AtMs and those of
// the first line.
type journalLine struct {
	// Journal is the schema; only the first line has it, with the members up to
	// Command.
	Journal string    `json:"journal,omitempty"`
	Tool    *Tool     `json:"tool,omitempty"`
	Started time.Time `json:"started,omitzero"`
	Profile string    `json:"profile,omitempty"`
	Command []string  `json:"command,omitempty"`
	// AtMs is when the line was written, in milliseconds since the run began.
	AtMs     float64      `json:"atMs,omitempty"`
	Target   *Target      `json:"target,omitempty"`
	Clause   *namedClause `json:"clause,omitempty"`
	Case     *plannedCase `json:"case,omitempty"`
	Plan     *plan        `json:"plan,omitempty"`
	Variants *variantsOf  `json:"variants,omitempty"`
	Result   *Result      `json:"result,omitempty"`
	// Found is a result that stands for the one of its case until the variants of the
	// peer have all been played or the case has another result. A verdict that is no
	// failure takes it back.
	Found       *Result `json:"found,omitempty"`
	GoTestCode  string  `json:"goTestCode,omitempty"`
	GoTest      *GoTest `json:"goTest,omitempty"`
	Interrupted string  `json:"interrupted,omitempty"`
	// End says that the run came to its end.
	End bool `json:"end,omitempty"`
	// Resumed says that the run goes on here after it was interrupted.
	Resumed bool `json:"resumed,omitempty"`
}

type namedClause struct {
	ID string `json:"id"`
	Clause
}

type plannedCase struct {
	ID           string        `json:"id"`
	Title        string        `json:"title"`
	Level        verdict.Level `json:"level"`
	Requirements []string      `json:"requirements"`
}

// plan has the ids of the cases that a run is to play for a peer.
type plan struct {
	Agent string       `json:"agent"`
	Role  verdict.Role `json:"role"`
	Cases []string     `json:"cases"`
}

// variantsOf says of a peer how the variants of its cases went, by case id. It has none at
// the time when they are planned.
type variantsOf struct {
	Agent string              `json:"agent"`
	Role  verdict.Role        `json:"role"`
	Of    map[string]Variants `json:"of,omitempty"`
	// All says that all of them were played.
	All bool `json:"all,omitempty"`
}

// CreateJournal begins the journal of a report: of its tool, start, profile and
// command. An older journal at that path is replaced. It is an error if the file is no
// journal, or if another process still writes it; the file then stays as it is.
func CreateJournal(path string, r *Report) (*Journal, error) {
	if err := mayReplace(path); err != nil {
		return nil, err
	}
	file, err := openJournal(path)
	if err != nil {
		return nil, fmt.Errorf("journal: %w", err)
	}
	j := &Journal{file: file, begun: r.Started, cases: map[string]bool{}, clauses: map[string]bool{}}
	if err := j.add(journalLine{Journal: JournalSchema, Tool: &r.Tool, Started: r.Started, Profile: r.Profile, Command: r.Command}); err != nil {
		return nil, errors.Join(err, file.Close())
	}
	return j, nil
}

// openJournal opens an empty file that this process alone writes.
func openJournal(path string) (*os.File, error) {
	file, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE, 0o644)
	if err != nil {
		return nil, err
	}
	info, err := file.Stat()
	switch {
	case err != nil:
	case !info.Mode().IsRegular(): // a device or a pipe
		return file, nil
	case !lock(file):
		err = fmt.Errorf("another run still writes %s: give this one another folder", path)
	default:
		if err = file.Truncate(0); err == nil {
			return file, nil
		}
	}
	return nil, errors.Join(err, file.Close())
}

// mayReplace is an error if there is a regular file that is no journal.
func mayReplace(path string) error {
	info, err := os.Stat(path)
	if err != nil || !info.Mode().IsRegular() || info.Size() == 0 {
		return nil // opening it tells what is wrong, if anything
	}
	journal, err := IsJournal(path)
	if err != nil {
		return err
	}
	if !journal {
		return fmt.Errorf("journal: %s is there already and is no journal: it stays as it is", path)
	}
	return nil
}

// IsJournal reports whether a file begins as a journal does.
func IsJournal(path string) (bool, error) {
	file, err := os.Open(path)
	if err != nil {
		return false, fmt.Errorf("journal: %w", err)
	}
	defer file.Close()
	begins := make([]byte, journalPeek)
	n, err := io.ReadFull(file, begins)
	if err != nil && !errors.Is(err, io.ErrUnexpectedEOF) && !errors.Is(err, io.EOF) {
		return false, fmt.Errorf("journal: %w", err)
	}
	return isJournal(begins[:n]), nil
}

// journalBegins is how every version of a journal begins, and journalPeek its length.
const (
	journalBegins = `{"journal":"wsspec-journal/`
	journalPeek   = len(journalBegins)
)

// isJournal reports whether a file that begins so is a journal.
func isJournal(begins []byte) bool { return string(begins) == journalBegins }

// add writes a line with one call of the operating system.
func (j *Journal) add(line journalLine) error {
	octets, err := json.Marshal(line)
	if err != nil {
		return fmt.Errorf("journal: %w", err)
	}
	n, err := j.file.Write(append(octets, '\n'))
	j.at += int64(n)
	if err != nil {
		return fmt.Errorf("journal: %w", err)
	}
	return nil
}

// addNow is add with the time of the line.
func (j *Journal) addNow(line journalLine) error {
	line.AtMs = float64(time.Since(j.begun).Microseconds()) / 1000
	return j.add(line)
}

// Target adds a peer, or its new address.
func (j *Journal) Target(t Target) error { return j.add(journalLine{Target: &t}) }

// Plan adds results with the verdict "not run" of one peer: the cases that the run is
// to play.
func (j *Journal) Plan(peer Peer, cases []Result) error {
	p := plan{Agent: peer.Agent, Role: peer.Role}
	for i := range cases {
		c := &cases[i]
		p.Cases = append(p.Cases, c.ID)
		if j.cases[c.ID] {
			continue
		}
		j.cases[c.ID] = true
		if err := j.add(journalLine{Case: &plannedCase{c.ID, c.Title, c.Level, c.Requirements}}); err != nil {
			return err
		}
	}
	return j.add(journalLine{Plan: &p})
}

// Variants adds how the variants of cases went, by case id: of cases whose results say
// nothing of them yet. all says that every variant was played. Before that the run is not
// complete.
func (j *Journal) Variants(peer Peer, of map[string]Variants, all bool) error {
	return j.add(journalLine{Variants: &variantsOf{peer.Agent, peer.Role, of, all}})
}

// Clauses adds the clauses that are not there yet.
func (j *Journal) Clauses(clauses map[string]Clause) error {
	for id, c := range clauses {
		if j.clauses[id] {
			continue
		}
		j.clauses[id] = true
		if err := j.add(journalLine{Clause: &namedClause{id, c}}); err != nil {
			return err
		}
	}
	return nil
}

// A Place is where a result is in a journal.
type Place struct{ Offset, Octets int64 }

// Result adds a result and returns its place. A later result of the same case replaces
// it.
func (j *Journal) Result(res *Result) (Place, error) {
	p := Place{Offset: j.at}
	err := j.addNow(journalLine{Result: res})
	p.Octets = j.at - p.Offset
	return p, err
}

// Found adds the result that a case has because a variant of it failed, while others are
// still to be played. It counts if the journal ends before [Journal.Variants] says how they
// went. A verdict other than fail takes an earlier one of the case back.
func (j *Journal) Found(res *Result) error { return j.addNow(journalLine{Found: res}) }

// GoTests adds the Go tests of a report from the one with that index on.
func (j *Journal) GoTests(r *Report, from int) error {
	for _, code := range r.GoTestCode[len(j.codes):] {
		j.codes = append(j.codes, code)
		if err := j.add(journalLine{GoTestCode: code}); err != nil {
			return err
		}
	}
	for i := range r.GoTests[from:] {
		if err := j.add(journalLine{GoTest: &r.GoTests[from+i]}); err != nil {
			return err
		}
	}
	return nil
}

// Interrupted adds why the run ends early.
func (j *Journal) Interrupted(reason string) error {
	return j.addNow(journalLine{Interrupted: reason})
}

// End adds that the run came to its end, and closes the file.
func (j *Journal) End() error { return errors.Join(j.addNow(journalLine{End: true}), j.file.Close()) }
