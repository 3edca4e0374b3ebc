package check

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"io"
	"net/url"
	"slices"
	"strings"
	"unicode"

	"github.com/wsspec/wsspec/conformance/capture"
	"github.com/wsspec/wsspec/conformance/passive"
	"github.com/wsspec/wsspec/ref/wire"
)

// HAR judges the connections of an archive of a browser: their opening handshakes, and
// what is to be seen of messages. With an error, the file has what was read before it.
func HAR(name string, r io.Reader, o Options) (*File, error) {
	c := NewCollector(name, "HTTP archive (HAR)", o)
	others, err := capture.ReadHAR(r, func(x *capture.Exchange) { c.exchange(x) })
	if err != nil {
		c.Note("judged up to an error: %v", err)
	}
	if others > 0 {
		c.file.Others = append(c.file.Others, Others{Kind: PlainHTTP, Count: others})
	}
	return c.File(), err
}

// whatHARLacks is what no archive shows.
const whatHARLacks = "an archive of a browser has messages and no frames: masking, fragments, reserved bits, lengths, compression, pings and pongs are not seen"

func (c *Collector) exchange(x *capture.Exchange) {
	out := Connection{Began: x.Started}
	if u, err := url.Parse(x.URL); err == nil && u.Host != "" {
		out.Server = u.Host
	}
	j := c.Judge(out, nil)
	j.lacks(whatHARLacks)
	for _, fields := range [][]capture.HARField{x.Request, x.Response} {
		j.head(wire.Request{Method: x.Method, Target: targetOf(x.URL), Version: "HTTP/1.1", Fields: fieldsOf(fields)}.Append(nil))
	}
	version := strings.ToUpper(x.Version)
	if strings.HasPrefix(version, "H2") || strings.HasPrefix(version, "H3") || strings.HasPrefix(version, "HTTP/2") || strings.HasPrefix(version, "HTTP/3") {
		j.lacks("the opening handshake is over " + x.Version + " (RFC 8441, RFC 9220), which is not judged")
		j.joined(x)
	} else {
		j.handshake(x, version)
	}
	j.messages(x)
	j.doneHAR(x)
}

// lacks says that something cannot be judged on either side.
func (j *Judge) lacks(why string) { j.notJudged(NotJudged{Rest: true, Times: 1, Why: why}) }

// handshake judges the opening handshake, if the archive has all of its fields.
func (j *Judge) handshake(x *capture.Exchange, version string) {
	request := wire.Request{Method: x.Method, Target: targetOf(x.URL), Version: "HTTP/1.1", Fields: fieldsOf(x.Request)}
	response := wire.Response{Version: "HTTP/1.1", Status: x.Status, Reason: "Switching Protocols", Fields: fieldsOf(x.Response)}
	if strings.HasPrefix(version, "HTTP/1.") {
		request.Version = version
	}
	lacks := missingOf("request", request.Fields, "Host", "Upgrade", "Connection", "Sec-WebSocket-Key", "Sec-WebSocket-Version")
	if x.Status == 101 {
		lacks = append(lacks, missingOf("response", response.Fields, "Upgrade", "Connection", "Sec-WebSocket-Accept")...)
	}
	if len(lacks) > 0 {
		j.lacks("the archive does not have " + strings.Join(lacks, ", ") + ": the opening handshake is not judged")
		j.joined(x)
		return
	}
	j.Octets(wire.RoleClient, x.Started, request.Append(nil))
	if x.Status == 0 {
		j.lacks("the archive has no response")
		return
	}
	if x.Status != 101 {
		response.Reason = ""
		response.Fields = append(slices.DeleteFunc(response.Fields, ofBody), wire.Field{Name: "Content-Length", Value: "0"})
	}
	j.Octets(wire.RoleServer, x.Started, response.Append(nil))
}

// ofBody reports whether a field says how long the body is, which the archive has apart.
func ofBody(f wire.Field) bool {
	return strings.EqualFold(f.Name, "Content-Length") || strings.EqualFold(f.Name, "Transfer-Encoding")
}

// joined begins behind an opening handshake that is not judged.
func (j *Judge) joined(x *capture.Exchange) {
	j.conn = passive.New(j.told())
	j.conn.Joined()
	if x.Status != 0 {
		j.out.Response = fmt.Sprintf("%d", x.Status)
	}
	j.agreed(fieldsOf(x.Response))
}

// fieldsOf are the fields of an archive. Chrome writes fields of the same name as one, with
// line ends between the values; names that begin with a colon are those of HTTP/2.
func fieldsOf(fields []capture.HARField) (out wire.Fields) {
	for _, f := range fields {
		if strings.HasPrefix(f.Name, ":") {
			continue
		}
		for value := range strings.SplitSeq(f.Value, "\n") {
			out = append(out, wire.Field{Name: f.Name, Value: strings.TrimSpace(value)})
		}
	}
	return out
}

