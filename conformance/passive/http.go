package passive

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/wsspec/wsspec/conformance/judge"
	"github.com/wsspec/wsspec/conformance/observed"
	"github.com/wsspec/wsspec/conformance/opening"
	"github.com/wsspec/wsspec/ref/wire"
)

// A request is one that has no final response yet.
type request struct {
	wire.Request
	upgrade bool
}

// mostRequests is how many requests may wait for their responses.
const mostRequests = 64

// readHTTP reads what is held of both sides, as far as it can be read.
func (c *Connection) readHTTP() {
	for c.phase == inHTTP && (c.readRequest() || c.readResponse()) {
	}
}

// readRequest reads the next request, and reports whether there was one. Behind an opening
// request everything waits for the response.
func (c *Connection) readRequest() bool {
	s := &c.client
	if c.waiting || s.stopped || !worthReading(s) {
		return false
	}
	if len(c.requests) == mostRequests {
		c.giveUp(s.role, "too many requests of HTTP wait for their responses", s.when(s.offset))
		return false
	}
	r, size, err := wire.ParseRequest(s.held)
	switch {
	case errors.Is(err, wire.ErrShort):
		return false
	case err != nil && begins(s.held, "\x16\x03"):
		c.giveUp(s.role, "this looks like TLS", s.when(s.offset))
		return false
	case err != nil && isText(s.held) && !hasEnd(s.held): // the rest says what it is meant to be
		return false
	case err != nil:
		rule := wire.RuleClientRequestForm
		if !bytes.Contains(bytes.ToLower(s.held), []byte("websocket")) {
			rule = nil
		}
		c.malformed(s, rule, err, "the client sent no request of HTTP")
		return false
	}
	begin := s.begin()
	at := s.when(begin + int64(size))
	head := bytes.Clone(s.drop(size))
	next := request{r, opening.IsUpgrade(r)}
	if r.Method == "CONNECT" {
		c.giveUp(s.role, "the client asks for a tunnel", at)
		return false
	}
	c.requests = append(c.requests, next)
	var broken []*wire.Violation
	if next.upgrade {
		c.waiting = true
		broken = c.checkRequest(r)
	}
	c.head(s, observed.EntryRequest, head, begin, at, broken)
	s.body = bodyOf(r.Fields, body{})
	s.drop(len(s.held) - len(s.body.skip(s.held)))
	return true
}

// checkRequest judges an opening request.
func (c *Connection) checkRequest(r wire.Request) []*wire.Violation {
	broken := append(opening.CheckRequest(r), opening.CheckOffers(r)...)
	if key, ok := r.Fields.Get("Sec-WebSocket-Key"); ok && c.options.Keys != nil {
		if v := c.options.Keys.Add(key); v != nil {
			broken = append(broken, v)
		}
	}
	return broken
}

// readResponse reads the next response, and reports whether there was one.
func (c *Connection) readResponse() bool {
	s := &c.server
	if s.stopped || len(s.held) == 0 {
		return false
	}
	if len(c.requests) == 0 { // its request comes later, or there is none
		if c.refused && !begins(s.held, "HTTP/") {
			at := s.when(s.offset)
			c.violated(s, judge.RuleNothingBehindRefusal.Violation("octets behind the HTTP error that are no HTTP"), s.begin(), at)
			c.giveUp(s.role, "the server refused the opening handshake, and went on", at)
		}
		return false
	}
	if !worthReading(s) {
		return false
	}
	r, size, err := wire.ParseResponse(s.held)
	if errors.Is(err, wire.ErrShort) {
		return false
	}
	if err != nil {
		rule := wire.RuleResponseForm
		if !c.requests[0].upgrade {
			rule = nil
		}
		c.malformed(s, rule, err, "the server sent no response of HTTP")
		return false
	}
	begin := s.begin()
	at := s.when(begin + int64(size))
	head := bytes.Clone(s.drop(size))
	if r.Status/100 == 1 && r.Status != 101 { // interim (RFC 9110 15.2)
		c.head(s, observed.EntryResponse, head, begin, at, nil)
		return true
	}
	answered := c.requests[0]
	if c.requests = c.requests[1:]; len(c.requests) == 0 {
		c.requests = nil // or the answered one would stay in memory
	}
	if r.Status == 101 {
		c.switched(answered, r, head, begin, at)
		return false
	}
	c.head(s, observed.EntryResponse, head, begin, at, nil)
	c.refused = answered.upgrade
	c.waiting = c.waiting && len(c.requests) > 0
	if answered.Method != "HEAD" && r.Status != 204 && r.Status != 304 {
		s.body = bodyOf(r.Fields, toTheEnd)
	}
	s.drop(len(s.held) - len(s.body.skip(s.held)))
	return true
}

