package command

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/wsspec/wsspec/ref/wire"
	"github.com/wsspec/wsspec/reports/secrets"
)

// hidden removes the secrets of a run from all that the command prints. The zero value
// removes nothing.
type hidden struct{ redactor *secrets.Redactor }

// hide begins to hide secrets, unless they are wanted.
func (k *keeping) hide(stderr io.Writer) {
	if k.keepSecrets {
		fmt.Fprintln(stderr, "wsspec: warning: --keep-secrets: what is printed and written has the passwords, tokens and cookies of this run: do not publish it")
		return
	}
	k.hidden.redactor = &secrets.Redactor{}
}

// plainFields are fields whose values are no secrets, and may be words of a report.
var plainFields = []string{"Host", "Origin", "Referer", "User-Agent", "Accept", "Accept-Encoding", "Accept-Language", "Cache-Control", "Pragma", "Sec-WebSocket-Protocol"}

// learn remembers the value of a field that comes from a file or the environment: who
// puts it there does not want it seen.
func (h *hidden) learn(field wire.Field) {
	if !slices.ContainsFunc(plainFields, func(name string) bool { return strings.EqualFold(name, field.Name) }) {
		h.redactor.LearnValue(field.Value)
	}
}

// writer returns a writer that passes on what is written without the secrets.
func (h *hidden) writer(w io.Writer) io.Writer {
	if h.redactor == nil {
		return w
	}
	return &hidingWriter{w, h.redactor}
}

type hidingWriter struct {
	io.Writer
	redactor *secrets.Redactor
}

func (w *hidingWriter) Write(p []byte) (int, error) {
	if _, err := io.WriteString(w.Writer, w.redactor.Text(string(p))); err != nil {
		return 0, err
	}
	return len(p), nil
}

// Unwrap returns the writer behind it.
func (w *hidingWriter) Unwrap() io.Writer { return w.Writer }

// error returns an error whose text has no secrets.
func (h *hidden) error(err error) error {
	var exit *exitError
	switch {
	case err == nil || h.redactor == nil:
		return err
	case errors.As(err, &exit) && exit.err == nil:
		return err
	case exit != nil:
		return &exitError{exit.code, &hidingError{exit.err, h.redactor}}
	}
	return &hidingError{err, h.redactor}
}

type hidingError struct {
	err      error
	redactor *secrets.Redactor
}

func (e *hidingError) Error() string { return e.redactor.Text(e.err.Error()) }

func (e *hidingError) Unwrap() error { return e.err }
