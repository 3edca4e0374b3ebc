package reports

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"reflect"

	"github.com/wsspec/wsspec/conformance/verdict"
)

// MaxReadOctets is the largest report that Read accepts: 256 MiB. A report of all
// cases against eleven peers has 15 MB.
const MaxReadOctets = 256 << 20

// Read reads a report that this version of Write or an earlier one wrote; an older
// form becomes the newest one. Unknown members are ignored. Everything
// else that is not as documented is an error that says where: text that is not
// JSON, another schema, an unknown word, a summary that does not match the results,
// a string of more than 4 MiB, more than MaxReadOctets. Errors have short lines.
func Read(r io.Reader) (*Report, error) {
	report, err := read(r)
	return report, bounded(err)
}

func read(r io.Reader) (*Report, error) {
	limited := &io.LimitedReader{R: &stringLimit{r: r}, N: MaxReadOctets + 1}
	raw, err := io.ReadAll(limited)
	if err != nil {
		return nil, readError(err, limited)
	}
	var report Report
	// The schema is checked first, so that the error about a newer report names its
	// schema and not a member whose type changed.
	err = json.Unmarshal(raw, &report)
	if known := readsSchema(report.Schema); err != nil || !known || limited.N <= 0 {
		return nil, whyNot(raw, err, limited)
	}
	report.upgrade()
	if err := report.Validate(); err != nil {
		return nil, fmt.Errorf("not a valid report: %w", err)
	}
	if got := Summarize(report.Targets, report.Results); !reflect.DeepEqual(got, report.Summary) {
		return nil, fmt.Errorf("summary counts %d cases with verdicts %v, the results are %d with %v",
			report.Summary.Cases, report.Summary.Verdicts, got.Cases, got.Verdicts)
	}
	return &report, nil
}

// whyNot says why what was read is no report, where encoding/json returned an error or
// nil.
func whyNot(raw []byte, unmarshalled error, limited *io.LimitedReader) error {
	dec := json.NewDecoder(bytes.NewReader(raw))
	var whole json.RawMessage
	if err := dec.Decode(&whole); err != nil || limited.N <= 0 {
		return readError(err, limited)
	}
	var head struct {
		Schema *string `json:"schema"`
	}
	if err := json.Unmarshal(whole, &head); err != nil || head.Schema == nil {
		return fmt.Errorf("not a report: no object with a schema member (want %q)", Schema)
	}
	if !readsSchema(*head.Schema) {
		return unknownSchema(*head.Schema)
	}
	var mistyped *json.UnmarshalTypeError
	if errors.As(unmarshalled, &mistyped) {
		return readError(unmarshalled, limited)
	}
	return fmt.Errorf("unexpected data after the end of the report, at offset %d", dec.InputOffset())
}

// upgrade makes a report of an older form one of the newest form. In the oldest one, counts
// have no verdict "not run", every case ran, and secrets were kept.
func (r *Report) upgrade() {
	older := r.Schema
	r.Schema = Schema
	if older != schemaOne {
		return
	}
	r.removeSecrets()
	r.Summary.Ran = r.Summary.Cases
	counts := []map[verdict.Verdict]int{r.Summary.Verdicts}
	for i := range r.Summary.Agents {
		r.Summary.Agents[i].Ran = r.Summary.Agents[i].Cases
		counts = append(counts, r.Summary.Agents[i].Verdicts)
	}
	for i := range r.Summary.Sections {
		counts = append(counts, r.Summary.Sections[i].Verdicts)
	}
	for _, n := range counts {
		if n != nil {
			for _, v := range verdict.Verdicts() {
				n[v] += 0
			}
		}
	}
}

func unknownSchema(got string) error {
	return fmt.Errorf("report has schema %q, this program reads %q, %q and %q", got, Schema, schemaTwo, schemaOne)
}

// ReadFile reads a report from a file, or makes one of a journal; errors name it.
func ReadFile(path string) (*Report, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("read report: %w", err)
	}
	defer f.Close()
	report, err := ReadEither(f)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return report, nil
}

// ReadEither reads a report, as [Read] does, or makes one of a journal.
func ReadEither(r io.Reader) (*Report, error) {
	buffered := bufio.NewReaderSize(r, 64<<10)
	if begins, _ := buffered.Peek(journalPeek); isJournal(begins) {
		return readJournal(buffered)
	}
	return Read(buffered)
}

// readError describes an error of encoding/json.
func readError(err error, limited *io.LimitedReader) error {
	var syntax *json.SyntaxError
	var mistyped *json.UnmarshalTypeError
	switch {
	case limited.N <= 0:
		return fmt.Errorf("report is larger than %d octets", MaxReadOctets)
	case errors.Is(err, io.EOF):
		return errors.New("report is empty")
	case errors.Is(err, io.ErrUnexpectedEOF):
		return errors.New("report is incomplete: it ends in the middle of its JSON")
	case errors.As(err, &syntax):
		return fmt.Errorf("not a report: invalid JSON at offset %d: %w", syntax.Offset, err)
	case errors.As(err, &mistyped):
		return fmt.Errorf("not a valid report: %s is a JSON %s", mistyped.Field, mistyped.Value)
	default:
		return fmt.Errorf("read report: %w", err)
	}
}
