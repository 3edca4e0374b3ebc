// Package wording has the functions on text that several forms of a report share:
// numbers in words, and text from a peer made safe, short and visible.
package wording

import (
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Counted writes a number with its noun: "1 case", "1,234 cases".
func Counted(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return Grouped(n) + " " + noun + "s"
}

// Grouped writes a number with a comma before every three digits: "1,234".
func Grouped(n int) string {
	digits := strconv.Itoa(n)
	for i := len(digits) - 3; i > 0 && digits[i-1] != '-'; i -= 3 {
		digits = digits[:i] + "," + digits[i:]
	}
	return digits
}

// OneLine makes a text one line: characters that cannot be printed become spaces,
// and invalid UTF-8 becomes U+FFFD.
func OneLine(s string) string {
	return strings.Map(func(c rune) rune {
		if !unicode.IsPrint(c) && c != utf8.RuneError {
			return ' '
		}
		return c
	}, strings.ToValidUTF8(s, "\uFFFD"))
}

// Shortened cuts a text to n characters. The last one is "…" if anything was cut.
func Shortened(s string, n int) string {
	characters, last := 0, 0 // last is where the n-th character begins
	for i := range s {
		characters++
		if characters == n {
			last = i
		}
		if characters > n {
			return s[:last] + "…"
		}
	}
	return s
}

// The limits of lists and texts in every form but report.json.
const (
	// MaxEvents is how many events of a list are shown.
	MaxEvents = 24
	// MaxText is how many characters of a text are shown.
	MaxText = 400
)

// FirstFew cuts a list of events to MaxEvents, and says how many more there are.
func FirstFew(events []string) []string {
	var few []string
	for i, event := range events {
		if i == MaxEvents-1 && len(events) > MaxEvents {
			return append(few, "and "+Grouped(len(events)-i)+" more")
		}
		few = append(few, Shortened(event, MaxText))
	}
	return few
}
