package terminal

import (
	"regexp"
	"strings"

	"github.com/wsspec/wsspec/reports/internal/wording"
)

// Clean makes a text safe to print: it controls no terminal, and no line of it is a
// command to the CI service that keeps the log. GitHub Actions reads "::" at the
// beginning of a line and "##[" anywhere, Azure Pipelines "##vso[", TeamCity
// "##teamcity[".
func Clean(s string) string {
	s = wording.Visible(s)
	s = lineCommand.ReplaceAllString(s, "${1}: :")
	return anyCommand.ReplaceAllString(s, "# #$1[")
}

// CleanLine is [Clean] for a text that has to stay on one line.
func CleanLine(s string) string {
	return Clean(strings.Join(strings.Fields(s), " "))
}

var (
	lineCommand = regexp.MustCompile(`(?m)^(\s*)::`)
	anyCommand  = regexp.MustCompile(`##([a-z]*)\[`)
)

// FirstSentence cuts a text behind its first sentence. What stands between quotation
// marks does not end one.
func FirstSentence(s string) string {
	quoted := false
	for i := 0; i < len(s); i++ {
		switch {
		case s[i] == '\\' && quoted:
			i++
		case s[i] == '"':
			quoted = !quoted
		case s[i] == '.' && !quoted && i+2 < len(s) && s[i+1] == ' ' && (s[i+2] >= 'A' && s[i+2] <= 'Z' || s[i+2] >= '0' && s[i+2] <= '9'):
			return s[:i+1]
		}
	}
	return s
}
