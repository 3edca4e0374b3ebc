package run

import (
	"context"
	"errors"
	"fmt"
	"net"
	"syscall"
	"testing"

	"github.com/wsspec/wsspec/conformance/stream"
)

var errNoPort = fmt.Errorf("connect: %w", syscall.EADDRNOTAVAIL)

// A run waits for a port while all are kept for connections that have ended. Any other
// error ends the wait, and so does the end of the run.
func TestWithPort(t *testing.T) {
	other := errors.New("refused")
	for _, tt := range []struct {
		name string
		errs []error // of one call after the other; the rest succeeds
		want error
		call int
	}{
		{"a free port", nil, nil, 1},
		{"a port that becomes free", []error{errNoPort, errNoPort}, nil, 3},
		{"another error", []error{other}, other, 1},
		{"another error behind it", []error{errNoPort, other}, other, 2},
	} {
		t.Run(tt.name, func(t *testing.T) {
			calls := 0
			_, err := withPort(t.Context(), syscall.EADDRNOTAVAIL, func() (int, error) {
				calls++
				if calls <= len(tt.errs) {
					return 0, tt.errs[calls-1]
				}
				return 0, nil
			})
			if !errors.Is(err, tt.want) || calls != tt.call {
				t.Errorf("error %v after %d calls, want %v after %d", err, calls, tt.want, tt.call)
			}
		})
	}
	ended, end := context.WithCancel(t.Context())
	end()
	if _, err := withPort(ended, syscall.EADDRNOTAVAIL, func() (int, error) { return 0, errNoPort }); !errors.Is(err, syscall.EADDRNOTAVAIL) {
		t.Errorf("error %v of a run that has ended", err)
	}
}

// An address that this machine cannot reach is an error at once.
func TestFirstConnectionWaitsForNoPort(t *testing.T) {
	r := &serverRun{}
	calls := 0
	open := func(context.Context, stream.Deadlines) (net.Conn, error) {
		if calls++; calls == 2 || calls == 4 {
			return nil, nil
		}
		return nil, errNoPort
	}
	for i, want := range []error{syscall.EADDRNOTAVAIL, nil, nil} { // the third waits for call 4
		if _, err := r.connect(t.Context(), open, stream.Deadlines{}); !errors.Is(err, want) {
			t.Errorf("connection %d: error %v, want %v", i+1, err, want)
		}
	}
}
