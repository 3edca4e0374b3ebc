package reports

import (
	"encoding/hex"
	"fmt"
	"strings"
)

// dump writes octets, eight a line (so that a line fits a lane), with their
// offset before and as ASCII behind. The first has the offset from; the one at
// the offset mark is the marked one, and there is none for an offset outside.
func dump(octets []byte, from, mark int) marked {
	var text strings.Builder
	at := -1
	for line := 0; line < len(octets); line += 8 {
		row := octets[line:min(line+8, len(octets))]
		fmt.Fprintf(&text, "%04x  ", from+line)
		for i := range 8 {
			if i >= len(row) {
				text.WriteString("   ")
				continue
			}
			if from+line+i == mark {
				at = text.Len()
			}
			text.WriteString(hex.EncodeToString(row[i:i+1]) + " ")
		}
		text.WriteString(" " + printable(row) + "\n")
	}
	all := text.String()
	if at < 0 {
		return marked{Before: all}
	}
	return marked{all[:at], all[at : at+2], all[at+2:]}
}

// printable shows octets as ASCII, a dot for what has no shape there.
func printable(octets []byte) string {
	shown := make([]byte, len(octets))
	for i, c := range octets {
		shown[i] = '.'
		if c >= 0x20 && c < 0x7f {
			shown[i] = c
		}
	}
	return string(shown)
}
