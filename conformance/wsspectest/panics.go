package wsspectest

import (
	"fmt"
	"io"
	"log"
	"net/http"
	"runtime/debug"
	"sync"
	"testing"
)

// panics are those of a handler under test. net/http goes on after them, and a case may
// well pass: the end of a connection is what many cases expect.
type panics struct {
	mu    sync.Mutex
	count int
	first string
}

// catching is a handler whose panics are counted.
func (p *panics) catching(handler http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		defer func() {
			switch v := recover(); v {
			case nil:
			case http.ErrAbortHandler: // ends the connection on purpose
				panic(v)
			default:
				p.add(fmt.Sprintf("%v\n%s", v, debug.Stack()))
				panic(http.ErrAbortHandler) // net/http does as with any other, and does not print it
			}
		}()
		handler.ServeHTTP(w, r)
	})
}

func (p *panics) add(text string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.count++; p.count == 1 {
		p.first = text
	}
}

// log is where net/http writes to. The complaints about peers that end a connection in the
// middle of a request are no news here.
func (p *panics) log() *log.Logger { return log.New(io.Discard, "", 0) }

// say fails the test if there was a panic.
func (p *panics) say(t *testing.T) {
	if p == nil {
		return
	}
	t.Helper()
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.count > 0 {
		t.Errorf("The handler panicked, in %d of its calls; first: %s", p.count, p.first)
	}
}
