package reports

import (
	"path"
	"slices"
	"strings"

	"github.com/wsspec/wsspec/conformance/verdict"
)

// Public returns a copy of the report that can be published, without details of
// the machine it was made on: the folders of programs in commands, and the notes in
// transcripts of clients, which have the output of the client's process and how it
// ended. Verdicts, explanations and octets stay.
func (r *Report) Public() *Report {
	out := *r
	out.Transcripts = nil
	out.Command = withoutFolders(r.Command)
	out.Targets = slices.Clone(r.Targets)
	for i, t := range out.Targets {
		if t.Role == verdict.Client {
			out.Targets[i].URL = strings.Join(withoutFolders(strings.Fields(t.URL)), " ")
		}
	}
	out.Results = slices.Clone(r.Results)
	for i := range out.Results {
		if out.Results[i].Role == verdict.Client {
			out.Results[i].leaveOutNotes()
		}
	}
	return &out
}

// withoutFolders shortens each word that is an absolute path to its last element.
func withoutFolders(words []string) []string {
	short := slices.Clone(words)
	for i, w := range short {
		if path.IsAbs(w) {
			short[i] = path.Base(w)
		}
	}
	return short
}

// leaveOutNotes removes the harness's notes from the transcript, and adjusts
// FirstWrong.
func (r *Result) leaveOutNotes() {
	var entries []Entry
	firstWrong := r.FirstWrong
	for i := range r.Transcript {
		here := firstWrong != nil && firstWrong.Entry == i
		if e := &r.Transcript[i]; e.Kind == KindNote {
			if here {
				r.FirstWrong = nil
			}
			continue
		}
		if here {
			r.FirstWrong = &Position{Entry: len(entries), Octet: firstWrong.Octet}
		}
		entries = append(entries, r.Transcript[i])
	}
	r.Transcript = entries
}