// switched judges a 101, behind which both sides send frames.
func (c *Connection) switched(q request, r wire.Response, head []byte, begin int64, at time.Duration) {
	s := &c.server
	elsewhere, wrong := opening.SwitchesElsewhere(q.Request, r)
	if elsewhere || !q.upgrade {
		var broken []*wire.Violation
		if q.upgrade && wrong != nil {
			broken = append(broken, wrong)
		}
		c.head(s, observed.EntryResponse, head, begin, at, broken)
		to := strings.Join(r.Fields.Values("Upgrade"), ", ")
		c.giveUp(s.role, "the connection goes on with another protocol than websocket: "+to, at)
		return
	}
	broken, agreed := opening.CheckResponse(q.Request, r)
	c.head(s, observed.EntryResponse, head, begin, at, broken)
	c.agreed, c.phase, c.waiting = agreed, inFrames, false
	for _, s := range []*side{&c.client, &c.server} {
		if s.frames = newFrames(s, agreed, false); s.stopped {
			s.frames.release()
		}
	}
	c.early(at)
	for _, s := range []*side{&c.client, &c.server} {
		for len(s.held) > 0 && !s.stopped {
			begin, m := s.begin(), s.marks[0]
			s.frames.feed(s.drop(int(m.upTo-begin)), begin, m.at)
		}
		s.held, s.marks = nil, nil
	}
}

// early judges whether the client sent something before the response was seen
// (RFC6455-4.1-41). What was seen later may be fed before the response.
func (c *Connection) early(response time.Duration) {
	s := &c.client
	if len(s.held) > 0 && s.marks[0].at < response {
		c.violated(s, judge.RuleSilentUntilAnswer.Violation("octets before it had the response"), s.begin(), s.marks[0].at)
	}
}

// head tells of a head, and of the rules that it breaks.
func (c *Connection) head(s *side, kind observed.EntryKind, octets []byte, begin int64, at time.Duration, broken []*wire.Violation) {
	e := observed.Entry{At: at, Dir: observed.Received, Kind: kind, Octets: octets, Text: opening.StartLine(octets)}
	c.enter(s, begin, e, true)
	for _, v := range broken {
		offset := begin
		if wrong := judge.WrongOctetOfOpening(observed.Transcript{e}, v); wrong != nil {
			offset += int64(wrong.Octet)
		}
		c.violated(s, v, offset, at)
	}
}

// malformed tells of what is no HTTP, and stops judging. A nil rule means that it has nothing
// to do with WebSocket, so that it breaks no rule.
func (c *Connection) malformed(s *side, rule *wire.Rule, err error, why string) {
	at, begin := s.when(s.offset), s.begin()
	detail := err.Error()
	var v *wire.Violation
	if errors.As(err, &v) {
		detail = v.Detail
	}
	octets := bytes.Clone(s.held[:min(len(s.held), observed.MostSampled)])
	if v != nil && v.Rule == wire.RuleHandshakeSize { // a limit of who reads it, not of the sender
		c.enter(s, begin, observed.Entry{At: at, Kind: observed.EntryOctets, Octets: octets, Text: "the beginning of a long head of HTTP"}, true)
		c.giveUp(s.role, fmt.Sprintf("a head of HTTP has more than %d octets", wire.MaxHandshakeLen), at)
		return
	}
	c.enter(s, begin, observed.Entry{At: at, Kind: observed.EntryOctets, Octets: octets, Text: "no HTTP"}, true)
	if rule != nil {
		c.violated(s, rule.Violation("%s", detail), begin, at)
	}
	c.giveUp(s.role, why, at)
}

// fewRead is how many octets of a head are read as they come, to find another protocol at
// once. Behind them a head is read when it may be whole: reading takes time with its length.
const fewRead = 64

func worthReading(s *side) bool {
	held := s.held
	return len(held) > 0 && (len(held) <= fewRead || hasEnd(held))
}

// hasEnd reports whether a head is whole, or too long to be read.
func hasEnd(head []byte) bool {
	return len(head) >= wire.MaxHandshakeLen || bytes.Contains(head, []byte("\n\r\n")) || bytes.Contains(head, []byte("\n\n"))
}

// isText reports whether octets begin as a request does, by a letter.
func isText(octets []byte) bool {
	c := octets[0] | 0x20
	return c >= 'a' && c <= 'z'
}

// begins reports whether octets begin with a prefix, as far as they go.
func begins(octets []byte, prefix string) bool {
	n := min(len(octets), len(prefix))
	return string(octets[:n]) == prefix[:n]
}
