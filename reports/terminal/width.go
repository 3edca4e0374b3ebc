package terminal

import (
	"strings"
	"unicode"

	"golang.org/x/text/width"
)

// cells is how many columns of a terminal a character takes.
func cells(c rune) int {
	if unicode.In(c, unicode.Mn, unicode.Me, unicode.Cf) {
		return 0
	}
	switch width.LookupRune(c).Kind() {
	case width.EastAsianWide, width.EastAsianFullwidth:
		return 2
	}
	return 1
}

// Cut cuts a text without colours to so many columns. The last one is "…" if anything
// was cut.
func Cut(s string, columns int) string {
	used, end := 0, 0 // end is where the text ends that leaves a column free
	for i, c := range s {
		used += cells(c)
		if used > columns {
			return s[:end] + "…"
		}
		if used < columns {
			end = i + len(string(c))
		}
	}
	return s
}

// wrap breaks a text at spaces into at most so many lines. A word that is too long for a
// line is cut, and so is the last line.
func wrap(s string, columns, lines int) []string {
	var out []string
	line, used := "", 0
	words := strings.Fields(s)
	for i, word := range words {
		long := 0
		for _, c := range word {
			long += cells(c)
		}
		switch {
		case line == "":
			line, used = word, long
		case used+1+long <= columns:
			line, used = line+" "+word, used+1+long
		case len(out) == lines-1:
			return append(out, Cut(line+" "+strings.Join(words[i:], " "), columns))
		default:
			out, line, used = append(out, Cut(line, columns)), word, long
		}
	}
	return append(out, Cut(line, columns))
}
