package markdown

import (
	"fmt"
	"io"
	"strings"

	"github.com/wsspec/wsspec/conformance/verdict"
	"github.com/wsspec/wsspec/reports"
	"github.com/wsspec/wsspec/reports/internal/wording"
)

// WriteDiff writes the difference of two reports as Markdown, at most MaxOctets.
// Cases that do not fit are counted.
func WriteDiff(w io.Writer, d *reports.Changes) error {
	var b strings.Builder
	shape := verdict.Pass
	if d.Regressed() {
		shape = verdict.Fail
	}
	fmt.Fprintf(&b, "# %s %s\n", mark(shape), d.Sentence())
	if names := d.NotCompared(); names != "" {
		fmt.Fprintf(&b, "\n%s.\n", escaped(names))
	}
	left := 0
	for _, p := range d.Parts() {
		if b.Len() < MaxOctets-matrixOctets {
			fmt.Fprintf(&b, "\n## %s\n\n", p.Title)
		}
		for _, c := range p.Changes {
			if b.Len() > MaxOctets-matrixOctets {
				left++
				continue
			}
			res := c.Result()
			fmt.Fprintf(&b, "- %s %s **%s**: %s. %s\n", escaped(wording.Shortened(res.Agent, 100)), res.Role, escaped(wording.Shortened(res.ID, 100)),
				c.Words(), escaped(wording.Shortened(res.Explanation, 600)))
		}
	}
	if left > 0 {
		fmt.Fprintf(&b, "\n%s more are not shown here, for lack of room.\n", wording.Counted(left, "case"))
	}
	if _, err := io.WriteString(w, b.String()); err != nil {
		return fmt.Errorf("write difference: %w", err)
	}
	return nil
}
