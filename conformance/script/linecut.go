package script

import (
	"bytes"
	"fmt"
)

// A LineCut is a place in a request or response where one segment ends and the next one
// begins. The preface counts as a part of it.
type LineCut struct {
	// Line is the number of whole lines before the cut. A negative one counts from the
	// end of the head: with -1, only the last, empty line comes behind the cut.
	Line int
	// Octet is how many octets of the next line come before the cut as well. If it is
	// negative, the cut is so many octets before the end of the last of those lines.
	Octet int
}

// CutAfter is the cut behind so many whole lines.
func CutAfter(lines int) LineCut { return LineCut{Line: lines} }

// String describes the cut for people.
func (c LineCut) String() string {
	where := fmt.Sprintf("after line %d", c.Line)
	switch {
	case c.Line == 0:
		where = "after the beginning"
	case c.Line < 0:
		where = fmt.Sprintf("%d lines before the end", -c.Line)
	}
	if c.Octet != 0 {
		return fmt.Sprintf("%s (%+d octets)", where, c.Octet)
	}
	return where
}

// Segments cuts the octets of a request or response, whose head ends at that index. It
// leaves out a cut that is not behind the one before it, or that is outside of the
// octets.
func Segments(octets []byte, head int, cuts []LineCut) [][]byte {
	ends := []int{0} // of each line
	for i := 0; i < head; {
		n := bytes.IndexByte(octets[i:head], '\n') + 1
		if n == 0 {
			break
		}
		i += n
		ends = append(ends, i)
	}
	var segments [][]byte
	start := 0
	for _, c := range cuts {
		line := c.Line
		if line < 0 {
			line += len(ends) - 1
		}
		if line < 0 || line >= len(ends) {
			continue
		}
		if at := ends[line] + c.Octet; at > start && at < len(octets) {
			segments = append(segments, octets[start:at])
			start = at
		}
	}
	return append(segments, octets[start:])
}
