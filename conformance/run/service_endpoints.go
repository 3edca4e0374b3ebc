package run

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/wsspec/wsspec/conformance/judge"
	"github.com/wsspec/wsspec/conformance/observed"
	"github.com/wsspec/wsspec/conformance/opening"
	"github.com/wsspec/wsspec/conformance/play"
	"github.com/wsspec/wsspec/conformance/script"
	"github.com/wsspec/wsspec/conformance/verdict"
	"github.com/wsspec/wsspec/ref/wire"
)

// serve is one connection to the service: a request, and another one on the same
// connection for as long as HTTP keeps it and the service accepts.
func (s *Service) serve(ctx, accepting context.Context, idle *idleTimer, conn net.Conn, of *startedClient) {
	stop := context.AfterFunc(ctx, func() { conn.Close() })
	defer stop()
	if s.HTTP2 {
		below, scheme, http2, err := s.http2Of(ctx, conn)
		switch {
		case err != nil:
			s.brokeHTTP2(conn, err, time.Now(), of)
			return
		case http2:
			s.serveStreams(ctx, accepting, idle, below, scheme, of)
			return
		}
		conn = below
	}
	for in := opening.Accept(conn, s.Deadlines, time.Now()); in != nil; {
		s.request(ctx, in, of)
		if of != nil && in.Unserved != nil {
			of.unserved(in)
		}
		// A connection that waits for another request is no client at work.
		idle.add(-1)
		next := in.Next(accepting, s.patience())
		idle.add(1)
		if next == nil {
			in.Linger()
		}
		in = next
	}
}

// patience is how long a connection is kept for another request. A client that
// wsspec starts has nothing to ask for behind its case.
func (s *Service) patience() time.Duration {
	if s.started {
		return time.Millisecond
	}
	return s.Deadlines.Case
}

// request serves one request.
func (s *Service) request(ctx context.Context, in *opening.FromClient, of *startedClient) {
	if !in.Read() {
		return
	}
	if !in.IsUpgrade() {
		in.Respond(s.page(in.Request))
		in.Refused = true
		in.Unserved = fmt.Errorf("its request is no WebSocket upgrade")
		return
	}
	if origin := s.foreignOrigin(in); origin != "" {
		s.remark("A page of the origin %.200q was refused. --allow-origin %.200s lets it connect.", origin, origin)
		in.Refuse(http.StatusForbidden, fmt.Sprintf("a page of the origin %q may not use this service; allow it with --allow-origin", origin))
		return
	}
	if s.EachConnection {
		s.nextCase(ctx, in)
		return
	}
	if of != nil && !strings.HasPrefix(of.c.Resource(), "/runCase") {
		s.startedCase(ctx, in, "client", of) // the target does not name the case
		return
	}
	u, err := url.ParseRequestURI(in.Request.Target)
	if err != nil {
		in.Refuse(400, "the request target is no URI: "+err.Error())
		return
	}
	q := u.Query()
	agent := cleanAgent(q.Get("agent"))
	if strings.HasPrefix(u.Path, "/runCase/") {
		u.Path = "/runCase" // a case about the URL that the client is started with
	}
	if of != nil {
		s.ownCase(ctx, in, agent, u, of)
		return
	}
	switch u.Path {
	case "/getCaseCount":
		s.answer(ctx, in, strconv.Itoa(len(s.Cases)))
	case "/getCaseInfo":
		if c := s.find(in, q); c != nil {
			s.answer(ctx, in, asJSON(map[string]string{"id": c.ID, "description": c.Title}))
		}
	case "/getCaseStatus":
		s.status(ctx, in, agent, q)
	case "/runCase":
		switch c := s.find(in, q); {
		case c == nil:
		case s.Excluded != nil && s.Excluded(agent, c):
			s.answer(ctx, in, "")
		case !s.admit(agent):
			in.Refuse(http.StatusServiceUnavailable, fmt.Sprintf("the service keeps the results of %d agents, and no more", mostAgents))
		default:
			s.runCase(ctx, in, agent, c)
		}
	case "/updateReports":
		s.settled(ctx, agent)
		if s.Update != nil {
			s.Update(agent)
		}
		s.answer(ctx, in, "")
		if q.Get("shutdownOnComplete") == "true" {
			s.stop()
		}
	case "/stopServer":
		s.answer(ctx, in, "")
		s.stop()
	default:
		in.Refuse(404, fmt.Sprintf("there is no endpoint %s; there are /getCaseCount, /getCaseInfo, /getCaseStatus, /runCase, /updateReports and /stopServer", u.Path))
	}
}

