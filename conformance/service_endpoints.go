package conformance

import (
	"context"
	"crypto/tls"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/wsspec/wsspec/ref/wire"
)

// serve is one connection to the service.
func (s *Service) serve(ctx context.Context, conn net.Conn) {
	stop := context.AfterFunc(ctx, func() { conn.Close() })
	defer stop()
	in := newArrival(conn, s.Deadlines, time.Now())
	defer in.linger()
	if !in.read() {
		return
	}
	if !in.isUpgrade() {
		in.respond(s.page(in.request))
		in.refused = true
		return
	}
	u, err := url.ParseRequestURI(in.request.Target)
	if err != nil {
		in.refuse(400, "the request target is no URI: "+err.Error())
		return
	}
	q := u.Query()
	agent := q.Get("agent")
	if agent == "" {
		agent = "client"
	}
	if strings.HasPrefix(u.Path, "/runCase/") {
		u.Path = "/runCase" // a case about the URL that the client is started with
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
		default:
			s.runCase(ctx, in, agent, c, 1)
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
		in.refuse(404, fmt.Sprintf("there is no endpoint %s; there are /getCaseCount, /getCaseInfo, /getCaseStatus, /runCase, /updateReports and /stopServer", u.Path))
	}
}

func (s *Service) page(r wire.Request) (wire.Response, string) {
	if s.Page != nil {
		return s.Page(r)
	}
	return PlainResponse(http.StatusUpgradeRequired, "text/plain; charset=utf-8", "This is wsspec, which tests WebSocket clients: connect with one.\n")
}

// find returns the case that case=N or casetuple=ID names, and answers the
// client if there is none.
func (s *Service) find(in *arrival, q url.Values) *Case {
	if id := q.Get("casetuple"); id != "" {
		for _, c := range s.Cases {
			if c.ID == id {
				return c
			}
		}
		in.refuse(404, fmt.Sprintf("casetuple=%s: the selection has no such case", id))
		return nil
	}
	n, err := strconv.Atoi(q.Get("case"))
	if err != nil || n < 1 || n > len(s.Cases) {
		in.refuse(404, fmt.Sprintf("case=%s: it has to be a number from 1 to %d", q.Get("case"), len(s.Cases)))
		return nil
	}
	return s.Cases[n-1]
}

func (s *Service) status(ctx context.Context, in *arrival, agent string, q url.Values) {
	c := s.find(in, q)
	if c == nil {
		return
	}
	s.settled(ctx, agent)
	r, ok := s.Result(agent, c.ID)
	if !ok {
		in.refuse(404, fmt.Sprintf("agent=%s has not run case %s", agent, c.ID))
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
func (s *Service) answer(ctx context.Context, in *arrival, text string) {
	script := &Script{Outcomes: []Outcome{{Behavior: OK, Ending: ClosedByHarness()}}}
	if text != "" {
		script.Steps = []Step{Send{Frames: []Frame{Text(Octets(text))}}}
	}
	if l := in.open(s, script, "endpoint", 1); l != nil {
		play(ctx, l, script, s.Profile)
	}
}

// runCase plays a case with the client that asked for it.
func (s *Service) runCase(ctx context.Context, in *arrival, agent string, c *Case, attempt int) Result {
	end := s.begin(agent)
	defer end()
	if s.begun != nil {
		s.begun(c, in.began)
	}
	r := s.play(ctx, in, agent, c, attempt)
	if ctx.Err() == nil {
		s.done(agent, r)
	}
	return r
}

func (s *Service) play(ctx context.Context, in *arrival, agent string, c *Case, attempt int) Result {
	broken := wire.CheckClientRequest(in.request)
	if key, ok := in.request.Fields.Get("Sec-WebSocket-Key"); ok {
		if v := s.keysOf(agent).add(key); v != nil {
			broken = append(broken, v)
		}
	}
	if s.started && c.Script.Transport == AnyTransport {
		broken = append(broken, in.wrongAuthority()...)
	}
	for _, e := range in.request.Extensions() {
		if e.Name != wire.DeflateName {
			continue
		}
		if _, v := wire.ParseDeflateOffer(e); v != nil { // RFC7692-7.1.2.1-2, RFC7692-7.1.2.2-2
			broken = append(broken, v)
		}
	}
	if ids := c.Script.Inspect; len(ids) > 0 {
		broken = append(broken, offered(in.request)...) // judged where a case asks for it
		broken = slices.DeleteFunc(broken, func(v *wire.Violation) bool { return !slices.Contains(ids, v.Rule.ID) })
	}
	if len(broken) > 0 {
		in.reject(broken)
		return couldNot(c, wire.RoleClient, in.began, in.transcript, broken[0])
	}
	if _, secure := in.conn.(*tls.Conn); c.Script.Transport != AnyTransport && !secure {
		return s.notApplicable(ctx, in, c, attempt, "The case is about TLS, which takes a client that wsspec starts for each case.")
	}
	if c.Script.Resource != "" {
		if !s.started {
			return s.notApplicable(ctx, in, c, attempt, "The case is about the client's URL, which takes a client that wsspec starts for each case.")
		}
		if !c.takesTarget(in.request.Target) {
			v := wire.RuleClientTarget.Violation("the request target %q, where the URL ended in %q", in.request.Target, c.resource())
			in.refuse(http.StatusBadRequest, v.Error())
			return couldNot(c, wire.RoleClient, in.began, in.transcript, v)
		}
	}
	for _, condition := range c.Script.Applies {
		if !condition.holds(0, in.request.Fields) {
			return s.notApplicable(ctx, in, c, attempt, "The client does not offer what the case is about: "+condition.String()+".")
		}
	}
	l := in.open(s, &c.Script, c.ID, attempt)
	if l == nil {
		return couldNot(c, wire.RoleClient, in.began, in.transcript, targetError(NoAnswer, nil, "the client was gone before the handshake ended"))
	}
	if len(c.Script.Offers) > 0 && l.in.deflate == nil || !c.Script.Needs.met(l.in.deflate) {
		return unimplemented(ctx, c, wire.RoleClient, l, in.began)
	}
	return newResult(c, wire.RoleClient, play(ctx, l, &c.Script, s.Profile), in.began)
}

// notApplicable opens the connection plainly and closes it, where the case
// cannot be about this client, and says why.
func (s *Service) notApplicable(ctx context.Context, in *arrival, c *Case, attempt int, why string) Result {
	l := in.open(s, &Script{}, c.ID, attempt)
	if l == nil {
		return couldNot(c, wire.RoleClient, in.began, in.transcript, targetError(NoAnswer, nil, "the client was gone before the handshake ended"))
	}
	r := unimplemented(ctx, c, wire.RoleClient, l, in.began)
	if r.Behavior == Unimplemented {
		r.Explanation = why
	}
	return r
}
