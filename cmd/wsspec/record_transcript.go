package main

import (
	"encoding/json"
	"fmt"
	"io"
	"net/url"
	"path/filepath"

	"github.com/wsspec/wsspec/conformance"
	"github.com/wsspec/wsspec/ref/wire"
	"github.com/wsspec/wsspec/reports"
)

// transcriptPath is where a case's full transcript goes: DIR/AGENT-ROLE/ID.jsonl,
// with the characters of the agent's name escaped that a file's may not have.
func transcriptPath(dir, agent string, role wire.Role, id string) string {
	return filepath.Join(dir, url.PathEscape(agent)+"-"+role.String(), filepath.FromSlash(id)+".jsonl")
}

// writeTranscript writes all of a transcript: an entry a line, in the form that
// report.json has, but with every octet that the harness kept.
func writeTranscript(path string, t conformance.Transcript) error {
	return reports.ReplaceFile(path, func(w io.Writer) error {
		lines := json.NewEncoder(w)
		lines.SetEscapeHTML(false)
		for i := range t {
			if err := lines.Encode(entryOf(&t[i], len(t[i].Octets))); err != nil {
				return err
			}
		}
		return nil
	})
}

// keep writes a result's transcript beside the report if that is wanted. After
// the first that cannot be written it tries no more: the disk is full, or the
// folder none.
func (r *record) keep(agent string, res *conformance.Result) {
	if r.transcripts == "" || r.lost != nil {
		return
	}
	path := transcriptPath(r.transcripts, agent, res.Role, res.Case.ID)
	if err := writeTranscript(path, res.Transcript); err != nil {
		r.lost = fmt.Errorf("--transcripts: %w", err)
	}
}
