package run

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net"
	"slices"
	"sync"
	"time"

	"github.com/wsspec/wsspec/conformance/observed"
	"github.com/wsspec/wsspec/conformance/opening"
	"github.com/wsspec/wsspec/conformance/script"
	"github.com/wsspec/wsspec/conformance/stream"
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
	Cases []*script.Case
	// Deadlines bound each wait; the zero value means NewDeadlines(0, 0, 0).
	Deadlines stream.Deadlines
	// Profile is how much the cases about size and compression send; empty
	// means [Quick].
	Profile script.Profile
	// Subprotocols are those the service speaks, the most wanted first.
	Subprotocols []string
	// AllowedOrigins are the origins of web pages that may connect, such as
	// "http://localhost:3000"; "*" allows any. A page of the service's own always may,
	// and so does a client that sends no Origin.
	AllowedOrigins []string
	// Excluded reports whether an agent is spared a case: its connection is
	// opened and closed, and gives no result. Nil spares none.
	Excluded func(agent string, c *script.Case) bool
	// Patience is how long Serve goes on without any connection, after which it
	// returns [ErrNobodyCame]; zero means forever.
	IdleTimeout time.Duration
	// Done is told of each result, one at a time.
	Done func(agent string, r Result)
	// DoneKeeps says that Done keeps the transcripts: the service does not.
	DoneKeeps bool
	// Update is told when an agent's driver asks for its report.
	Update func(agent string)
	// Page answers requests that are no WebSocket upgrade; nil means a
	// sentence that says what this is.
	Page func(wire.Request) (r wire.Response, body string)

	// Watch, if set, is told of each entry of each transcript as it comes, from several
	// goroutines. It has to return at once.
	Watch func(*script.Case, observed.Entry)

	// EachConnection: each connection plays the next case, whatever its path. All are of
	// one client, which connects again by itself, with the name Agent; empty means
	// "client". Serve returns when all cases are played.
	// Played, if set, reports whether a case has its result from an earlier run, so that no
	// connection plays it.
	EachConnection bool
	Agent          string
	Played         func(agent string, c *script.Case) bool
	// Remark, if set, is told why clients may not get to a case, each reason once, and a
	// hundred at most: a sentence that says what to do.
	Remark func(sentence string)
	// HTTP2: clients are tested over HTTP/2 (RFC 8441). A listener of TLS has to select h2
	// then: see [HTTP2Config]. Without TLS, clients begin with HTTP/2 (RFC 9113 3.3). What is
	// no case is served over HTTP/1.1 as well.
	HTTP2 bool
	// NoEcho, Ask and Dialogue are those of [Options].
	NoEcho   bool
	Ask      *script.Question
	Dialogue *script.Dialogue

	// started: wsspec starts the clients, with URLs of its choice.
	started bool

	mu      sync.Mutex
	each    *eachConnection
	said    map[string]bool
	results map[string]map[string]Result
	playing map[string]*playing
	keys    map[string]*opening.KeyQuality
	masks   map[string]*stream.MaskHistory
	stop    context.CancelFunc
	// admitted are the agents that have asked for a case, each with what its results
	// take; kept is what those of all take.
	admitted map[string]*allowance
	kept     allowance
	// memory is what the cases under way may hold together.
	memory caseMemory
	// shortage is the latest error of this machine's that kept a client from being
	// accepted, and when it came.
	shortage   error
	shortageAt time.Time
}

// Serve takes connections until the context ends or a driver asks to stop, and
// returns when the last of them has ended. Every wait for a client is bounded,
// and what one client does wrong is told to it and ends no other.
func (s *Service) Serve(ctx context.Context, l net.Listener) error {
	if s.Deadlines == (stream.Deadlines{}) {
		s.Deadlines = stream.NewDeadlines(0, 0, 0)
	}
	if s.Profile == "" {
		s.Profile = script.Quick
	}
	accepting, stop := context.WithCancel(ctx)
	defer stop()
	s.prepare(stop)
	if s.EachConnection {
		s.givesOut()
	}
	idle := s.watch(stop)
	defer idle.end()
	return s.accept(ctx, accepting, idle, l, nil)
}

// mostRemarks is how many reasons are told.
const mostRemarks = 100

// remark tells a reason, if it is new.
func (s *Service) remark(format string, args ...any) {
	if s.Remark == nil {
		return
	}
	sentence := fmt.Sprintf(format, args...)
	s.mu.Lock()
	known := s.said[sentence] || len(s.said) >= mostRemarks
	if s.said == nil {
		s.said = map[string]bool{}
	}
	if !known {
		s.said[sentence] = true
	}
	s.mu.Unlock()
	if !known {
		s.Remark(sentence)
	}
}

// prepare makes the service ready to take connections.
func (s *Service) prepare(stop func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.results, s.playing, s.stop = map[string]map[string]Result{}, map[string]*playing{}, stop
	s.keys, s.masks = map[string]*opening.KeyQuality{}, map[string]*stream.MaskHistory{}
	s.admitted, s.kept = map[string]*allowance{}, allowance{}
	s.memory = newCaseMemory()
}

// accept takes connections until accepting ends, and returns when the last of them has
// ended. They are those of the client that wsspec started for a case, if that is not nil.
func (s *Service) accept(ctx, accepting context.Context, idle *idleTimer, l net.Listener, of *startedClient) error {
	closing := context.AfterFunc(accepting, func() { l.Close() })
	defer closing()
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
				s.serve(ctx, accepting, idle, conn, of)
			})
		case accepting.Err() != nil:
			if idle.passed() {
				return ErrNobodyCame
			}
			return ctx.Err()
		case errors.Is(err, net.ErrClosed):
			return err
		default: // this machine is short of something for a moment
			s.noteShortage(err)
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
type playing struct {
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
		p = &playing{none: make(chan struct{})}
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
func (s *Service) keysOf(agent string) *opening.KeyQuality {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.keys[agent] == nil {
		s.keys[agent] = &opening.KeyQuality{}
	}
	return s.keys[agent]
}

// masksOf returns what is known of the masking keys of an agent's earlier connections.
func (s *Service) masksOf(agent string) *stream.MaskHistory {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.masks[agent] == nil {
		s.masks[agent] = &stream.MaskHistory{}
	}
	return s.masks[agent]
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
	if s.Done != nil {
		s.Done(agent, r)
	}
	if s.DoneKeeps {
		r.Transcript, r.FirstWrong = nil, nil
	}
	old, own := s.results[agent][r.Case.ID], s.admitted[agent]
	own.forget(old)
	s.kept.forget(old)
	if !own.has(r, mostOfAgent) || !s.kept.has(r, mostOfRun) {
		r = abridged(r)
	}
	own.take(r)
	s.kept.take(r)
	s.results[agent][r.Case.ID] = r
}

// Agents lists the agents that have run a case, in no order.
func (s *Service) Agents() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Collect(maps.Keys(s.results))
}
