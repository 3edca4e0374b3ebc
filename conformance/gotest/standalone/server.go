package standalone

import (
	"bufio"
	"bytes"
	"encoding/base64"
	"errors"
	"io"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/wsspec/wsspec/conformance/judge"
	"github.com/wsspec/wsspec/conformance/observed"
	"github.com/wsspec/wsspec/conformance/script"
	"github.com/wsspec/wsspec/ref/wire"
)

// Server plays the case on a new connection to a server.
func Server(c Case, conn net.Conn, u *url.URL) Result {
	o := Opening{
		Head: "GET {target} HTTP/1.1\r\nHost: {host}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\n",
		Key:  "{key}",
	}
	//+deflate
	if c.Offers != "" {
		o.Head += "Sec-WebSocket-Extensions: " + c.Offers + "\r\n"
	}
	//-deflate
	o.Head += "\r\n"
	//+opening
	if c.Opening != nil {
		o = *c.Opening
	}
	//-opening
	p := newPeer(&c, conn, true)
	nonce := p.keys.Nonce()
	names := strings.NewReplacer(append(script.TargetNames(u.RequestURI()), "{host}", strings.TrimSuffix(u.Host, ":80"), "{key}", base64.StdEncoding.EncodeToString(nonce[:]))...)
	p.open(o, names.Replace(o.Head))
	_ = conn.SetReadDeadline(time.Now().Add(p.within.Handshake))
	r, early, err := readResponse(conn)
	switch {
	//+opening
	case c.Opening != nil && (err != nil || r.Status != 101):
		p.noteRefusal(&r, early, err)
		return c.judge(p.seen)
	//-opening
	case err != nil:
		return failure("No connection for this case: the server gave no answer to the opening request that a client can use: %v.", err)
	case r.Status != 101:
		return failure("No connection for this case: the server answered the opening handshake with %d %s instead of 101 (RFC 6455 4.1).", r.Status, r.Reason)
	}
	_ = conn.SetReadDeadline(time.Time{})
	if v := c.firstViolation(p.checkResponse(&r, names.Replace(o.Key))); v != nil && c.script().Script.MayOpen() {
		return badHandshake(v)
	}
	//+opening
	if c.Opening != nil {
		p.file(observed.Event{Kind: observed.EventAccepted, Response: &r})
	}
	//-opening
	//+deflate
	if c.Needs != nil && !p.satisfies(*c.Needs) {
		var done []script.Expect
		if c.Opening != nil {
			done = append(done, script.Accepted())
		}
		c.declined(notAgreed, done...)
	}
	//-deflate
	return p.play(early)
}

