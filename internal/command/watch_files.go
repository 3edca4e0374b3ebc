package command

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/wsspec/wsspec/conformance/check"
	"github.com/wsspec/wsspec/conformance/observed"
	"github.com/wsspec/wsspec/conformance/passive"
	"github.com/wsspec/wsspec/conformance/verdict"
	"github.com/wsspec/wsspec/conformance/watch"
	"github.com/wsspec/wsspec/ref/wire"
	"github.com/wsspec/wsspec/reports"
	"github.com/wsspec/wsspec/reports/pcapng"
	"github.com/wsspec/wsspec/reports/record"
)

// What watch.pcapng has: the transcripts of so many connections with violations, and of so
// many without, of which it has the first entries and of these the first octets. A frame
// has at most 16 KiB.
const (
	mostWrong   = 200
	mostRight   = 100
	mostEntries = 64
	mostOfEntry = 256
	mostOfFrame = 16 << 10
	// mostUnderWay is how many connections at a time have a transcript.
	mostUnderWay = 250
)

// watchFiles are what --out wants; a nil one writes nothing. The lines of watch.jsonl are
// written as connections end, and watch.pcapng at the end.
type watchFiles struct {
	dir   string
	began time.Time
	flags *watchFlags

	mu           sync.Mutex
	file         *os.File
	lines        *bufio.Writer
	err          error
	results      []reports.Result
	wrong, right int
	leftOut      int
	// kept is how many connections under way have a transcript.
	kept int
	// under are the connections under way.
	under map[int]*watchLine
}

// A watchLine is a line of watch.jsonl.
type watchLine struct {
	// kept: the connection has a transcript.
	kept bool

	// Number counts the connections, from 1, and Client is the address of its client.
	Number int       `json:"number"`
	Client string    `json:"client"`
	Began  time.Time `json:"began"`
	// DurationMs is how long it lasted, in milliseconds.
	DurationMs float64 `json:"durationMs"`
	// Opened: an opening handshake succeeded. Deflate says that it agreed on
	// permessage-deflate.
	Opened     bool              `json:"opened"`
	Deflate    bool              `json:"deflate"`
	FromClient watchSide         `json:"fromClient"`
	FromServer watchSide         `json:"fromServer"`
	Violations []check.Violation `json:"violations"`
	More       int               `json:"moreViolations,omitempty"`
	NotJudged  []watchMissing    `json:"notJudged,omitempty"`
}

// A watchSide counts what one side sent.
type watchSide struct {
	Octets   int64 `json:"octets"`
	Frames   int64 `json:"frames"`
	Messages int64 `json:"messages"`
	// Close is the status code of its Close frame, 1005 for one without a code.
	Close int `json:"close,omitempty"`
	// Ended says how it ended TCP.
	Ended string `json:"ended,omitempty"`
}

// A watchMissing is what was not judged.
type watchMissing struct {
	Sender string `json:"sender"`
	Octet  int64  `json:"octet"`
	Rest   bool   `json:"rest,omitempty"`
	Why    string `json:"why"`
}

// mostBreaches is how many violations a line has.
const mostBreaches = 100

// files opens what --out wants.
func (f *watchFlags) files() (*watchFiles, error) {
	if f.out == "" {
		return nil, nil
	}
	if err := os.MkdirAll(f.out, 0o777); err != nil {
		return nil, couldNot(fmt.Errorf("--out: %w", err))
	}
	file, err := os.Create(filepath.Join(f.out, "watch.jsonl"))
	if err != nil {
		return nil, couldNot(fmt.Errorf("--out: %w", err))
	}
	return &watchFiles{dir: f.out, began: time.Now(), flags: f, file: file, lines: bufio.NewWriter(file), under: map[int]*watchLine{}}, nil
}

// keeps reports whether the connection has a transcript.
func (l *watchLine) keeps() bool { return l != nil && l.kept }

// begin begins the line of a connection.
func (w *watchFiles) begin(number int) *watchLine {
	if w == nil {
		return nil
	}
	line := &watchLine{Number: number, Violations: []check.Violation{}}
	w.mu.Lock()
	defer w.mu.Unlock()
	if line.kept = w.kept < mostUnderWay; line.kept {
		w.kept++
	}
	w.under[number] = line
	return line
}

func (l *watchLine) violation(v passive.Violation, what string) {
	switch {
	case l == nil:
	case len(l.Violations) == mostBreaches:
		l.More++
	default:
		l.Violations = append(l.Violations, check.Violation{
			Microseconds: v.At.Microseconds(), Sender: v.Sender.String(), Requirement: v.Rule.ID, Clause: v.Rule.Clause(), What: what, Octet: v.Offset,
		})
	}
}

