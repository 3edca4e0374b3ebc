package reports

import (
	"bytes"
	"fmt"
	"io"
	"strings"

	"github.com/wsspec/wsspec/reports/internal/wording"
)

// A boundedError is an error whose text is fit for a terminal, whatever was in the
// file: every line of it is visible and short.
type boundedError struct {
	text string
	err  error
}

func (e *boundedError) Error() string { return e.text }
func (e *boundedError) Unwrap() error { return e.err }

// bounded makes the text of an error visible and cuts its lines.
func bounded(err error) error {
	if err == nil {
		return nil
	}
	text := err.Error()
	lines := strings.SplitN(text[:min(len(text), 1<<16)], "\n", 20)
	for i, line := range lines {
		lines[i] = wording.Clear(strings.ReplaceAll(line, "\n", " "), 4*wording.MaxText)
	}
	if cut := strings.Join(lines, "\n"); cut != text {
		return &boundedError{cut, err}
	}
	return err
}

// maxString is how many octets a string of a JSON file may have, as it is written. The
// longest ones that this program writes are the octets of an entry and the code of Go
// tests, with some 100 KB.
const maxString = 4 << 20

// A stringLimit reads a JSON file, and ends with an error where a string is longer than
// maxString, so that it costs no memory.
type stringLimit struct {
	r        io.Reader
	within   bool
	escaped  bool
	octets   int
	consumed int64
}

func (l *stringLimit) Read(p []byte) (int, error) {
	n, err := l.r.Read(p)
	if bad := l.look(p[:n]); bad != nil {
		return 0, bad
	}
	l.consumed += int64(n)
	return n, err
}

// look follows the strings in the next octets.
func (l *stringLimit) look(p []byte) error {
	for at := 0; at < len(p); {
		if !l.within {
			i := bytes.IndexByte(p[at:], '"')
			if i < 0 {
				return nil
			}
			l.within, l.octets, at = true, 0, at+i+1
			continue
		}
		if l.escaped {
			l.escaped = false
			l.octets++
			at++
			continue
		}
		i := bytes.IndexAny(p[at:], "\"\\")
		if i < 0 {
			l.octets += len(p) - at
			at = len(p)
		} else {
			l.octets += i
			l.escaped = p[at+i] == '\\'
			l.within = l.escaped
			at += i + 1
		}
		if l.octets > maxString {
			return fmt.Errorf("a string near offset %d is longer than %d octets", l.consumed+int64(at), maxString)
		}
	}
	return nil
}
