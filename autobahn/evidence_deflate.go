package autobahn

import (
	"strconv"
	"strings"

	"github.com/wsspec/wsspec/reports"
)

// The parameters by which a client limits what the server does (RFC 7692 7.1).
const (
	noContextTakeover = "server_no_context_takeover"
	maxWindowBits     = "server_max_window_bits"
)

// parameters are those of one permessage-deflate offer or answer. One without a
// value has the empty one.
type parameters map[string]string

// offerNotGranted reports whether a server accepted permessage-deflate, and its
// answer grants none of the offers.
func offerNotGranted(r *reports.Result) bool {
	var offers, answers []parameters
	for i := range r.Transcript {
		switch e := &r.Transcript[i]; {
		case e.Kind == reports.KindRequest && e.Dir == reports.Sent:
			offers = deflate(e.Octets)
		case e.Kind == reports.KindResponse && e.Dir == reports.Received:
			answers = deflate(e.Octets)
		}
	}
	if len(answers) == 0 || len(offers) == 0 {
		return false
	}
	for _, o := range offers {
		if granted(o, answers[0]) {
			return false
		}
	}
	return true
}

// granted reports whether an answer grants what an offer demands of the server. A
// window of 15 bits, the largest, is also granted by an answer without the parameter.
func granted(offer, answer parameters) bool {
	if _, demanded := offer[noContextTakeover]; demanded { // RFC7692-7.1.1.1
		if _, ok := answer[noContextTakeover]; !ok {
			return false
		}
	}
	bits, demanded := offer[maxWindowBits] // RFC7692-7.1.2.1
	if !demanded {
		return true
	}
	most, err := strconv.Atoi(bits)
	if err != nil {
		return false
	}
	given := 15
	if value, ok := answer[maxWindowBits]; ok {
		if given, err = strconv.Atoi(value); err != nil {
			return false
		}
	}
	return given <= most
}

// deflate returns the permessage-deflate elements in the header fields of a request
// or response.
func deflate(head []byte) (list []parameters) {
	for line := range strings.Lines(string(head)) {
		name, value, ok := strings.Cut(line, ":")
		if !ok || !strings.EqualFold(strings.TrimSpace(name), "Sec-WebSocket-Extensions") {
			continue
		}
		for element := range strings.SplitSeq(value, ",") {
			parts := strings.Split(element, ";")
			if strings.TrimSpace(parts[0]) != "permessage-deflate" {
				continue
			}
			p := parameters{}
			for _, part := range parts[1:] {
				key, v, _ := strings.Cut(part, "=")
				p[strings.TrimSpace(key)] = strings.Trim(strings.TrimSpace(v), `"`)
			}
			list = append(list, p)
		}
	}
	return list
}
