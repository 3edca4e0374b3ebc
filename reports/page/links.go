package page

import (
	"net/url"
	"slices"

	"github.com/wsspec/wsspec/reports"
	"github.com/wsspec/wsspec/reports/internal/wording"
)

// Links are where a page leads that is not alone. The zero value leads nowhere.
type Links struct {
	// Runs leads to the list of all runs, and Changes to comparisons with earlier ones.
	Runs    string
	Changes []Link
	// Files are the run's files to download.
	Files []Link
}

// A Link is an address with the words that lead there.
type Link struct{ Words, URL string }

// mostChanges is how many earlier runs a page is compared with.
const mostChanges = 3

// Beside returns the links of a page in the folder of its run, with these files.
func Beside(files ...string) Links {
	var l Links
	for _, name := range files {
		l.Files = append(l.Files, Link{name, (&url.URL{Path: name}).String()})
	}
	return l
}

// InFolder returns the links of the page of one run in a folder that is served: to the
// pages that [WriteFolder] links to, and to "/file/FORM/PATH" for each form.
func InFolder(c *reports.Contents, run string, forms []reports.Form) Links {
	l := Links{Runs: "/"}
	at := slices.IndexFunc(c.Runs, func(r reports.Run) bool { return r.Path == run })
	for i := at - 1; i >= 0 && len(l.Changes) < mostChanges; i-- {
		older := &c.Runs[i]
		if !haveAPeerInCommon(older, &c.Runs[at]) {
			continue
		}
		l.Changes = append(l.Changes, Link{
			"since " + wording.Visible(older.Started.UTC().Format("2006-01-02 15:04:05")),
			"/diff?" + url.Values{"old": {older.Path}, "new": {run}}.Encode(),
		})
	}
	for _, f := range forms {
		if f.Write != nil {
			l.Files = append(l.Files, Link{f.File, (&url.URL{Path: "/file/" + f.Name + "/" + run}).String()})
		}
	}
	return l
}

func haveAPeerInCommon(a, b *reports.Run) bool {
	return slices.ContainsFunc(a.Targets, func(t reports.Target) bool {
		return slices.ContainsFunc(b.Targets, func(other reports.Target) bool { return other.Peer() == t.Peer() })
	})
}
