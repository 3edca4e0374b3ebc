package standalone

import (
	"encoding/base64"
	"net"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Resource is the path and query of the URL that the client is started with.
func Resource(id string) string { return "/runCase?agent=client&casetuple=" + id }

// Client plays the case with a client that has just connected.
func Client(c Case, conn net.Conn) Verdict {
	p := newPeer(&c, conn, false)
	_ = conn.SetReadDeadline(time.Now().Add(5 * Timeout / 2))
	h, early, err := readHead(conn, true)
	wrong := ""
	switch {
	case err != nil:
		wrong = err.Error()
	case !strings.HasSuffix(h.target, Resource(c.ID)):
		wrong = "the request target " + strconv.Quote(h.target) + ", where the URL ended in " + Resource(c.ID) + " (RFC 6455 4.1)"
	default:
		wrong = c.first(checkRequest(h, conn.LocalAddr().String()))
	}
	if wrong != "" {
		p.write([]byte("HTTP/1.1 400 Bad Request\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"), 0)
		return failure("the opening request: %s", wrong)
	}
	_ = conn.SetReadDeadline(time.Time{})
	o := Opening{Head: "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: {accept}\r\n"}
	//+deflate
	offers := h.list("Sec-WebSocket-Extensions")
	//-deflate
	//+applies
	if !meet(c.Applies, h) {
		c.declined()
		c.Opening, c.Needs, c.Demand = nil, nil, false
	}
	//-applies
	//+deflate
	if c.Demand {
		o.Head += p.takeOffer(offers)
	}
	//-deflate
	o.Head += "\r\n"
	//+opening
	if c.Opening != nil {
		o = *c.Opening
		if len(early) == 0 && o.Hold {
			early = p.hears()
		}
		if len(early) > 0 {
			p.file(event{kind: violation, words: "octets before it had the response (RFC 6455 4.1)"})
		}
		//+deflate
		if r, _, wrong := parseHead([]byte(o.Head), false); wrong == "" && r != nil {
			p.negotiate(offers, r.list("Sec-WebSocket-Extensions"))
		}
		//-deflate
	}
	//-opening
	key := ""
	if keys := h.all("Sec-WebSocket-Key"); len(keys) > 0 {
		key = keys[0]
	}
	accept := acceptOf(key)
	names := []string{"{accept}", accept}
	//+opening
	decoded, _ := base64.StdEncoding.DecodeString(key)
	names = append(names, "{key}", key, "{accept lower}", strings.ToLower(accept),
		"{accept cut}", accept[:len(accept)-1], "{accept decoded}", acceptOf(string(decoded)))
	//-opening
	response := []byte(strings.NewReplacer(names...).Replace(o.Head))
	//+opening
	for _, f := range o.With {
		response = f.append(response, false, p.keys)
	}
	//-opening
	p.write(response, o.Chop)
	//+deflate
	if c.Needs != nil && !p.agreed.meets(*c.Needs) {
		c.declined()
	}
	//-deflate
	return p.play(early)
}

// hears listens for a moment.
func (p *peer) hears() []byte {
	_ = p.conn.SetReadDeadline(time.Now().Add(Timeout / 50))
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
		d, wrong := parseDeflate(e, true)
		if e.name != deflateName || wrong != "" {
			continue
		}
		answer := deflateName
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
func checkRequest(h *head, address string) (found []broken) {
	report := func(bad bool, id, what string) {
		if bad {
			found = append(found, broken{id, what})
		}
	}
	one := func(name string) (value string, n int) {
		if values := h.all(name); len(values) > 0 {
			return values[0], len(values)
		}
		return "", 0
	}
	digits := strings.TrimPrefix(h.version, "HTTP/")
	host, hosts := one("Host")
	key, keys := one("Sec-WebSocket-Key")
	version, versions := one("Sec-WebSocket-Version")
	octets, err := base64.StdEncoding.DecodeString(key)
	is16 := err == nil && len(octets) == 16 && len(key) == 24
	report(h.method != "GET", "RFC6455-4.1-21", "the method "+h.method)
	report(digits == h.version || len(digits) != 3 || digits[1] != '.' || digits < "1.1", "RFC6455-4.1-22", "the version "+h.version)
	path := strings.HasPrefix(h.target, "/") || strings.HasPrefix(h.target, "http://") || strings.HasPrefix(h.target, "https://")
	report(!path || strings.ContainsFunc(h.target, func(r rune) bool { return r <= ' ' || r >= 0x7f || r == '#' }), "RFC6455-4.1-23", "the request target "+strconv.Quote(h.target))
	report(hosts != 1 || !strings.EqualFold(host, address), "RFC6455-4.1-24", "the Host "+strconv.Quote(host))
	report(!hasElement(h.list("Upgrade"), "websocket"), "RFC6455-4.1-25", "no Upgrade to websocket")
	report(!hasElement(h.list("Connection"), "Upgrade") || !isTokens(h.list("Connection")), "RFC6455-4.1-26", "no Connection with Upgrade")
	report(keys == 0, "RFC6455-4.1-27", "no Sec-WebSocket-Key")
	report(keys > 1, "RFC6455-11.3.1-1", "more than one Sec-WebSocket-Key")
	report(keys > 0 && !is16, "RFC6455-4.1-28", "a key that is not the base64 of 16 octets")
	report(is16 && base64.StdEncoding.EncodeToString(octets) != key, "RFC6455-4.1-E3150", "a key whose unused bits are not zero")
	report(versions == 0, "RFC6455-4.1-33", "no Sec-WebSocket-Version")
	report(versions > 1, "RFC6455-11.3.5-2", "more than one Sec-WebSocket-Version")
	report(versions > 0 && version != "13", "RFC6455-4.1-34", "the Sec-WebSocket-Version "+version)
	if list := h.list("Sec-WebSocket-Protocol"); len(h.all("Sec-WebSocket-Protocol")) > 0 {
		report(!isTokens(list), "RFC6455-4.1-36", "malformed subprotocols")
		names := strings.Split(strings.NewReplacer(" ", "", "\t", "").Replace(list), ",")
		names = slices.DeleteFunc(names, func(s string) bool { return s == "" })
		slices.Sort(names)
		report(len(slices.Compact(slices.Clone(names))) < len(names), "RFC6455-4.1-37", "a subprotocol asked for twice")
	}
	if len(h.all("Sec-WebSocket-Extensions")) > 0 {
		list, ok := parseExtensions(h.list("Sec-WebSocket-Extensions"))
		report(!ok, "RFC6455-9-4", "malformed extensions")
		for _, e := range list {
			_, wrong := parseDeflate(e, true)
			report(e.name == deflateName && wrong != "", "RFC7692-7-1", wrong)
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
