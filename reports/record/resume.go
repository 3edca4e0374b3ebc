package record

import (
	"fmt"
	"slices"
	"strings"

	"github.com/wsspec/wsspec/reports"
)

// isRunOf is an error if this run was begun otherwise than the one of a report.
func (r *Record) isRunOf(before *reports.Report) error {
	now := &r.report
	if before.Tool == now.Tool && before.Profile == now.Profile && slices.Equal(before.Command, now.Command) {
		return nil
	}
	return fmt.Errorf("%s has a run that was interrupted, of %s %s: %s. Type that command to go on with it; to begin anew, remove the file, or use another folder",
		r.journalPath, before.Tool.Name, before.Tool.Version, strings.Join(before.Command, " "))
}

// resume takes over what a journal has; nil if there was an error.
func (r *Record) resume(before *reports.Resumed) {
	if before == nil {
		return
	}
	r.journal, r.plans = before.Journal, before.Plans
	results := before.Report.Results
	r.report = *before.Report
	r.report.Results = nil
	for i := range results {
		res, place := results[i], before.Places[i]
		s := stored{place: place, whole: int(place.Octets)}
		if len(res.Transcript) > 0 {
			s.whole = weight(res.Transcript)
		}
		s.short = s.whole
		if !good(res.Verdict) && len(res.Transcript) > 0 {
			shorten(&res)
			s.short = weight(res.Transcript)
		}
		leaveOut(&res)
		r.index[caseOfPeer{res.Peer(), res.ID}] = i
		r.report.Results, r.stored = append(r.report.Results, res), append(r.stored, s)
	}
}
