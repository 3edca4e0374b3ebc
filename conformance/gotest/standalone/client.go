package standalone

import (
	"encoding/base64"
	"errors"
	"net"
	"slices"
	"strings"
	"time"

	"github.com/wsspec/wsspec/conformance/judge"
	"github.com/wsspec/wsspec/conformance/observed"
	"github.com/wsspec/wsspec/conformance/script"
	"github.com/wsspec/wsspec/ref/wire"
)

// Resource is the path and query of the URL that the client is started with.
func Resource(id string) string { return "/runCase?agent=client&casetuple=" + id }

// Client plays the case with a client that has just connected.
func Client(c Case, conn net.Conn) Result {
	p := newPeer(&c, conn, false)
	_ = conn.SetReadDeadline(time.Now().Add(p.within.Handshake))
	r, early, err := readRequest(conn)
	v, unread := (*wire.Violation)(nil), err != nil && !errors.As(err, new(*wire.Violation))
	switch {
	case unread:
		return failure("No connection for this case: the client sent no opening request: %v.", err)
	case err != nil:
		errors.As(err, &v)
	case !strings.HasSuffix(r.Target, Resource(c.ID)):
		v = wire.RuleClientTarget.Violation("the request target %q, where the URL ended in %q", r.Target, Resource(c.ID))
	default:
		v = c.firstViolation(checkRequest(&r, conn.LocalAddr().String()))
	}
	if v != nil {
		p.write([]byte("HTTP/1.1 400 Bad Request\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"), 0)
		return badHandshake(v)
	}
	_ = conn.SetReadDeadline(time.Time{})
	o := Opening{Head: "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: {accept}\r\n"}
	//+deflate
	offers := listOf(r.Fields, "Sec-WebSocket-Extensions")
	//-deflate
	//+applies
	for _, condition := range c.Applies {
		if !condition.Holds(0, r.Fields) {
			c.declined("The client does not offer what the case is about: " + condition.String() + ".")
			c.Opening, c.Needs, c.Accept = nil, nil, false
			break
		}
	}
	//-applies
	//+deflate
	if c.Accept {
		o.Head += p.takeOffer(offers)
	}
	//-deflate
	o.Head += "\r\n"
	//+opening
	if c.Opening != nil {
		o = *c.Opening
		if len(early) == 0 && o.Hold {
			early = p.listen()
		}
		if len(early) > 0 {
			p.file(observed.Event{Kind: observed.EventViolation, Violation: judge.RuleSilentUntilAnswer.Violation("octets before it had the response")})
		}
		//+deflate
		fields, _, _, _ := parseHead([]byte(o.Head), true, func(string) bool { return true })
		p.negotiate(offers, listOf(fields, "Sec-WebSocket-Extensions"))
		//-deflate
	}
	//-opening
	p.open(o, script.ResponseNames(&r).Replace(o.Head))
	//+deflate
	if c.Needs != nil && !p.satisfies(*c.Needs) {
		c.declined(notAgreed)
	}
	//-deflate
	return p.play(early)
}

// listen reads for a moment.
func (p *peer) listen() []byte {
	_ = p.conn.SetReadDeadline(time.Now().Add(p.within.Settle))
	defer func() { _ = p.conn.SetReadDeadline(time.Time{}) }()
	buf := make([]byte, 4<<10)
	n, _ := p.conn.Read(buf)
	return buf[:n]
}

// takeOffer takes the first good offer of permessage-deflate, and returns the field
// that says so.
func (p *peer) takeOffer(offers string) string {
	list, _ := parseExtensions(offers)
	for _, e := range list {
		d, rule, _ := parseDeflate(e, true)
		if e.name != wire.DeflateName || rule != nil {
			continue
		}
		answer := wire.DeflateName
		for _, param := range e.params {
			if bits := d.clientBits; param[0] != "client_max_window_bits" || bits > 0 && bits < 15 {
				answer += strings.TrimSuffix("; "+param[0]+"="+param[1], "=")
			}
		}
		p.agree(d)
		return "Sec-WebSocket-Extensions: " + answer + "\r\n"
	}
	return ""
}

