package run

import (
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/wsspec/wsspec/conformance/opening"
	"github.com/wsspec/wsspec/conformance/script"
	"github.com/wsspec/wsspec/ref/wire"
)

// startedClient is what is known of the client that was started for a case. It connects
// to a listener of its own, so that a request that cannot be read is known to be its.
type startedClient struct {
	c *script.Case
	// authority is that of the URL, where it is not the address of the connection.
	authority string

	mu sync.Mutex
	// first is when its first connection for the case began, zero if there was none yet.
	first time.Time
	came  chan struct{}
	// result has the verdict on the first connection, other that on a later one.
	result, other chan Result
	// rejected is its last request that was not served, nil if there was none.
	rejected *opening.FromClient
	// fields are those of its latest request for the case.
	fields wire.Fields
}

func newStartedClient(c *script.Case) *startedClient {
	return &startedClient{c: c, came: make(chan struct{}, 1), result: make(chan Result, 1), other: make(chan Result, 1)}
}

// connect notes a connection for the case that began then.
func (a *startedClient) connect(began time.Time) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if !a.first.IsZero() {
		return
	}
	a.first = began
	a.came <- struct{}{}
}

// connected reports whether a connection for the case has come.
func (a *startedClient) connected() bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	return !a.first.IsZero()
}

// asks notes the fields of a request for the case.
func (a *startedClient) asks(fields wire.Fields) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.fields = fields
}

// unserved notes a request that was not served.
func (a *startedClient) unserved(in *opening.FromClient) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.rejected = in
}

// notArrived is the result of a client that did not come to run its case. The sentence
// says how that showed, unless a request of the client's was not served.
func (a *startedClient) notArrived(started time.Time, sentence string) Result {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.rejected == nil {
		return notArrived(a.c, started, sentence)
	}
	if v := new(wire.Violation); errors.As(a.rejected.Unserved, &v) {
		return notPlayed(a.c, wire.RoleClient, started, a.rejected.Transcript, v)
	}
	r := notArrived(a.c, started, fmt.Sprintf("The client did not run the case: %v.", a.rejected.Unserved))
	r.Transcript = a.rejected.Transcript
	return r
}

// deliver takes a verdict. The one on the first connection counts, though that on
// a second may well be there before it.
func (a *startedClient) deliver(r Result) {
	a.mu.Lock()
	defer a.mu.Unlock()
	to := a.result
	if !r.Started.Equal(a.first) {
		to = a.other
	}
	select {
	case to <- r:
	default:
	}
}
