package main

import (
	"bytes"
	"io"
	"sync"
)

// A turn keeps what a run writes until it is the run's turn to be shown. From then on it
// passes on what comes.
type turn struct {
	w    io.Writer
	mu   sync.Mutex
	now  bool
	kept bytes.Buffer
}

// begin shows what was kept.
func (t *turn) begin() error {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.now = true
	_, err := t.kept.WriteTo(t.w)
	return err
}

func (t *turn) Write(p []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.now {
		return t.w.Write(p)
	}
	return t.kept.Write(p)
}
