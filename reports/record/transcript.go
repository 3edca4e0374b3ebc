package record

import (
	"encoding/json"
	"io"
	"net/url"
	"path/filepath"
	"strings"

	"github.com/wsspec/wsspec/conformance"
	"github.com/wsspec/wsspec/conformance/observed"
	"github.com/wsspec/wsspec/ref/wire"
	"github.com/wsspec/wsspec/reports"
)

// transcriptPath is the file of a case's full transcript: DIR/AGENT-ROLE/ID.jsonl.
// Characters of the agent's name that a file name cannot have are escaped, also the colon,
// which Windows and the upload of GitHub's artifacts refuse.
func transcriptPath(dir, agent string, role wire.Role, id string) string {
	name := strings.ReplaceAll(url.PathEscape(agent), ":", "%3A")
	return filepath.Join(dir, name+"-"+role.String(), filepath.FromSlash(id)+".jsonl")
}

// writeEntries writes a whole transcript, one entry a line, as in report.json but with
// every octet that the harness has.
func writeEntries(path string, t observed.Transcript) error {
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

// writeTranscript writes a result's full transcript, if that is wanted and there is one.
// After the first error it writes no more: the disk may be full.
func (r *Record) writeTranscript(agent string, res *conformance.Result) {
	if r.transcriptDir == "" || r.transcriptErr != nil || len(res.Transcript) == 0 {
		return
	}
	r.transcriptErr = writeEntries(transcriptPath(r.transcriptDir, agent, res.Role, res.Case.ID), res.Transcript)
}
