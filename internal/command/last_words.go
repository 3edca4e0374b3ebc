package command

import (
	"fmt"
	"regexp"
	"strings"
	"sync"

	"github.com/wsspec/wsspec/reports/record"
)

// mostStderr is how much of what a process says is shown: it makes one sentence of the
// report. mostKept is how much is kept, so that the line before a long stack trace, which
// says why it is there, is among it.
const (
	mostStderr = record.MaxSentenceOctets - 100
	mostKept   = 64 << 10
)

// lastWords keep the last octets that a process writes to standard error. There a
// program says why it died.
type lastWords struct {
	mu     sync.Mutex
	octets []byte
}

func (w *lastWords) Write(p []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.octets = append(w.octets, p...)
	if over := len(w.octets) - mostKept; over > 0 {
		w.octets = append(w.octets[:0], w.octets[over:]...)
	}
	return len(p), nil
}

// forget drops what the process has said so far.
func (w *lastWords) forget() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.octets = w.octets[:0]
}

// telling begins a line that says why a program dies, before its stack trace: those of
// Go, Rust, C and C++, the sanitizers, Java, Node, Ruby and PHP.
var telling = regexp.MustCompile(`(?m)^(panic: |fatal error: |SIG[A-Z]+: |thread '.*' .*panicked|.*ERROR: \w+Sanitizer|terminate called|.*Assertion .* failed|Exception in thread|\w*Error: |Uncaught |(PHP )?Fatal error: |\S+:\d+:in ['` + "`" + `].*: .* \(\S+\)$)`)

// traced begins the stack trace of Python, whose last line says why the program dies.
var traced = regexp.MustCompile(`(?m)^Traceback \(most recent call last\):$`)

// text is what the process said at its end, as text that is safe to show: from the line
// that says why it died, the last octets of a trace of Python, or else the last octets.
func (w *lastWords) text() string {
	w.mu.Lock()
	text := printable(string(w.octets))
	w.mu.Unlock()
	trace := lastOf(traced, text)
	if why := lastOf(telling, text); why > trace {
		text = text[why:]
		if len(text) > mostStderr {
			text = strings.ToValidUTF8(text[:mostStderr], "")
		}
	} else if trace >= 0 {
		text = text[trace:]
	}
	if over := len(text) - mostStderr; over > 0 {
		text = strings.ToValidUTF8(text[over:], "")
	}
	return strings.TrimSpace(text)
}

// lastOf is where the last match of an expression begins; -1 if there is none.
func lastOf(e *regexp.Regexp, text string) int {
	found := e.FindAllStringIndex(text, -1)
	if found == nil {
		return -1
	}
	return found[len(found)-1][0]
}

// lines are at most n lines of it: the first ones, if the first says why the process
// died, or else the last ones.
func (w *lastWords) lines(n int) []string {
	text := w.text()
	if text == "" {
		return nil
	}
	lines := strings.Split(text, "\n")
	if telling.MatchString(lines[0]) {
		return lines[:min(len(lines), n)]
	}
	return lines[max(0, len(lines)-n):]
}

// quoted is what a process said, as the end of a sentence; empty if it said nothing.
func (w *lastWords) quoted() string {
	lines := w.lines(10)
	if len(lines) == 0 {
		return ""
	}
	return fmt.Sprintf("; its last words: %s", strings.Join(lines, "\n  "))
}

// brief is what the process said, on one line: the one that says why it died, or else its
// last two.
func (w *lastWords) brief() string {
	lines := w.lines(2)
	if len(lines) > 0 && telling.MatchString(lines[0]) {
		lines = lines[:1]
	}
	text := strings.Join(lines, " / ")
	if runes := []rune(text); len(runes) > mostBrief {
		text = "…" + string(runes[len(runes)-mostBrief:])
	}
	return text
}

// mostBrief is how many characters of it stand in a sentence.
const mostBrief = 300

// printable replaces what could change how a terminal or a log shows a text: control
// characters but line ends and tabs, characters that change the direction of writing,
// and octets that are not UTF-8.
func printable(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\n', r == '\t':
			return r
		case r == '\r':
			return -1
		case r < ' ', r >= 0x7f && r < 0xa0, r >= 0x202a && r <= 0x202e, r >= 0x2066 && r <= 0x2069:
			return '\ufffd'
		}
		return r
	}, strings.ToValidUTF8(s, "\ufffd"))
}
