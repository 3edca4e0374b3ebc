package reports

import (
	"bufio"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"slices"

	"github.com/wsspec/wsspec/conformance/verdict"
)

// cutJournal is why the report of a journal without an end is interrupted.
const cutJournal = "the journal ends before the run did"

// maxJournalLine is how long a line may be, in octets: a result has at most some
// hundred KB.
const maxJournalLine = 16 << 20

// ReadJournal makes a report of what a journal has. A journal that was cut anywhere,
// also within a line, gives the report of the whole lines before: its planned cases
// without a result have the verdict "not run". It is an error if the file is no
// journal, or does not even have its first line.
func ReadJournal(path string) (*Report, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("read journal: %w", err)
	}
	defer file.Close()
	r, err := readJournal(file)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return r, nil
}

func readJournal(file io.Reader) (*Report, error) {
	r, err := readLines(file)
	return r, bounded(err)
}

func readLines(file io.Reader) (*Report, error) {
	lines := bufio.NewReaderSize(file, 64<<10)
	b := newJournalReader()
	if err := b.readAll(lines); err != nil {
		return nil, err
	}
	out := b.finish()
	if err := out.Validate(); err != nil {
		return nil, fmt.Errorf("not a valid journal: %w", err)
	}
	return out, nil
}

// readAll reads all whole lines.
func (b *journalReader) readAll(lines *bufio.Reader) error {
	first, octets := nextLine(lines)
	switch {
	case octets == 0:
		return errors.New("the journal ends within its first line")
	case first.Journal == "":
		return errors.New("not a journal of wsspec")
	case first.Journal != JournalSchema && first.Journal != journalOne || first.Tool == nil:
		return fmt.Errorf("journal has schema %.100q, this program reads %q", first.Journal, JournalSchema)
	}
	b.report.Tool, b.report.Started, b.report.Profile, b.report.Command = *first.Tool, first.Started, first.Profile, first.Command
	for octets > 0 {
		b.octets += octets
		var line journalLine
		if line, octets = nextLine(lines); octets > 0 {
			b.take(line, Place{b.octets, octets})
		}
	}
	return nil
}

// nextLine returns the next whole line, and how many octets it has. There is none at the
// end, behind a cut, and where a line is not JSON; it then has no octets.
func nextLine(r *bufio.Reader) (line journalLine, n int64) {
	var octets []byte
	for {
		part, err := r.ReadSlice('\n')
		octets = append(octets, part...)
		if err == nil {
			break
		}
		if !errors.Is(err, bufio.ErrBufferFull) || len(octets) > maxJournalLine {
			return line, 0
		}
	}
	if json.Unmarshal(octets, &line) != nil {
		return line, 0
	}
	return line, int64(len(octets))
}

// caseOfPeer names one result of a report.
type caseOfPeer struct {
	Peer
	id string
}

// journalReader collects the lines.
type journalReader struct {
	report  Report
	results map[caseOfPeer]int
	cases   map[string]plannedCase
	plans   map[Peer][]string
	// varying are the peers whose variants are not all played.
	varying map[Peer]bool
	// found are the results that stand for others: see [Journal.Found].
	found map[caseOfPeer]*Result
	ended bool
	// octets is how long the lines were that are read. places are those of the results.
	octets int64
	places []Place
	// transcripts is how many octets the lines with transcripts had.
	transcripts int
}

func newJournalReader() journalReader {
	return journalReader{
		report:  Report{Schema: Schema, Clauses: map[string]Clause{}},
		results: map[caseOfPeer]int{}, cases: map[string]plannedCase{}, plans: map[Peer][]string{}, varying: map[Peer]bool{},
		found: map[caseOfPeer]*Result{},
	}
}

// maxTranscripts is how many octets of results are read with their transcripts. Those
// after that are read without.
const maxTranscripts = 128 << 20

// take takes the line at a place.
func (b *journalReader) take(l journalLine, at Place) {
	r := &b.report
	r.DurationMs = max(r.DurationMs, l.AtMs)
	switch {
	case l.Target != nil:
		b.target(*l.Target)
	case l.Clause != nil:
		r.Clauses[l.Clause.ID] = l.Clause.Clause
	case l.Case != nil:
		b.cases[l.Case.ID] = *l.Case
	case l.Plan != nil:
		p := Peer{l.Plan.Agent, l.Plan.Role}
		b.plans[p] = append(b.plans[p], l.Plan.Cases...)
	case l.Result != nil:
		b.leaveOut(l.Result)
		k := caseOfPeer{l.Result.Peer(), l.Result.ID}
		delete(b.found, k)
		if i, ok := b.results[k]; ok {
			r.Results[i], b.places[i] = *l.Result, at
			return
		}
		b.results[k] = len(r.Results)
		r.Results, b.places = append(r.Results, *l.Result), append(b.places, at)
	case l.Found != nil:
		b.leaveOut(l.Found)
		b.found[caseOfPeer{l.Found.Peer(), l.Found.ID}] = l.Found
	case l.Variants != nil:
		b.variants(l.Variants)
	case l.GoTestCode != "":
		r.GoTestCode = append(r.GoTestCode, l.GoTestCode)
	case l.GoTest != nil:
		r.GoTests = append(r.GoTests, *l.GoTest)
	case l.Interrupted != "":
		r.Interrupted = l.Interrupted
	case l.End:
		b.ended = true
	case l.Resumed:
		b.ended, r.Interrupted = false, ""
		clear(b.found) // the variants are played again
	}
}

func (b *journalReader) variants(v *variantsOf) {
	p := Peer{v.Agent, v.Role}
	b.varying[p] = !v.All
	maps.DeleteFunc(b.found, func(k caseOfPeer, _ *Result) bool { return k.Peer == p })
	for id, variants := range v.Of {
		if at, ok := b.results[caseOfPeer{p, id}]; ok {
			b.report.Results[at].Variants = &variants
		}
	}
}