func (s *Service) page(r wire.Request) (wire.Response, string) {
	if s.Page != nil {
		return s.Page(r)
	}
	return opening.PlainResponse(http.StatusUpgradeRequired, "text/plain; charset=utf-8", "This is wsspec, which tests WebSocket clients: connect with one.\n")
}

// ownCase plays the case that a client was started for, if the request target is that of
// the URL that it was started with (RFC6455-4.1-23).
func (s *Service) ownCase(ctx context.Context, in *opening.FromClient, agent string, u *url.URL, of *startedClient) {
	if c, _ := s.named(u.Query()); u.Path != "/runCase" || c == nil || c.ID != of.c.ID {
		v := wire.RuleClientTarget.Violation("the request target %q, where the URL ended in %q", in.Request.Target, of.c.Resource())
		in.Refuse(http.StatusBadRequest, v.Error())
		in.Unserved = v
		return
	}
	s.startedCase(ctx, in, agent, of)
}

// startedCase plays the case that a client was started for.
func (s *Service) startedCase(ctx context.Context, in *opening.FromClient, agent string, of *startedClient) {
	end := s.begin(agent)
	defer end()
	of.connect(in.Began)
	of.asks(in.Request.Fields)
	in.Authority = of.authority
	of.deliver(s.play(ctx, in, agent, of.c, 1))
}

func (s *Service) status(ctx context.Context, in *opening.FromClient, agent string, q url.Values) {
	c := s.find(in, q)
	if c == nil {
		return
	}
	s.settled(ctx, agent)
	r, ok := s.Result(agent, c.ID)
	if !ok {
		in.Refuse(404, fmt.Sprintf("agent=%s has not run case %s", agent, c.ID))
		return
	}
	s.answer(ctx, in, asJSON(map[string]string{"behavior": string(r.Behavior), "behaviorClose": string(r.Close)}))
}

func asJSON(v map[string]string) string {
	b, err := json.Marshal(v)
	if err != nil {
		panic("conformance: " + err.Error()) // strings always marshal
	}
	return string(b)
}

// answer opens the connection, sends one text message unless it is empty, and
// closes in order.
func (s *Service) answer(ctx context.Context, in *opening.FromClient, text string) {
	message := &script.Script{Outcomes: []script.Outcome{{Behavior: verdict.OK, Ending: script.ClosedByHarness()}}}
	if text != "" {
		message.Steps = []script.Step{script.Send{Frames: []script.Frame{script.Text(script.Octets(text))}}}
	}
	if l := in.Open(s.Subprotocols, s.Profile, message, "endpoint", 1); l != nil {
		play.Play(ctx, l, message, play.Options{Profile: s.Profile})
	}
}

// runCase plays a case with the client that asked for it.
func (s *Service) runCase(ctx context.Context, in *opening.FromClient, agent string, c *script.Case) {
	end := s.begin(agent)
	defer end()
	if !s.started && !s.isHeavy(c) { // the run itself says how many cases there are at once
		leave, err := s.enter(ctx, c)
		if err != nil {
			in.Refuse(http.StatusServiceUnavailable, err.Error())
			return
		}
		defer leave()
	}
	if r := s.play(ctx, in, agent, c, 1); ctx.Err() == nil {
		s.done(agent, r)
	}
}

func (s *Service) play(ctx context.Context, in *opening.FromClient, agent string, c *script.Case, attempt int) Result {
	w := watching(s.Watch, c)
	in.Watch = w.see()
	res := s.projection().apply(c, func(c *script.Case) Result { return s.judge(ctx, in, agent, c, attempt) })
	in.Watch = nil
	w.rest(res.Transcript)
	return res
}

func (s *Service) projection() projection {
	return projection{noEcho: s.NoEcho, ask: s.Ask, dialogue: s.Dialogue}
}

