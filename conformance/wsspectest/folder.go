package wsspectest

import (
	"path/filepath"
	"slices"
	"sync"

	"github.com/wsspec/wsspec/reports"
	"github.com/wsspec/wsspec/reports/forms"
)

// folders has the reports that the tests of this program have put into each folder. A later
// report of the same peer takes the place of the earlier one.
var folders = struct {
	sync.Mutex
	reports map[string][]*reports.Report
}{reports: map[string][]*reports.Report{}}

// addToFolder writes a report into a folder, together with those of the tests before it.
func addToFolder(dir string, r *reports.Report) error {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return err
	}
	folders.Lock()
	defer folders.Unlock()
	all := slices.DeleteFunc(folders.reports[dir], func(other *reports.Report) bool {
		return other.Targets[0].Peer() == r.Targets[0].Peer()
	})
	all = append(all, r)
	folders.reports[dir] = all
	if len(all) > 1 {
		if r, err = reports.MergePartial(all...); err != nil {
			return err
		}
	}
	return forms.WriteFolder(dir, r)
}
