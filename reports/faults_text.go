package reports

import (
	"fmt"

	"github.com/wsspec/wsspec/reports/internal/wording"
)

// Sentence is the matrix in words: "612 of 631 faults are detected by 781 cases".
func (m *FaultMatrix) Sentence() string {
	return fmt.Sprintf("%s of %s are detected by %s", wording.Grouped(m.caught()), wording.Counted(len(m.Rows), "fault"), wording.Counted(len(m.Cases), "case"))
}

// Words is a cell's text: fails, then warnings: "3", "3+1", "+1", or "".
func (c FaultCell) Words() string {
	switch {
	case c.Fails+c.Warns == 0:
		return ""
	case c.Warns == 0:
		return wording.Grouped(c.Fails)
	case c.Fails == 0:
		return "+" + wording.Grouped(c.Warns)
	}
	return wording.Grouped(c.Fails) + "+" + wording.Grouped(c.Warns)
}