func (l *watchLine) unjudged(u passive.Unjudged) {
	if l != nil && len(l.NotJudged) < mostBreaches {
		l.NotJudged = append(l.NotJudged, watchMissing{Sender: u.Sender.String(), Octet: u.Offset, Rest: u.Rest, Why: u.Why})
	}
}

func sideOf(s passive.Side) watchSide {
	out := watchSide{Octets: s.Octets, Frames: s.Frames, Messages: s.Messages, Close: int(s.CloseCode)}
	if s.End != 0 {
		out.Ended = s.End.String()
	}
	return out
}

// ended writes the line of a connection, and keeps its transcript.
func (w *watchFiles) ended(c watch.Watched) {
	if w == nil {
		return
	}
	w.mu.Lock()
	line := w.under[c.Number]
	delete(w.under, c.Number)
	w.mu.Unlock()
	line.Client, line.Began, line.DurationMs = c.From, c.Began, float64(c.Took.Microseconds())/1000
	line.Opened, line.Deflate = c.Opened, c.Agreed.Deflate != nil
	line.FromClient, line.FromServer = sideOf(c.Client), sideOf(c.Server)
	octets, err := json.Marshal(line)
	w.mu.Lock()
	defer w.mu.Unlock()
	if err == nil {
		_, err = w.lines.Write(append(octets, '\n'))
	}
	w.err = errors.Join(w.err, err, w.lines.Flush())
	w.keep(c, line)
}

// keep keeps a transcript, if there is room; mu is held.
func (w *watchFiles) keep(c watch.Watched, line *watchLine) {
	bad := len(line.Violations) > 0
	if line.kept {
		w.kept--
	}
	switch {
	case !line.kept, bad && w.wrong == mostWrong, !bad && w.right == mostRight:
		w.leftOut++
		return
	case bad:
		w.wrong++
	default:
		w.right++
	}
	t := c.Transcript(wire.RoleServer)
	if !bad {
		t = beginningOf(t)
	}
	res := reports.Result{
		Agent: "server", Role: verdict.Server, ID: fmt.Sprintf("connection-%d", c.Number), Title: "from " + c.From,
		Verdict: verdict.Pass, DurationMs: line.DurationMs, Transcript: record.Entries(t, w.flags.hidden.redactor),
	}
	if bad {
		v := line.Violations[0]
		res.Verdict, res.Explanation = verdict.Fail, fmt.Sprintf("The %s breaks %s (%s) at octet %d: %s", v.Sender, v.Clause, v.Requirement, v.Octet, v.What)
	}
	w.results = append(w.results, res)
}

// beginningOf cuts the transcript of a connection without violations.
func beginningOf(t observed.Transcript) observed.Transcript {
	var out observed.Transcript
	for i, e := range t {
		if i == mostEntries {
			return append(out, observed.Entry{At: e.At, Kind: observed.EntryNote, Text: fmt.Sprintf("%d more entries of a connection without violations are left out", len(t)-i)})
		}
		if e.Kind == observed.EntryFrame {
			e = e.Beginning(mostOfEntry)
		}
		out = append(out, e)
	}
	return out
}

// close writes the capture, and returns the first error.
func (w *watchFiles) close() error {
	if w == nil {
		return nil
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.err = errors.Join(w.err, w.lines.Flush(), w.file.Close())
	file, err := os.Create(filepath.Join(w.dir, "watch.pcapng"))
	if err == nil {
		r := &reports.Report{
			Tool: reports.Tool{Name: "wsspec", Version: version()}, Started: w.began,
			Targets: []reports.Target{{Agent: "server", Role: verdict.Server, URL: w.flags.to}}, Results: w.results,
		}
		err = errors.Join(pcapng.Write(file, r), file.Close())
	}
	if w.err = errors.Join(w.err, err); w.err != nil {
		return fmt.Errorf("--out: %w", w.err)
	}
	return nil
}

// written are the files to look at.
func (w *watchFiles) written() []string {
	if w == nil {
		return nil
	}
	capture := filepath.Join(w.dir, "watch.pcapng")
	if w.leftOut > 0 {
		capture += fmt.Sprintf(" (without %d connections, for which it has no room)", w.leftOut)
	}
	return []string{filepath.Join(w.dir, "watch.jsonl"), capture}
}
