package reports

import (
	"encoding/json"
	"fmt"
	"io"
)

// WriteBadge writes what the endpoint badge of shields.io reads: the verdict
// and how many of the cases that ran went well.
func WriteBadge(w io.Writer, r *Report) error {
	s := Summarize(r.Targets, r.Results)
	verdict, _ := overall(s.Verdicts, s.Cases)
	badge := struct {
		SchemaVersion int    `json:"schemaVersion"`
		Label         string `json:"label"`
		Message       string `json:"message"`
		Color         string `json:"color"`
		IsError       bool   `json:"isError,omitempty"`
	}{SchemaVersion: 1, Label: "RFC 6455", IsError: verdict == Error}
	ran := s.Cases - s.Verdicts[Skip] - s.Verdicts[Error]
	badge.Message = fmt.Sprintf("%s of %s", grouped(s.Verdicts[Pass]+s.Verdicts[Warn]), counted(ran, "case"))
	switch verdict {
	case Pass:
		badge.Color = "brightgreen"
	case Warn:
		badge.Color = "green"
	case Fail:
		badge.Color = "red"
	default:
		badge.Color = "lightgrey"
		badge.Message = "not tested"
	}
	if err := json.NewEncoder(w).Encode(badge); err != nil {
		return fmt.Errorf("write badge: %w", err)
	}
	return nil
}