// checkRequest judges a client's opening request (RFC 6455 4.1).
func checkRequest(r *wire.Request, address string) (found []*wire.Violation) {
	report := func(broken bool, rule *wire.Rule, format string, args ...any) {
		if broken {
			found = append(found, rule.Violation(format, args...))
		}
	}
	one := func(name string) (value string, n int) {
		value, _ = r.Fields.Get(name)
		return value, len(r.Fields.Values(name))
	}
	digits := strings.TrimPrefix(r.Version, "HTTP/")
	host, hosts := one("Host")
	key, keys := one("Sec-WebSocket-Key")
	version, versions := one("Sec-WebSocket-Version")
	octets, err := base64.StdEncoding.DecodeString(key)
	is16 := err == nil && len(octets) == 16 && len(key) == 24
	report(r.Method != "GET", wire.RuleClientMethod, "method %q", r.Method)
	report(digits == r.Version || len(digits) != 3 || digits[1] != '.' || digits < "1.1", wire.RuleClientVersion, "version %q", r.Version)
	path := strings.HasPrefix(r.Target, "/") || strings.HasPrefix(r.Target, "http://") || strings.HasPrefix(r.Target, "https://")
	report(!path || strings.ContainsFunc(r.Target, func(r rune) bool { return r <= ' ' || r >= 0x7f || r == '#' }), wire.RuleClientTarget, "target %q", r.Target)
	report(hosts != 1 || !strings.EqualFold(host, address), wire.RuleClientHost, "Host %q in the request to %s", host, address)
	report(!hasElement(listOf(r.Fields, "Upgrade"), "websocket"), wire.RuleClientUpgrade, "no Upgrade to websocket")
	connection := listOf(r.Fields, "Connection")
	report(!hasElement(connection, "Upgrade") || !isTokens(connection), wire.RuleClientConnection, "no Connection with Upgrade")
	report(keys == 0, wire.RuleClientKeyMissing, "no Sec-WebSocket-Key")
	report(keys > 1, wire.RuleClientKeyDoubled, "%d Sec-WebSocket-Key fields", keys)
	report(keys > 0 && !is16, wire.RuleClientKeyForm, "Sec-WebSocket-Key %q is not the base64 of 16 octets", key)
	report(is16 && base64.StdEncoding.EncodeToString(octets) != key, wire.RuleClientKeyPadding, "Sec-WebSocket-Key %q, whose unused bits are not zero", key)
	report(versions == 0, wire.RuleClientVersionMissing, "no Sec-WebSocket-Version")
	report(versions > 1, wire.RuleClientVersionDoubled, "%d Sec-WebSocket-Version fields", versions)
	report(versions > 0 && version != "13", wire.RuleClientProtocolVersion, "Sec-WebSocket-Version %q", version)
	if list, ok := r.Fields.List("Sec-WebSocket-Protocol"); ok {
		report(!isTokens(list), wire.RuleClientSubprotocols, "Sec-WebSocket-Protocol %q is no list of tokens", list)
		names := strings.Split(strings.NewReplacer(" ", "", "\t", "").Replace(list), ",")
		names = slices.DeleteFunc(names, func(s string) bool { return s == "" })
		slices.Sort(names)
		report(len(slices.Compact(slices.Clone(names))) < len(names), wire.RuleClientSubprotocolDoubled, "a subprotocol twice in %q", list)
	}
	if value, ok := r.Fields.List("Sec-WebSocket-Extensions"); ok {
		list, ok := parseExtensions(value)
		report(!ok, wire.RuleClientExtensions, "a malformed Sec-WebSocket-Extensions %q", value)
		for _, e := range list {
			_, rule, wrong := parseDeflate(e, true)
			report(e.name == wire.DeflateName && rule != nil, rule, "%s", wrong)
		}
	}
	return found
}

// isTokens reports whether a list has nothing but tokens, and one at least.
func isTokens(list string) bool {
	any := false
	for e := range strings.SplitSeq(list, ",") {
		e = strings.Trim(e, " \t")
		if e != "" && !isToken(e) {
			return false
		}
		any = any || e != ""
	}
	return any
}
