package run

import (
	"context"
	"fmt"
	"time"

	"github.com/wsspec/wsspec/conformance/play"
	"github.com/wsspec/wsspec/conformance/script"
	"github.com/wsspec/wsspec/conformance/stream"
	"github.com/wsspec/wsspec/ref/wire"
	"golang.org/x/sync/semaphore"
)

// heavy is how many octets a case holds at least for which its client has to wait.
const heavy = 1 << 20

// lightBudget is how many octets the light cases under way may hold together.
const lightBudget = 32 << 20

// A caseMemory bounds what the cases that are under way at a service hold together. The
// light cases do not wait for the heavy ones. The zero value is not ready for use.
type caseMemory struct{ light, heavy *semaphore.Weighted }

func newCaseMemory() caseMemory {
	return caseMemory{light: semaphore.NewWeighted(lightBudget), heavy: semaphore.NewWeighted(memoryBudget)}
}

// isHeavy reports whether a case waits for its memory behind the opening handshake. A
// client gives up if the response does not come within some seconds. It has no such bound
// for a message.
func (s *Service) isHeavy(c *script.Case) bool { return weightOf(c, s.Profile) >= heavy }

// enter waits until there is memory for a case. It gives up after the time of a case.
func (s *Service) enter(ctx context.Context, c *script.Case) (leave func(), err error) {
	of, weight := s.memory.light, weightOf(c, s.Profile)
	if s.isHeavy(c) {
		of = s.memory.heavy
	}
	waiting, cancel := context.WithTimeout(ctx, s.Deadlines.Case)
	defer cancel()
	if of.Acquire(waiting, weight) != nil {
		return nil, fmt.Errorf("the service plays as many cases as it has memory for, and none of them has ended for %s", s.Deadlines.Case)
	}
	return func() { of.Release(weight) }, nil
}

// enterOpen waits until there is memory for a heavy case, on the connection that is open
// for it. The time is not counted as the case's. If the client does not wait as long, or if
// there is no memory, it closes the connection, and the error says why the case is not
// played.
func (s *Service) enterOpen(ctx context.Context, c *script.Case, l *stream.Conn) (leave func(), err error) {
	if s.started || !s.isHeavy(c) { // the run itself says how many cases there are at once
		return func() {}, nil
	}
	began := time.Now()
	leave, err = s.enter(ctx, c)
	waited := time.Since(began)
	if err == nil && !(l.PeerEnded() && waited > l.Deadlines.Settle) {
		l.Postpone(waited)
		return leave, nil
	}
	if err == nil {
		leave()
		err = fmt.Errorf("the client ended the connection while it had to wait %.1f s for the large cases on its other connections; a driver that plays fewer cases at once need not wait", waited.Seconds())
	}
	closing := script.Script{Outcomes: []script.Outcome{{Ending: script.ClosedByHarness()}}}
	play.Play(ctx, l, &closing, play.Options{})
	return nil, err
}

// notPlayedForMemory is the result of a case that enterOpen left out: an error, for the
// client has done nothing wrong.
func notPlayedForMemory(c *script.Case, began time.Time, l *stream.Conn, why error) Result {
	_, transcript := l.Seen()
	return notPlayed(c, wire.RoleClient, began, transcript, why)
}
