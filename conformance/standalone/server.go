package standalone

import (
	"bufio"
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"io"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
)

// Server plays the case on a new connection to a server.
func Server(c Case, conn net.Conn, u *url.URL) Verdict {
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
	nonce := binary.BigEndian.AppendUint64(binary.BigEndian.AppendUint64(nil, p.keys.Uint64()), p.keys.Uint64())
	names := strings.NewReplacer("{target}", u.RequestURI(), "{host}", strings.TrimSuffix(u.Host, ":80"), "{key}", base64.StdEncoding.EncodeToString(nonce))
	request := []byte(names.Replace(o.Head))
	//+opening
	for _, f := range o.With {
		request = f.append(request, true, p.keys)
	}
	//-opening
	p.write(request, o.Chop)
	_ = conn.SetReadDeadline(time.Now().Add(5 * Timeout / 2))
	h, early, err := readHead(conn, false)
	switch {
	//+opening
	case c.Opening != nil && (err != nil || h.status != 101):
		p.noteRefusal(h, early, err)
		return p.judge()
	//-opening
	case err != nil:
		return failure("no answer to the opening request that a client can use: %v", err)
	case h.status != 101:
		return failure("the server answers the opening request with %q instead of 101 (RFC 6455 4.1)", h.start)
	}
	_ = conn.SetReadDeadline(time.Time{})
	if wrong := c.first(p.checkResponse(h, names.Replace(o.Key))); wrong != "" && c.mayOpen() {
		return failure("the answer to the opening request: %s", wrong)
	}
	//+opening
	if c.Opening != nil {
		p.file(event{kind: accepted, response: h, words: h.start})
	}
	//-opening
	//+deflate
	if c.Needs != nil && !p.agreed.meets(*c.Needs) {
		c.declined()
	}
	//-deflate
	return p.play(early)
}

// checkResponse judges a 101 as RFC 6455 4.1 tells a client to.
func (p *peer) checkResponse(h *head, key string) (found []broken) {
	report := func(bad bool, id, what string) {
		if bad {
			found = append(found, broken{id, what})
		}
	}
	upgrade, connection, accept := h.all("Upgrade"), h.all("Connection"), h.all("Sec-WebSocket-Accept")
	report(h.version != "HTTP/1.1", "RFC6455-4.1-57", "a 101 in "+h.version)
	report(len(upgrade) == 0, "RFC6455-4.1-46", "no Upgrade")
	report(len(upgrade) > 0 && !strings.EqualFold(strings.Join(upgrade, ","), "websocket"), "RFC6455-4.1-47", "Upgrade is not websocket")
	report(len(connection) == 0, "RFC6455-4.1-49", "no Connection")
	report(len(connection) > 0 && !hasElement(h.list("Connection"), "upgrade"), "RFC6455-4.1-50", "Connection lacks Upgrade")
	report(len(accept) == 0, "RFC6455-4.1-52", "no Sec-WebSocket-Accept")
	report(len(accept) > 1, "RFC6455-11.3.3-2", "more than one Sec-WebSocket-Accept")
	report(len(accept) > 0 && accept[0] != acceptOf(strings.TrimSpace(key)), "RFC6455-4.1-53", "Sec-WebSocket-Accept is not "+acceptOf(strings.TrimSpace(key)))
	protocols := h.all("Sec-WebSocket-Protocol")
	report(len(protocols) > 1, "RFC6455-11.3.4-3", "more than one Sec-WebSocket-Protocol")
	for _, s := range protocols {
		report(!isToken(s), "RFC6455-4.3-4", "the subprotocol is no token")
		report(!slices.Contains(p.c.Subprotocols, s), "RFC6455-4.1-56", "a subprotocol that was not asked for")
	}
	answered := len(h.all("Sec-WebSocket-Extensions")) > 0
	report(answered && p.c.Offers == "", "RFC6455-4.1-55", "an extension that was not offered")
	//+deflate
	if answered && p.c.Offers != "" {
		found = append(found, p.negotiate(p.c.Offers, h.list("Sec-WebSocket-Extensions"))...)
	}
	//-deflate
	return found
}

// mayOpen reports whether an outcome permits that the connection is opened.
func (c *Case) mayOpen() bool {
	for _, o := range c.Outcomes {
		if o.Ending.By != ByRefusal {
			return true
		}
	}
	return false
}

// noteRefusal notes how the server refused the opening request, and what came behind
// its answer: frames must not (RFC 6455 4.2.1).
func (p *peer) noteRefusal(h *head, early []byte, err error) {
	var bad *notHTTP
	var timeout net.Error
	switch {
	case errors.As(err, &timeout) && timeout.Timeout():
		return
	case errors.Is(err, io.EOF):
		p.file(event{kind: tcpClosed, words: "TCP closed"})
		return
	case errors.As(err, &bad):
		p.file(event{kind: violation, words: err.Error()})
		return
	case err != nil:
		p.file(event{kind: tcpReset, words: "TCP reset"})
		return
	}
	p.file(event{kind: refused, response: h, words: h.start})
	wait := Timeout / 50
	for _, o := range p.c.Outcomes {
		if o.Ending.FIN {
			wait = Timeout / 2
		}
	}
	_ = p.conn.SetReadDeadline(time.Now().Add(wait))
	more, err := io.ReadAll(io.LimitReader(p.conn, 64<<10))
	if behind := behindBody(h, append(early, more...)); len(behind) > 0 {
		p.file(event{kind: violation, words: "octets behind the HTTP error: " + quote(behind)})
	}
	switch {
	case err == nil && len(more) < 64<<10:
		p.file(event{kind: tcpClosed, words: "TCP closed"})
	case err != nil && !(errors.As(err, &timeout) && timeout.Timeout()):
		p.file(event{kind: tcpReset, words: "TCP reset"})
	}
}

// behindBody returns what stands behind the body of an answer, if that has an
// end, and is no other answer.
func behindBody(h *head, behind []byte) []byte {
	text := h.start + "\r\n"
	for _, f := range h.fields {
		text += f[0] + ": " + f[1] + "\r\n"
	}
	r := bufio.NewReader(io.MultiReader(strings.NewReader(text+"\r\n"), bytes.NewReader(behind)))
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
