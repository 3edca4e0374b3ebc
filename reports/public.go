package reports

import (
	"path"
	"slices"
	"strings"
)

// Public returns a copy of the report that can be published: without what it
// says about the machine it was made on. The commands of clients lose the folders
// of their programs, and transcripts of clients the harness's notes, which
// have what a client's process wrote and how it ended. Verdicts, explanations
// and octets stay.
func (r *Report) Public() *Report {
	out := *r
	out.Command = withoutFolders(r.Command)
	out.Targets = slices.Clone(r.Targets)
	for i, t := range out.Targets {
		if t.Role == Client {
			out.Targets[i].URL = strings.Join(withoutFolders(strings.Fields(t.URL)), " ")
		}
	}
	out.Results = slices.Clone(r.Results)
	for i := range out.Results {
		if out.Results[i].Role == Client {
			out.Results[i].leaveOutNotes()
		}
	}
	return &out
}

// withoutFolders leaves the last part of each word that is a path from the
// root.
func withoutFolders(words []string) []string {
	short := slices.Clone(words)
	for i, w := range short {
		if path.IsAbs(w) {
			short[i] = path.Base(w)
		}
	}
	return short
}

// leaveOutNotes drops the harness's notes from the transcript, and keeps the
// departure where it was.
func (r *Result) leaveOutNotes() {
	var kept []Entry
	departs := r.Departs
	for i := range r.Transcript {
		if departs != nil && departs.Entry == i {
			r.Departs = &Departure{Entry: len(kept), Octet: departs.Octet}
		}
		if e := &r.Transcript[i]; e.Kind != KindNote {
			kept = append(kept, *e)
		} else if departs != nil && departs.Entry == i {
			r.Departs = nil
		}
	}
	r.Transcript = kept
}
