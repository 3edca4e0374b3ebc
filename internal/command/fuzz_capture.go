package command

import (
	"io"
	"path/filepath"
	"slices"
	"strings"

	"github.com/wsspec/wsspec/reports"
	"github.com/wsspec/wsspec/reports/pcapng"
)

// writeCapture writes the transcript of one finding into a folder, for Wireshark.
func writeCapture(dir string, r *reports.Report, id string) error {
	r.Results = slices.DeleteFunc(r.Results, func(res reports.Result) bool { return res.ID != id })
	if !slices.ContainsFunc(r.Results, func(res reports.Result) bool { return len(res.Transcript) > 0 }) {
		return nil // a process that has ended: nobody saw its last octets
	}
	return reports.ReplaceFile(filepath.Join(dir, strings.TrimPrefix(id, "fuzz/")+pcapngSuffix), func(w io.Writer) error { return pcapng.Write(w, r) })
}

const pcapngSuffix = ".pcapng"
