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

	"github.com/wsspec/wsspec/conformance/script"
	"github.com/wsspec/wsspec/ref/wire"
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

// parseDeflate reads one element. rule is the one that it breaks, nil if none, and
// wrong says how (RFC 7692 7.1).
func parseDeflate(e extension, isOffer bool) (d deflate, rule *wire.Rule, wrong string) {
	undefined, value, doubled := wire.RuleDeflateAnswerUndefined, wire.RuleDeflateAnswerValue, wire.RuleDeflateAnswerDoubled
	if isOffer {
		undefined, value, doubled = wire.RuleDeflateOfferUndefined, wire.RuleDeflateOfferValue, wire.RuleDeflateOfferDoubled
	}
	for i, p := range e.params {
		bits, err := strconv.Atoi(p[1])
		isBits := err == nil && bits >= 8 && bits <= 15 && p[1] == strconv.Itoa(bits)
		ok := p[1] == ""
		switch p[0] {
		case "server_no_context_takeover":
			d.serverNoTakeover = true
		case "client_no_context_takeover":
			d.clientNoTakeover = true
		case "server_max_window_bits":
			d.serverBits, ok = bits, isBits
		case "client_max_window_bits":
			d.clientBits, ok = bits, isBits
			if isOffer && p[1] == "" {
				d.clientBits, ok = -1, true
			}
		default:
			return d, undefined, fmt.Sprintf("%s with the undefined parameter %q", wire.DeflateName, p[0])
		}
		switch {
		case slices.ContainsFunc(e.params[:i], func(q [2]string) bool { return q[0] == p[0] }):
			return d, doubled, fmt.Sprintf("%s with %s twice", wire.DeflateName, p[0])
		case !ok:
			return d, value, fmt.Sprintf("%s with %s=%q", wire.DeflateName, p[0], p[1])
		}
	}
	return d, nil, ""
}

// negotiate compares a server's answer with a client's offers. If they agree, the
// peer's messages may be compressed from now on.
func (p *peer) negotiate(offers, answer string) (found []*wire.Violation) {
	report := func(rule *wire.Rule, format string, args ...any) []*wire.Violation {
		return append(found, rule.Violation(format, args...))
	}
	answers, ok := parseExtensions(answer)
	if !ok {
		return report(wire.RuleResponseExtensions, "the server answers a malformed Sec-WebSocket-Extensions %q", answer)
	}
	clientOffers, _ := parseExtensions(offers)
	var usesRSV1 []extension
	for _, a := range answers {
		if !slices.ContainsFunc(clientOffers, func(o extension) bool { return o.name == a.name }) {
			found = report(wire.RuleResponseExtensionUnasked, "the server accepts the extension %q, which was not offered", a.name)
		}
		if slices.Contains([]string{wire.DeflateName, "permessage-bzip2", "permessage-snappy", "deflate-frame", "x-webkit-deflate-frame"}, a.name) {
			usesRSV1 = append(usesRSV1, a)
		}
	}
	switch {
	case len(usesRSV1) > 1:
		return report(wire.RuleDeflateConflict, "the server accepts two extensions that use RSV1: %s", answer)
	case len(found) > 0, len(usesRSV1) == 0, usesRSV1[0].name != wire.DeflateName:
		return found
	}
	got, rule, wrong := parseDeflate(usesRSV1[0], false)
	if rule != nil {
		return report(rule, "the server answers %s", wrong)
	}
	for _, o := range clientOffers {
		offer, bad, _ := parseDeflate(o, true)
		if o.name != wire.DeflateName || bad != nil ||
			offer.serverNoTakeover && !got.serverNoTakeover ||
			offer.serverBits != 0 && (got.serverBits == 0 && offer.serverBits < 15 || got.serverBits > offer.serverBits) ||
			offer.clientBits == 0 && got.clientBits != 0 {
			continue
		}
		p.agree(got)
		return nil
	}
	return report(wire.RuleDeflateUnasked, "the server answers %s, which fits none of the offers", answer)
}

// satisfies reports whether what was agreed will do for the case.
func (p *peer) satisfies(needs script.Agreement) bool {
	return p.agreed != nil && (p.agreed.Takeover || !needs.Takeover) && p.agreed.WindowBits >= needs.WindowBits
}

// agree lets the peer compress with these parameters.
func (p *peer) agree(d deflate) {
	server, client := script.Agreement{Takeover: !d.serverNoTakeover, WindowBits: 15}, script.Agreement{Takeover: !d.clientNoTakeover, WindowBits: 15}
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
	p.in.inflate = func(payload []byte) ([]byte, *wire.Violation) {
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
				return nil, wire.RuleDeflateData.Violation("a compressed message that is no DEFLATE data, or too long")
			}
		}
		window = whole[max(0, len(whole)-1<<theirs.WindowBits):]
		return whole[start:], nil
	}
}
