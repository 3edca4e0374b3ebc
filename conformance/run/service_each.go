package run

import (
	"context"
	"net/http"
	"time"

	"github.com/wsspec/wsspec/conformance/opening"
	"github.com/wsspec/wsspec/conformance/script"
	"github.com/wsspec/wsspec/conformance/verdict"
	"github.com/wsspec/wsspec/ref/wire"
)

// An eachConnection gives each connection to a service the next case.
type eachConnection struct {
	// due are the cases that no connection has had yet, or that are played again.
	due []*script.Case
	// failed are the results of the cases that are played again.
	failed map[*script.Case]Result
	// open is how many cases have no result yet.
	open int
}

// ofStartedClients is why a case is left out.
const ofStartedClients = "The case is about the client's URL, its TLS or several connections, which takes a client that wsspec starts for each case."

// givesOut begins to give the cases out. Those that need a client which wsspec starts have
// their result at once.
func (s *Service) givesOut() {
	e := &eachConnection{failed: map[*script.Case]Result{}}
	s.each = e
	s.admit(s.agentOfAll())
	s.results[s.agentOfAll()] = map[string]Result{} // also if all cases have been played
	for _, c := range s.Cases {
		if s.Played != nil && s.Played(s.agentOfAll(), c) {
			continue
		}
		if why := s.withoutConnection(c); why != "" {
			s.done(s.agentOfAll(), notTested(c, wire.RoleClient, time.Now(), nil, why))
			continue
		}
		e.due = append(e.due, c)
	}
	e.open = len(e.due)
	if e.open == 0 {
		s.stop()
	}
}

// Due counts the cases that connections are to play, before Serve is called, if
// EachConnection is set.
func (s *Service) Due() (n int) {
	for _, c := range s.Cases {
		if s.withoutConnection(c) == "" && (s.Played == nil || !s.Played(s.agentOfAll(), c)) {
			n++
		}
	}
	return n
}

// withoutConnection says why no connection plays the case; empty if one does.
func (s *Service) withoutConnection(c *script.Case) string {
	if !takesAnyConnection(c) {
		return ofStartedClients
	}
	return s.leavesOut(c)
}

// takesAnyConnection reports whether a case can be played on a connection of a client that
// wsspec did not start for it.
func takesAnyConnection(c *script.Case) bool {
	how := c.Script.Opening
	return !c.Script.OwnURL() && c.Script.PlaysBefore == 0 && c.Script.Transport == script.AnyTransport && (how == nil || !how.Silent && len(how.Earlier) == 0)
}

// AgentOfAll is the name that results have of the client, if EachConnection is set.
func (s *Service) AgentOfAll() string { return s.agentOfAll() }

// agentOfAll is the name of the client that all connections come from.
func (s *Service) agentOfAll() string { return cleanAgent(s.Agent) }

// nextCase plays the next case on a connection, whatever path the client asks for. A case
// that fails is played again on a later one.
func (s *Service) nextCase(ctx context.Context, in *opening.FromClient) {
	s.mu.Lock()
	e := s.each
	if len(e.due) == 0 {
		s.mu.Unlock()
		in.Refuse(http.StatusServiceUnavailable, "every case is played, or is under way on another connection")
		return
	}
	if asked, ok := in.Request.Fields.Get("Sec-WebSocket-Protocol"); ok && len(s.Subprotocols) == 0 {
		defer s.remark("The client asks for the subprotocols %.200q, and gets none, which many clients take for a failure. --subprotocol NAME speaks one.", asked)
	}
	c := e.due[0]
	e.due = e.due[1:]
	first, again := e.failed[c]
	s.mu.Unlock()
	agent := s.agentOfAll()
	end := s.begin(agent)
	defer end()
	attempt := 1
	if again {
		attempt = 2
	}
	r := s.play(ctx, in, agent, c, attempt)
	if ctx.Err() != nil {
		return
	}
	s.mu.Lock()
	if r.Verdict == verdict.Fail && !again {
		e.failed[c] = r
		e.due = append(e.due, c)
		s.mu.Unlock()
		return
	}
	delete(e.failed, c)
	e.open--
	over := e.open == 0
	s.mu.Unlock()
	if again {
		r = first.or(r)
	}
	s.done(agent, r)
	if over {
		s.stop()
	}
}
