package page

import (
	"encoding/hex"
	"fmt"
	"strings"
)

// dump writes octets in hex, eight a line, with their offset before them and their
// ASCII characters after them. The first octet has the offset from. The octet at the
// offset mark is marked, if it is among them.
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

// printable shows octets as ASCII, with a dot for each that cannot be printed.
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
