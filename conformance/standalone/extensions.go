package standalone

import (
	"bytes"
	"compress/flate"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// An extension is one element of Sec-WebSocket-Extensions; a parameter without
// value has "".
type extension struct {
	name   string
	params [][2]string
}

// The grammar of RFC 6455 9.1, empty elements allowed.
const (
	aToken     = "[!#$%&'*+\\-.^_`|~0-9A-Za-z]+"
	aParameter = `[ \t]*;[ \t]*` + aToken + `([ \t]*=[ \t]*(` + aToken + `|"(\\?[!#$%&'*+\-.^_` + "`" + `|~0-9A-Za-z])+"))?`
	anElement  = aToken + `(` + aParameter + `)*`
)

var extensionList = regexp.MustCompile(`^[ \t,]*` + anElement + `([ \t]*,[ \t]*(` + anElement + `)?)*[ \t]*$`)

func parseExtensions(value string) (list []extension, ok bool) {
	if !extensionList.MatchString(value) {
		return nil, false
	}
	for element := range strings.SplitSeq(value, ",") {
		var e extension
		for i, s := range strings.Split(element, ";") {
			name, v, _ := strings.Cut(s, "=")
			name, v = strings.Trim(name, " \t"), strings.NewReplacer(`\`, "", `"`, "").Replace(strings.Trim(v, " \t"))
			if i == 0 {
				e.name = name
			} else {
				e.params = append(e.params, [2]string{name, v})
			}
		}
		if e.name != "" {
			list = append(list, e)
		}
	}
	return list, true
}

// deflate are the parameters of permessage-deflate in an offer or an answer;
// bits are 0 if absent and -1 if without value.
type deflate struct {
	serverNoTakeover, clientNoTakeover bool
	serverBits, clientBits             int
}

const deflateName = "permessage-deflate"

// parseDeflate reads one element and says what is wrong with it (RFC 7692 7.1).
func parseDeflate(e extension, isOffer bool) (d deflate, wrong string) {
	for i, p := range e.params {
		name, value := p[0], p[1]
		bits, err := strconv.Atoi(value)
		isBits := err == nil && bits >= 8 && bits <= 15 && value == strconv.Itoa(bits)
		ok := value == ""
		switch name {
		case "server_no_context_takeover":
			d.serverNoTakeover = true
		case "client_no_context_takeover":
			d.clientNoTakeover = true
		case "server_max_window_bits":
			d.serverBits, ok = bits, isBits
		case "client_max_window_bits":
			d.clientBits, ok = bits, isBits
			if isOffer && value == "" {
				d.clientBits, ok = -1, true
			}
		default:
			ok = false
		}
		if !ok || slices.ContainsFunc(e.params[:i], func(q [2]string) bool { return q[0] == name }) {
			return d, fmt.Sprintf("%s has the parameter %s=%s, which is not defined, doubled or out of range", deflateName, name, value)
		}
	}
	return d, ""
}

// negotiate holds a server's answer against a client's offers. If they agree, the
// peer's messages may be compressed from now on.
func (p *peer) negotiate(offers, answer string) (wrong []broken) {
	answers, ok := parseExtensions(answer)
	if !ok {
		return []broken{{"RFC6455-9.1-2", "a malformed Sec-WebSocket-Extensions"}}
	}
	offered, _ := parseExtensions(offers)
	var found []extension
	for _, a := range answers {
		if !slices.ContainsFunc(offered, func(o extension) bool { return o.name == a.name }) {
			wrong = append(wrong, broken{"RFC6455-4.1-55", "the extension " + a.name + " was not offered"})
		}
		if slices.Contains([]string{deflateName, "permessage-bzip2", "permessage-snappy", "deflate-frame", "x-webkit-deflate-frame"}, a.name) {
			found = append(found, a)
		}
	}
	switch {
	case len(found) > 1:
		return append(wrong, broken{"RFC7692-5-9", "two extensions that use RSV1"})
	case len(wrong) > 0, len(found) == 0, found[0].name != deflateName:
		return wrong
	}
	got, bad := parseDeflate(found[0], false)
	if bad != "" {
		return []broken{{"RFC7692-5-15", bad}}
	}
	for _, o := range offered {
		offer, bad := parseDeflate(o, true)
		if o.name != deflateName || bad != "" ||
			offer.serverNoTakeover && !got.serverNoTakeover ||
			offer.serverBits != 0 && (got.serverBits == 0 && offer.serverBits < 15 || got.serverBits > offer.serverBits) ||
			offer.clientBits == 0 && got.clientBits != 0 {
			continue
		}
		p.agree(got)
		return nil
	}
	return []broken{{"RFC7692-5-15", "the answer " + answer + " fits none of the offers"}}
}

// agree lets the peer compress with these parameters.
func (p *peer) agree(d deflate) {
	server, client := Agreement{!d.serverNoTakeover, 15}, Agreement{!d.clientNoTakeover, 15}
	if d.serverBits > 0 {
		server.WindowBits = d.serverBits
	}
	if d.clientBits > 0 {
		client.WindowBits = d.clientBits
	}
	theirs, ours := server, client
	if !p.server {
		theirs, ours = client, server
	}
	p.agreed = &ours
	var window []byte
	p.in.inflate = func(payload []byte) ([]byte, string) {
		if !theirs.Takeover {
			window = nil
		}
		start := len(window)
		whole := window
		// The four octets that a sender leaves out (RFC 7692 7.2.2), and an
		// empty block that is the last one.
		src := bytes.NewReader(append(payload[:len(payload):len(payload)], "\x00\x00\xff\xff\x01\x00\x00\xff\xff"...))
		for src.Len() > 0 { // more than once if a block has BFINAL set
			out, err := io.ReadAll(io.LimitReader(flate.NewReaderDict(src, whole), int64(p.in.limit)+1))
			whole = append(whole[:len(whole):len(whole)], out...)
			if err != nil || uint64(len(whole)-start) > p.in.limit {
				return nil, "a compressed message that is no DEFLATE data, or too long (RFC 7692 7.2.2)"
			}
		}
		window = whole[max(0, len(whole)-1<<theirs.WindowBits):]
		return whole[start:], ""
	}
}
