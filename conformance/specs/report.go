package specs

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/onsi/ginkgo/v2"

	"github.com/wsspec/wsspec/reports"
	"github.com/wsspec/wsspec/reports/forms"
	"github.com/wsspec/wsspec/reports/record"
)

// resultEntry is the name of the report entry with the result of a spec. The entry is a
// JSON report, because a suite that runs in several processes has to pass it between them.
const resultEntry = "wsspec result"

// collecting is set while Ginkgo constructs its tree, if [ReportFolder] is called, or a baseline
// is renewed.
var collecting bool

// ReportFolder writes a wsspec report to a folder after the suite: report.json, the page
// index.html, and junit.xml. Call it where you would call Ginkgo's ReportAfterSuite; it
// also returns true. With ginkgo -p, the report has the results of all processes.
//
// The report has one result for each case of [Describe] that ran and each target name (the
// Agent of [conformance.Target]; the default is host and port). If each process starts its
// own server, give the targets the same name, so that they count as one peer. If a case
// was repeated, the report has its last result. The report does not include the scripts of
// [Random]. ReportFolder writes nothing if no spec ran.
func ReportFolder(dir string) bool {
	collecting = true
	return ginkgo.ReportAfterSuite("wsspec report in "+dir, func(suite ginkgo.Report) {
		if err := writeReport(dir, suite); err != nil {
			ginkgo.Fail(fmt.Sprintf("cannot write the report in %s: %v", dir, err))
		}
	})
}

// addResult attaches the result to the spec, if the suite needs the results behind it.
func addResult(part *reports.Report) {
	if !collecting {
		return
	}
	var b bytes.Buffer
	if err := reports.Write(&b, part); err != nil {
		ginkgo.Fail("cannot add the result to the report: " + err.Error())
	}
	ginkgo.AddReportEntry(resultEntry, b.String(), ginkgo.ReportEntryVisibilityNever)
}

// writeReport writes the results of all specs into one report.
func writeReport(dir string, suite ginkgo.Report) error {
	merged, err := merge(suite)
	if err != nil || merged == nil {
		return err
	}
	merged.Started, merged.DurationMs = suite.StartTime.UTC(), float64(suite.RunTime)/float64(time.Millisecond)
	record.AddLikelyCauses(merged)
	return forms.WriteFolder(dir, merged)
}

// merge makes one report of the results of all specs; nil if there are none.
func merge(suite ginkgo.Report) (*reports.Report, error) {
	type key struct {
		peer reports.Peer
		id   string
	}
	at := map[key]int{}
	var parts []*reports.Report
	for i := range suite.SpecReports {
		for _, entry := range suite.SpecReports[i].ReportEntries {
			if entry.Name != resultEntry {
				continue
			}
			text, ok := entry.GetRawValue().(string)
			if !ok {
				return nil, errors.New("a result is not text")
			}
			part, err := reports.Read(strings.NewReader(text))
			if err != nil {
				return nil, err
			}
			k := key{part.Results[0].Peer(), part.Results[0].ID}
			if n, again := at[k]; again {
				parts[n] = part
				continue
			}
			at[k] = len(parts)
			parts = append(parts, part)
		}
	}
	if len(parts) == 0 {
		return nil, nil // an empty report would look like a pass
	}
	return reports.MergePartial(parts...)
}
