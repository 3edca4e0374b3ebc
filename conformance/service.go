package conformance

import (
	"context"
	"errors"
	"maps"
	"net"
	"slices"
	"sync"
	"time"

	"github.com/wsspec/wsspec/ref/wire"
)

// A Service serves cases to clients under test, at the endpoints that drivers
// written for Autobahn's fuzzing server use: /getCaseCount, /getCaseInfo,
// /getCaseStatus, /runCase, /updateReports and /stopServer, all WebSocket
// upgrades on one port. Cases are numbered from 1 in the order of Cases;
// casetuple= addresses one by its id.
//
// The zero value of every field but Cases is ready for use.
type Service struct {
	Cases []*Case
	// Deadlines bound each wait; the zero value means NewDeadlines(0, 0, 0).
	Deadlines Deadlines
	// Profile is how much the cases about size and compression send; empty
	// means [Quick].
	Profile Profile
	// Subprotocols are those the service speaks, the most wanted first.
	Subprotocols []string
	// Excluded reports whether an agent is spared a case: its connection is
	// opened and closed, and gives no result. Nil spares none.
	Excluded func(agent string, c *Case) bool
	// Patience is how long Serve goes on without any connection, after which it
	// returns [ErrNobodyCame]; zero means forever.
	Patience time.Duration
	// Done is told of each result, one at a time.
	Done func(agent string, r Result)
	// Update is told when an agent's driver asks for its report.
	Update func(agent string)
	// Page answers requests that are no WebSocket upgrade; nil means a
	// sentence that says what this is.
	Page func(wire.Request) (r wire.Response, body string)

	// begun is told that an agent's connection for a case has come, and when.
	begun func(c *Case, began time.Time)

	// started: wsspec starts the clients, with URLs of its choice.
	started bool

	mu      sync.Mutex
	results map[string]map[string]Result
	playing map[string]*underWay
	keys    map[string]*keyQuality
	stop    context.CancelFunc
}

// Serve takes connections until the context ends or a driver asks to stop, and
// returns when the last of them has ended. Every wait for a client is bounded,
// and what one client does wrong is told to it and ends no other.
func (s *Service) Serve(ctx context.Context, l net.Listener) error {
	if s.Deadlines == (Deadlines{}) {
		s.Deadlines = NewDeadlines(0, 0, 0)
	}
	if s.Profile == "" {
		s.Profile = Quick
	}
	accepting, stop := context.WithCancel(ctx)
	defer stop()
	s.mu.Lock()
	s.results, s.playing, s.stop = map[string]map[string]Result{}, map[string]*underWay{}, stop
	s.keys = map[string]*keyQuality{}
	s.mu.Unlock()
	closing := context.AfterFunc(accepting, func() { l.Close() })
	defer closing()
	idle := s.watch(stop)
	defer idle.end()
	var conns sync.WaitGroup
	defer conns.Wait()
	for {
		conn, err := l.Accept()
		switch {
		case err == nil:
			idle.add(1)
			conns.Go(func() {
				defer idle.add(-1)
				defer conn.Close()
				s.serve(ctx, conn)
			})
		case accepting.Err() != nil:
			if idle.passed() {
				return ErrNobodyCame
			}
			return ctx.Err()
		case errors.Is(err, net.ErrClosed):
			return err
		default: // this machine is short of something for a moment
			select {
			case <-accepting.Done():
			case <-time.After(5 * time.Millisecond):
			}
		}
	}
}

// Result returns what an agent's latest run of a case found out.
func (s *Service) Result(agent, id string) (Result, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	r, ok := s.results[agent][id]
	return r, ok
}

// underWay counts the cases that an agent plays at the moment; none is closed
// when there are no more.
type underWay struct {
	count int
	none  chan struct{}
}

// begin marks that the agent plays a case, until the function it returns is
// called: a driver asks for the report as soon as its end of the last
// connection is closed, which can be before the verdict is there.
func (s *Service) begin(agent string) (end func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	p := s.playing[agent]
	if p == nil {
		p = &underWay{none: make(chan struct{})}
		s.playing[agent] = p
	}
	p.count++
	return func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		if p.count--; p.count == 0 {
			close(p.none)
			delete(s.playing, agent)
		}
	}
}

// keysOf returns what is known of the keys of an agent's earlier connections.
func (s *Service) keysOf(agent string) *keyQuality {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.keys[agent] == nil {
		s.keys[agent] = &keyQuality{}
	}
	return s.keys[agent]
}

// settled waits until no case of the agent's is playing, or the context ends.
func (s *Service) settled(ctx context.Context, agent string) {
	s.mu.Lock()
	p := s.playing[agent]
	s.mu.Unlock()
	if p == nil {
		return
	}
	select {
	case <-p.none:
	case <-ctx.Done():
	case <-time.After(s.Deadlines.Case):
	}
}

func (s *Service) done(agent string, r Result) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.results[agent] == nil {
		s.results[agent] = map[string]Result{}
	}
	s.results[agent][r.Case.ID] = r
	if s.Done != nil {
		s.Done(agent, r)
	}
}

// Agents lists the agents that have run a case, in no order.
func (s *Service) Agents() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Collect(maps.Keys(s.results))
}
