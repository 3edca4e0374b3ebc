package page

import (
	"io"
	"regexp"
	"strings"
	"testing"

	"github.com/wsspec/wsspec/reports"
	"github.com/wsspec/wsspec/reports/internal/fixture"
)

var (
	styleElement  = regexp.MustCompile(`(?s)<style>.*?</style>`)
	scriptElement = regexp.MustCompile(`(?s)<script>.*?</script>`)
	policyHashes  = regexp.MustCompile(`&#39;sha256-.*?&#39;`)
)

// markup is a page as a reviewer can read it: without the style, the scripts and
// their hashes, which are files of their own, and with the compressed blocks
// opened, since their octets depend on the version of compress/flate.
func markup(t *testing.T, page string) []byte {
	t.Helper()
	blocks := fixture.BlocksOf(t, page)
	page = styleElement.ReplaceAllString(page, "<style></style>")
	page = scriptElement.ReplaceAllString(page, "<script></script>")
	page = policyHashes.ReplaceAllString(page, "HASH")
	page = fixture.BlockElement.ReplaceAllString(page, "<script>BLOCK</script>")
	return []byte(page + "\nBLOCKS\n" + strings.Join(blocks, "\nBLOCK\n"))
}

// TestPagesAreAsTheyWere compares each page with its golden file.
func TestPagesAreAsTheyWere(t *testing.T) {
	folder, _ := fixture.FolderOf(t, map[string]any{
		"1.json": fixture.Sample(), "2.json": fixture.Day(1, fixture.After()), "sub/3.json": fixture.Day(2, fixture.Sample()),
		"newer.json": `{"schema":"wsspec-report/9"}`,
	})
	contents := fixture.ContentsOf(t, folder)
	for name, write := range map[string]func(io.Writer) error{
		"index.html":  func(w io.Writer) error { return Write(w, fixture.Sample()) },
		"plots.html":  func(w io.Writer) error { return Write(w, fixture.Measured("alpha", "beta")) },
		"diff.html":   func(w io.Writer) error { return WriteDiff(w, reports.Diff(fixture.Before(), fixture.After())) },
		"faults.html": func(w io.Writer) error { return WriteFaults(w, fixture.FaultMatrix()) },
		"folder.html": func(w io.Writer) error { return WriteFolder(w, contents) },
	} {
		t.Run(name, func(t *testing.T) {
			page := fixture.Drawn(t, func(w io.Writer, _ *reports.Report) error { return write(w) }, nil)
			fixture.Golden(t, name, markup(t, page))
		})
	}
}
