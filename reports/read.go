package reports

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"reflect"
)

// MaxReadOctets is how large a report Read takes: 1 GiB. A report of all cases
// against six peers is some tens of MB.
const MaxReadOctets = 1 << 30

// Read reads a report that Write wrote. Members it does not know are ignored;
// everything else that is not as documented is an error that says where:
// what is no JSON, another schema, a word that is none of the known ones, a
// summary that does not count the results, more than MaxReadOctets.
func Read(r io.Reader) (*Report, error) {
	limited := &io.LimitedReader{R: r, N: MaxReadOctets + 1}
	dec := json.NewDecoder(limited)
	var raw json.RawMessage
	if err := dec.Decode(&raw); err != nil {
		return nil, readError(err, limited)
	}
	// The schema first: the message about a newer report must not be about
	// whatever member of it changed its type.
	var head struct {
		Schema *string `json:"schema"`
	}
	if err := json.Unmarshal(raw, &head); err != nil || head.Schema == nil {
		return nil, fmt.Errorf("not a report: no object with a schema member (want %q)", Schema)
	}
	if *head.Schema != Schema {
		return nil, fmt.Errorf("report has schema %q, this program reads %q", *head.Schema, Schema)
	}
	var report Report
	if err := json.Unmarshal(raw, &report); err != nil {
		return nil, readError(err, limited)
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("octets after the report's end, at offset %d", dec.InputOffset())
	}
	if err := report.Validate(); err != nil {
		return nil, fmt.Errorf("not a sound report: %w", err)
	}
	if got := Summarize(report.Targets, report.Results); !reflect.DeepEqual(got, report.Summary) {
		return nil, fmt.Errorf("summary counts %d cases with verdicts %v, the results are %d with %v",
			report.Summary.Cases, report.Summary.Verdicts, got.Cases, got.Verdicts)
	}
	return &report, nil
}

// ReadFile reads a report from a file; errors name it.
func ReadFile(path string) (*Report, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("read report: %w", err)
	}
	defer f.Close()
	report, err := Read(f)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return report, nil
}

// readError says in words what encoding/json found.
func readError(err error, limited *io.LimitedReader) error {
	var syntax *json.SyntaxError
	var mistyped *json.UnmarshalTypeError
	switch {
	case limited.N <= 0:
		return fmt.Errorf("report is larger than %d octets", MaxReadOctets)
	case errors.Is(err, io.EOF):
		return errors.New("report is empty")
	case errors.Is(err, io.ErrUnexpectedEOF):
		return errors.New("report is cut off: it ends in the middle of its JSON")
	case errors.As(err, &syntax):
		return fmt.Errorf("not a report: no JSON at offset %d: %w", syntax.Offset, err)
	case errors.As(err, &mistyped):
		return fmt.Errorf("not a sound report: %s is a JSON %s", mistyped.Field, mistyped.Value)
	default:
		return fmt.Errorf("read report: %w", err)
	}
}
