package command

import (
	"errors"
	"io"
	"os"
	"sync"
	"syscall"

	"golang.org/x/term"
)

// A standardOutput notices that what is written does not arrive.
type standardOutput struct {
	w io.Writer
	// gone is called when nobody reads any more.
	gone func()

	mu  sync.Mutex
	err error
}

func (o *standardOutput) Write(p []byte) (int, error) {
	n, err := o.w.Write(p)
	if err != nil {
		o.mu.Lock()
		defer o.mu.Unlock()
		if o.err == nil {
			o.err = err
			if o.closed() {
				o.gone()
			}
		}
	}
	return n, err
}

// Unwrap returns the writer behind it.
func (o *standardOutput) Unwrap() io.Writer { return o.w }

// lost is the first error, nil if everything arrived.
func (o *standardOutput) lost() error {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.err
}

// closed reports whether the reader has gone, as that of `wsspec … | head -1` does.
func (o *standardOutput) closed() bool {
	return errors.Is(o.err, syscall.EPIPE) || errors.Is(o.err, io.ErrClosedPipe)
}

// terminalOf returns the terminal that is written to, nil if it is none.
func terminalOf(w io.Writer) *os.File {
	for {
		behind, ok := w.(interface{ Unwrap() io.Writer })
		if !ok {
			break
		}
		w = behind.Unwrap()
	}
	if f, ok := w.(*os.File); ok && term.IsTerminal(int(f.Fd())) {
		return f
	}
	return nil
}