// leaveOut removes the transcript of a result, if there were too many before.
func (b *journalReader) leaveOut(res *Result) {
	for i := range res.Transcript {
		b.transcripts += len(res.Transcript[i].Octets) + len(res.Transcript[i].Text) + 100
	}
	if b.transcripts > maxTranscripts && len(res.Transcript) > 0 {
		res.Transcript, res.FirstWrong = nil, nil
		b.report.LeftOut++
	}
}

// target adds a peer, or sets its address.
func (b *journalReader) target(t Target) {
	at := slices.IndexFunc(b.report.Targets, func(other Target) bool { return other.Peer() == t.Peer() })
	if at < 0 {
		b.report.Targets = append(b.report.Targets, t)
	} else if t.URL != "" || t.Shards != nil {
		b.report.Targets[at] = t
	}
}

// finish adds the cases that were not run.
func (b *journalReader) finish() *Report {
	r := &b.report
	if !b.ended && r.Interrupted == "" {
		r.Interrupted = cutJournal
	}
	for k, res := range b.found {
		if at, ok := b.results[k]; ok && res.Verdict == verdict.Fail {
			r.Results[at] = *res
		}
	}
	planned := make(map[Peer][]Result)
	for p, ids := range b.plans {
		for _, id := range ids {
			c := b.cases[id]
			planned[p] = append(planned[p], Result{ID: id, Title: c.Title, Level: c.Level, Requirements: c.Requirements})
		}
	}
	maps.DeleteFunc(b.varying, func(_ Peer, varies bool) bool { return !varies })
	r.AddNotRun(planned, slices.Collect(maps.Keys(b.varying)))
	named := make(map[string]bool)
	for i := range r.Results {
		for _, id := range r.Results[i].Named() {
			named[id] = true
		}
	}
	maps.DeleteFunc(r.Clauses, func(id string, _ Clause) bool { return !named[id] })
	r.Summary = Summarize(r.Targets, r.Results)
	return r
}

// AddNotRun adds a result with the verdict "not run" for each planned case of a peer
// that has no result. planned has the ids, titles, levels and requirements. The results
// are then in the order of the targets and of what was planned. varying are the peers
// whose variants were not all played.
//
// If every peer was planned and every case has been run, with its variants, the run was
// not interrupted, whatever Interrupted says.
func (r *Report) AddNotRun(planned map[Peer][]Result, varying []Peer) {
	why := "The case was not run before this report was written."
	if r.Interrupted != "" {
		why = "The run was interrupted before this case."
	}
	has := make(map[caseOfPeer]bool)
	complete := len(r.Targets) > 0 && len(varying) == 0
	for i := range r.Results {
		res := &r.Results[i]
		has[caseOfPeer{res.Peer(), res.ID}] = true
		complete = complete && res.Verdict != verdict.NotRun
	}
	for _, t := range r.Targets {
		complete = complete && len(planned[t.Peer()]) > 0
		for _, c := range planned[t.Peer()] {
			k := caseOfPeer{t.Peer(), c.ID}
			if has[k] {
				continue
			}
			has[k], complete = true, false
			c.Agent, c.Role, c.Verdict, c.Explanation = t.Agent, t.Role, verdict.NotRun, why
			if c.Title == "" {
				c.Title = c.ID
			}
			if c.Level == "" {
				c.Level = verdict.Must
			}
			r.Results = append(r.Results, c)
		}
	}
	if complete {
		r.Interrupted = ""
	}
	r.addUnfinished(planned, varying)
	if len(planned) > 0 {
		r.sortAsPlanned(planned)
	}
}

// addUnfinished says of each peer what is missing that no result names.
func (r *Report) addUnfinished(planned map[Peer][]Result, varying []Peer) {
	for i := range r.Targets {
		t := &r.Targets[i]
		t.Unfinished = ""
		switch {
		case slices.Contains(varying, t.Peer()):
			t.Unfinished = "The variants of its cases were not all played."
			if r.Interrupted == "" {
				r.Interrupted = "the variants of the cases of " + namesOf(varying) + " were not all played"
			}
		case r.Interrupted != "" && len(planned) > 0 && len(planned[t.Peer()]) == 0:
			t.Unfinished = "The cases that it did not run are not named here."
		}
	}
}

// sortAsPlanned sorts the results by target, and those of a target as they are planned.
// Those that are not planned stay in their order, behind the others.
func (r *Report) sortAsPlanned(planned map[Peer][]Result) {
	target, place := make(map[Peer]int), make(map[caseOfPeer]int)
	for i, t := range r.Targets {
		target[t.Peer()] = i
		for n, c := range planned[t.Peer()] {
			place[caseOfPeer{t.Peer(), c.ID}] = n - len(planned[t.Peer()])
		}
	}
	slices.SortStableFunc(r.Results, func(a, b Result) int {
		return cmp.Or(target[a.Peer()]-target[b.Peer()], place[caseOfPeer{a.Peer(), a.ID}]-place[caseOfPeer{b.Peer(), b.ID}])
	})
}

// ReadPlace reads the result at a place of the journal.
func ReadPlace(journal io.ReaderAt, p Place) (*Result, error) {
	octets := make([]byte, p.Octets)
	if _, err := journal.ReadAt(octets, p.Offset); err != nil {
		return nil, fmt.Errorf("journal: %w", err)
	}
	var line journalLine
	if err := json.Unmarshal(octets, &line); err != nil || line.Result == nil {
		return nil, errors.New("journal: it was changed while the run went on")
	}
	return line.Result, nil
}