// checkResponse judges a 101 as RFC 6455 4.1 tells a client to.
func (p *peer) checkResponse(r *wire.Response, key string) (found []*wire.Violation) {
	report := func(broken bool, rule *wire.Rule, format string, args ...any) {
		if broken {
			found = append(found, rule.Violation(format, args...))
		}
	}
	upgrade, connection, accept := r.Fields.Values("Upgrade"), r.Fields.Values("Connection"), r.Fields.Values("Sec-WebSocket-Accept")
	report(r.Version != "HTTP/1.1", wire.RuleResponseForm, "101 answered in %s", r.Version)
	report(len(upgrade) == 0, wire.RuleResponseUpgradeMissing, "101 answered without Upgrade")
	report(len(upgrade) > 0 && !strings.EqualFold(strings.Join(upgrade, ","), "websocket"), wire.RuleResponseUpgrade,
		"101 answered with Upgrade %q, not websocket", strings.Join(upgrade, ", "))
	report(len(connection) == 0, wire.RuleResponseConnectionMissing, "101 answered without Connection")
	report(len(connection) > 0 && !hasElement(strings.Join(connection, ","), "upgrade"), wire.RuleResponseConnection,
		"101 answered with Connection %q, which lacks Upgrade", strings.Join(connection, ", "))
	report(len(accept) == 0, wire.RuleResponseAcceptMissing, "101 answered without Sec-WebSocket-Accept")
	report(len(accept) > 1, wire.RuleResponseAcceptDoubled, "101 answered with %d Sec-WebSocket-Accept fields", len(accept))
	want := script.AcceptOf(strings.TrimSpace(key))
	report(len(accept) > 0 && accept[0] != want, wire.RuleResponseAccept,
		"Sec-WebSocket-Accept is %q, for this key it has to be %q", strings.Join(accept, ", "), want)
	protocols := r.Fields.Values("Sec-WebSocket-Protocol")
	report(len(protocols) > 1, wire.RuleResponseSubprotocolRepeated, "101 answered with %d Sec-WebSocket-Protocol fields", len(protocols))
	for _, s := range protocols {
		report(!isToken(s), wire.RuleResponseSubprotocolForm, "the server chose the subprotocol %q, which is no single token", s)
		report(!slices.Contains(p.c.Subprotocols, s), wire.RuleResponseSubprotocolUnasked, "the server chose the subprotocol %q, which was not asked for", s)
	}
	list, answered := r.Fields.List("Sec-WebSocket-Extensions")
	report(answered && p.c.Offers == "", wire.RuleResponseExtensionUnasked, "the server accepts the extension %q, none was offered", list)
	//+deflate
	if answered && p.c.Offers != "" {
		found = append(found, p.negotiate(p.c.Offers, list)...)
	}
	//-deflate
	return found
}

// noteRefusal notes how the server refused the opening request, and what came
// behind its answer: frames must not (RFC 6455 4.2.1).
func (p *peer) noteRefusal(r *wire.Response, early []byte, err error) {
	var v *wire.Violation
	var timeout net.Error
	switch {
	case errors.As(err, &timeout) && timeout.Timeout():
		p.seen.TimedOut, p.seen.Waited = true, p.within.Handshake
	case errors.Is(err, io.EOF):
		p.file(observed.Event{Kind: observed.EventEOF})
	case errors.As(err, &v):
		p.file(observed.Event{Kind: observed.EventViolation, Violation: v.Rule.Violation("an answer that is no HTTP: %s", v.Detail)})
	case err != nil:
		p.file(observed.Event{Kind: observed.EventReset})
	}
	if err != nil {
		return
	}
	p.file(observed.Event{Kind: observed.EventRefused, Response: r})
	wait := p.within.Settle
	if p.c.script().Script.WantsFIN() {
		wait = p.within.Drop
	}
	_ = p.conn.SetReadDeadline(time.Now().Add(wait))
	more, err := io.ReadAll(io.LimitReader(p.conn, 64<<10))
	if behind := behindBody(r, append(early, more...)); len(behind) > 0 {
		p.file(observed.Event{Kind: observed.EventViolation,
			Violation: judge.RuleNothingBehindRefusal.Violation("%d octets behind the HTTP error: %s", len(behind), script.Quote(behind))})
	}
	switch {
	case err == nil && len(more) < 64<<10:
		p.file(observed.Event{Kind: observed.EventEOF})
	case err != nil && !(errors.As(err, &timeout) && timeout.Timeout()):
		p.file(observed.Event{Kind: observed.EventReset})
	}
}

// behindBody returns what stands behind the body of an answer, if that has an
// end, and is no other answer.
func behindBody(answer *wire.Response, behind []byte) []byte {
	r := bufio.NewReader(io.MultiReader(bytes.NewReader(answer.Append(nil)), bytes.NewReader(behind)))
	resp, err := http.ReadResponse(r, nil)
	if err != nil {
		return nil
	}
	if _, err := io.Copy(io.Discard, resp.Body); err != nil {
		return nil
	}
	rest, _ := io.ReadAll(r)
	if bytes.HasPrefix(rest, []byte("HTTP/")) {
		return nil
	}
	return rest
}
