package run

import (
	"sync"

	"github.com/wsspec/wsspec/conformance/observed"
	"github.com/wsspec/wsspec/conformance/script"
)

// A watcher tells of the entries of one play of a case as they come. A nil watcher tells
// nothing.
type watcher struct {
	tell func(observed.Entry)
	mu   sync.Mutex
	// told is how many entries of the transcript it has told.
	told int
}

func watching(tell func(*script.Case, observed.Entry), c *script.Case) *watcher {
	if tell == nil {
		return nil
	}
	return &watcher{tell: func(e observed.Entry) { tell(c, e) }}
}

// see returns the function that takes entries, nil for a nil watcher.
func (w *watcher) see() func(observed.Entry) {
	if w == nil {
		return nil
	}
	return func(e observed.Entry) {
		w.mu.Lock()
		w.told++
		w.mu.Unlock()
		w.tell(e)
	}
}

// rest tells what of a transcript came otherwise than on an open connection, such as a
// refusal.
func (w *watcher) rest(t observed.Transcript) {
	if w == nil {
		return
	}
	w.mu.Lock()
	told := w.told
	w.mu.Unlock()
	for _, e := range t[min(told, len(t)):] {
		w.tell(e)
	}
}