// judge plays a case on a connection.
func (s *Service) judge(ctx context.Context, in *opening.FromClient, agent string, c *script.Case, attempt int) Result {
	if why := s.wrongTransport(in, c); why != "" {
		return s.notApplicable(ctx, in, c, attempt, why)
	}
	in.Shape(c.Script.HTTP2)
	broken := in.CheckRequest()
	if key, ok := in.Request.Fields.Get("Sec-WebSocket-Key"); ok {
		if v := s.keysOf(agent).Add(key); v != nil {
			broken = append(broken, v)
		}
	}
	if s.started && c.Script.Transport == script.AnyTransport {
		broken = append(broken, in.CheckAuthority()...)
	}
	broken = append(broken, opening.CheckOffers(in.Request)...)
	if ids := c.Script.Inspect; len(ids) > 0 {
		broken = append(broken, opening.CheckExtensionOffers(in.Request)...) // judged where a case asks for it
		broken = slices.DeleteFunc(broken, func(v *wire.Violation) bool { return !slices.Contains(ids, v.Rule.ID) })
	}
	if len(broken) > 0 {
		in.RejectInvalid(broken)
		return notPlayed(c, wire.RoleClient, in.Began, in.Transcript, broken[0])
	}
	secure := in.Secure()
	if secure && c.Script.WithoutTLS && !in.OverHTTP2() {
		return s.notApplicable(ctx, in, c, attempt, withoutTLS)
	}
	if c.Script.Transport != script.AnyTransport && !secure {
		return s.notApplicable(ctx, in, c, attempt, "The case is about TLS, which takes a client that wsspec starts for each case.")
	}
	if how := c.Script.Opening; how != nil && (how.Silent || len(how.Earlier) > 0) {
		in.Refuse(http.StatusNotImplemented, "the case has an opening handshake that only a client of the harness can do")
		return notPlayed(c, wire.RoleClient, in.Began, in.Transcript, errors.New("the opening handshake of this case is one that only a client can do"))
	}
	if c.Script.OwnURL() {
		if !s.started {
			return s.notApplicable(ctx, in, c, attempt, "The case is about the client's URL, which takes a client that wsspec starts for each case.")
		}
		if !c.TakesTarget(in.Request.Target) {
			v := wire.RuleClientTarget.Violation("the request target %q, where the URL ended in %q", in.Request.Target, c.Resource())
			in.Refuse(http.StatusBadRequest, v.Error())
			return notPlayed(c, wire.RoleClient, in.Began, in.Transcript, v)
		}
	}
	for _, condition := range c.Script.Applies {
		if !condition.Holds(0, in.Request.Fields) {
			return s.notApplicable(ctx, in, c, attempt, "The client does not offer what the case is about: "+condition.String()+".")
		}
	}
	if c.Script.WantsNoConnection() {
		seen, l, rest := in.AnswerUnopened(s.Profile, c, attempt)
		if l != nil {
			seen = play.Play(ctx, l, rest, play.Options{Profile: s.Profile})
		}
		return newResult(c, wire.RoleClient, seen, in.Began)
	}
	l := in.Open(s.Subprotocols, s.Profile, &c.Script, c.ID, attempt)
	if l == nil {
		return notPlayed(c, wire.RoleClient, in.Began, in.Transcript, opening.NewTargetError(opening.NoAnswer, nil, "the client was gone before the handshake ended"))
	}
	if len(c.Script.Offers) > 0 && l.Agreed() == nil || !l.Agreed().Satisfies(c.Script.Needs) {
		return unimplemented(ctx, c, wire.RoleClient, l, in.Began)
	}
	leave, err := s.enterOpen(ctx, c, l)
	if err != nil {
		return notPlayedForMemory(c, in.Began, l, err)
	}
	defer leave()
	seen := play.Play(ctx, l, &c.Script, play.Options{Profile: s.Profile})
	keys, last := l.PeerMasks()
	v, compared := s.masksOf(agent).Add(keys)
	switch compares := c.Script.PlaysBefore > 0 && slices.Contains(c.Requires, judge.RuleUnpredictableMask.ID); {
	case compares && !compared:
		return notTested(c, wire.RoleClient, in.Began, seen.Transcript, "There is no earlier connection of the client to compare this one with.")
	case compares && v != nil:
		seen.Events = append(seen.Events, observed.Event{Kind: observed.EventViolation, At: time.Since(in.Began), Violation: v, Position: last})
	}
	return newResult(c, wire.RoleClient, seen, in.Began)
}

// notApplicable opens the connection plainly and closes it, where the case
// cannot be about this client, and says why.
func (s *Service) notApplicable(ctx context.Context, in *opening.FromClient, c *script.Case, attempt int, why string) Result {
	l := in.Open(s.Subprotocols, s.Profile, &script.Script{Application: c.Script.Application}, c.ID, attempt)
	if l == nil {
		return notPlayed(c, wire.RoleClient, in.Began, in.Transcript, opening.NewTargetError(opening.NoAnswer, nil, "the client was gone before the handshake ended"))
	}
	r := unimplemented(ctx, c, wire.RoleClient, l, in.Began)
	if r.Behavior == verdict.Unimplemented {
		r.Explanation = why
	}
	return r
}