// missingOf names the fields that a head does not have, or that somebody blanked.
func missingOf(head string, fields wire.Fields, names ...string) (lacks []string) {
	for _, name := range names {
		value, ok := fields.Get(name)
		if !ok || strings.Contains(strings.ToLower(value), "redact") || strings.Contains(value, "***") {
			lacks = append(lacks, fmt.Sprintf("the field %s of the %s", name, head))
		}
	}
	return lacks
}

// targetOf is the target of the request for a URL.
func targetOf(address string) string {
	u, err := url.Parse(address)
	if err != nil || u.RequestURI() == "" {
		return "/"
	}
	return u.RequestURI()
}

// messages judges the messages, each as a frame that a correct endpoint would have sent.
func (j *Judge) messages(x *capture.Exchange) {
	if !x.Messaged {
		j.lacks("the archive has no list of messages; Chrome writes one")
	}
	var sides [2]Side
	for i, m := range x.Messages {
		role := wire.RoleClient
		if m.From == capture.Acceptor {
			role = wire.RoleServer
		}
		j.message = i + 1
		if m.Opcode < 0 {
			j.reported(&m)
			continue
		}
		if m.Opcode > 15 || m.Undecoded {
			j.lacks("a message whose data cannot be read")
			continue
		}
		h := wire.Header{Fin: true, Opcode: wire.Opcode(m.Opcode), Length: uint64(len(m.Data))}
		if role == wire.RoleClient { // no mask is in the archive; this one looks random
			sum := sha256.Sum256(binary.BigEndian.AppendUint64([]byte(x.URL), uint64(i)))
			h.Masked, h.MaskKey = true, [4]byte(sum[:4])
		}
		octets := append(wire.AppendHeader(nil, h), m.Data...)
		if h.Masked {
			wire.Mask(h.MaskKey, 0, octets[h.Len():])
		}
		sides[m.From].Messages++
		sides[m.From].Octets += int64(len(m.Data))
		j.Octets(role, m.At, octets)
	}
	j.message = 0
	j.out.FromClient, j.out.FromServer = sides[capture.Opener], sides[capture.Acceptor]
}

// doneHAR ends a connection of an archive, of which the octets that were fed say nothing.
func (j *Judge) doneHAR(x *capture.Exchange) {
	j.conn.End(j.latest)
	j.out.Opened = x.Status == 101 || x.Status == 0 && len(x.Messages) > 0
	j.out.Target = shortened(x.URL)
	for i := range j.out.NotJudged {
		j.out.NotJudged[i].Octet = 0
	}
	for i := range j.out.Violations {
		j.out.Violations[i].Octet = -1
	}
	j.of.add(j.out)
}

// browserErrors are the errors by which Chromium fails a connection
// (net/websockets/websocket_channel.cc), and the rules that the server broke.
var browserErrors = []struct {
	begins string
	rule   *wire.Rule
}{
	{"Could not decode a text frame as UTF-8", wire.RuleText},
	{"A server must not mask any frames", wire.RuleMaskForbidden},
	{"One or more reserved bits are on", wire.RuleReservedBits},
	{"Unrecognized frame opcode", wire.RuleOpcode},
	{"Received fragmented control frame", wire.RuleControlFragmented},
	{"Received control frame having too long payload", wire.RuleControlLength},
	{"Received unexpected continuation frame", wire.RuleContinuation},
	{"Received start of new message but previous message is unfinished", wire.RuleInterleaved},
	{"Data frame received after close", wire.RuleDataAfterClose},
	{"Received a broken close frame containing an invalid size body", wire.RuleCloseBody},
	{"Received a broken close frame with an invalid size of 1 byte", wire.RuleCloseBody},
	{"Received a broken close frame containing invalid UTF-8", wire.RuleCloseReason},
	{"Received a broken close frame containing an invalid UTF-8", wire.RuleCloseReason},
}

// reported takes an error that the browser reports: what it saw of the server's frames.
func (j *Judge) reported(m *capture.HARMessage) {
	text := strings.ToValidUTF8(string(m.Data), "�")
	for _, e := range browserErrors {
		if strings.HasPrefix(text, e.begins) {
			j.violation(passive.Violation{Violation: e.rule.Violation("the browser reports: %s", text), Sender: wire.RoleServer, At: j.since(m.At)})
			return
		}
	}
	text = strings.Map(func(c rune) rune {
		if unicode.IsControl(c) {
			return ' '
		}
		return c
	}, text)
	j.ended("the browser reports: " + text)
}
