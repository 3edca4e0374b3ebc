package check

import (
	"bytes"
	"strings"
	"time"

	"github.com/wsspec/wsspec/conformance/observed"
	"github.com/wsspec/wsspec/conformance/opening"
	"github.com/wsspec/wsspec/conformance/passive"
	"github.com/wsspec/wsspec/conformance/stream"
	"github.com/wsspec/wsspec/ref/wire"
)

// A Judge judges one connection: feed it in the order in which the octets were seen, and
// call [Judge.Done] at the end.
type Judge struct {
	// watch is told of each entry; nil if nobody is.
	watch   func(passive.Entry)
	of      *Collector
	conn    *passive.Connection
	out     *Connection
	options Options
	// latest is the time of the latest call, since the connection began.
	latest time.Duration
	// history has what earlier connections of the client had; nil if that is unknown.
	history *History
	// asked: a request for WebSocket was seen.
	asked bool
	// unnumbered are the sides of which frames were left out.
	unnumbered map[wire.Role]bool
	// message is the number of the message that is fed, of a file without octets.
	message int
	// seen: something was fed. closed are the sides that ended TCP.
	seen, closed bool
}

// A History has the keys of all connections of one client. The zero value has none yet.
type History struct {
	keys  opening.KeyQuality
	masks stream.MaskHistory
}

// Judge begins a connection. In out is what is known of it; the Judge fills in the rest. A
// client that uses a key again breaks a rule (RFC6455-4.1-29, RFC6455-5.3-4). Only with a
// history is that judged: a capture may have the same connection twice, as from both sides
// of a router.
func (c *Collector) Judge(out Connection, history *History) *Judge {
	c.number++
	out.Number = c.number
	out.Violations, out.Ended = []Violation{}, []string{}
	j := &Judge{of: c, out: &out, options: c.options, history: history}
	if out.Harness != "" && j.options.Only == 0 { // its mistakes are on purpose
		j.options.Only = wire.RoleClient
		if out.Harness == wire.RoleClient.String() {
			j.options.Only = wire.RoleServer
		}
	}
	if c.options.Watch != nil {
		j.watch = c.options.Watch()
	}
	j.conn = passive.New(j.told())
	return j
}

func (j *Judge) told() passive.Options {
	o := passive.Options{Violation: j.violation, Entry: j.entry, Unjudged: j.unjudged}
	if j.history != nil {
		o.Keys, o.Masks = &j.history.keys, &j.history.masks
	}
	return o
}

// since is a time as one since the connection began. Times never go back.
func (j *Judge) since(at time.Time) time.Duration {
	j.seen = true
	if d := at.Sub(j.out.Began); d > j.latest {
		j.latest = d
	}
	return j.latest
}

// Octets takes the next octets of a side.
func (j *Judge) Octets(sender wire.Role, at time.Time, octets []byte) {
	if sender == wire.RoleClient {
		j.conn.FromClient(octets, j.since(at))
	} else {
		j.conn.FromServer(octets, j.since(at))
	}
}

// Missing says that the next n octets of a side are not in the file, and why: a clause that
// completes "not judged: ". n is -1 if the number is unknown.
func (j *Judge) Missing(sender wire.Role, at time.Time, n int64, why string) {
	j.conn.Missing(sender, n, why, j.since(at))
}

// LeftOut says that whole frames of a side are not in the file, and why. The octets behind
// them are judged, and have no number.
func (j *Judge) LeftOut(sender wire.Role, at time.Time, why string) {
	j.conn.LeftOut(sender, why, j.since(at))
	if j.unnumbered == nil {
		j.unnumbered = map[wire.Role]bool{}
	}
	j.unnumbered[sender] = true
}

// octet is an offset, -1 behind frames that were left out.
func (j *Judge) octet(sender wire.Role, offset int64) int64 {
	if j.unnumbered[sender] {
		return -1
	}
	return offset
}

// Closed says that a side ended TCP, and how.
func (j *Judge) Closed(sender wire.Role, at time.Time, how passive.End) {
	j.closed = true
	if sender == wire.RoleClient {
		j.conn.ClientClosed(how, j.since(at))
	} else {
		j.conn.ServerClosed(how, j.since(at))
	}
}

// Done ends the connection. It is in the file if it is one for WebSocket; otherwise it
// counts as one of that kind. unfinished is how it ended if neither side ended TCP.
func (j *Judge) Done(kind Kind, unfinished string) {
	j.conn.End(j.latest)
	if !j.asked {
		j.of.other(kind, j.out.Client+" → "+j.out.Server)
		return
	}
	s := j.conn.Summary()
	j.out.Opened = s.Opened
	j.out.FromClient = Side{s.Client.Octets, s.Client.Frames, s.Client.Messages}
	j.out.FromServer = Side{s.Server.Octets, s.Server.Frames, s.Server.Messages}
	if !j.closed && unfinished != "" {
		j.ended(unfinished)
	}
	j.of.add(j.out)
}

func (j *Judge) ended(how string) {
	if len(j.out.Ended) < mostEnds {
		j.out.Ended = append(j.out.Ended, how)
	}
}

func (j *Judge) violation(v passive.Violation) {
	if !j.options.counts(v.Sender) {
		return
	}
	found := Violation{
		Microseconds: v.At.Microseconds(), Sender: v.Sender.String(),
		Requirement: v.Rule.ID, Clause: v.Rule.Clause(), What: v.Detail, Octet: j.octet(v.Sender, v.Offset),
	}
	if found.Message = j.message; len(j.out.Violations) >= mostViolations {
		j.out.MoreViolations++
		return
	}
	j.out.Violations = append(j.out.Violations, found)
}

func (j *Judge) unjudged(u passive.Unjudged) {
	j.notJudged(NotJudged{Sender: u.Sender.String(), Octet: j.octet(u.Sender, u.Offset), Rest: u.Rest, Times: 1, Why: u.Why})
}

func (j *Judge) notJudged(n NotJudged) {
	for i := range j.out.NotJudged {
		if o := &j.out.NotJudged[i]; o.Sender == n.Sender && o.Why == n.Why && o.Rest == n.Rest {
			o.Times++
			return
		}
	}
	if len(j.out.NotJudged) < mostNotJudged {
		j.out.NotJudged = append(j.out.NotJudged, n)
	}
}

// entry takes what was seen.
func (j *Judge) entry(e passive.Entry) {
	if j.watch != nil {
		j.watch(e)
	}
	switch e.Kind {
	case observed.EntryRequest:
		j.request(e.Octets)
	case observed.EntryResponse:
		j.response(e.Octets)
	case observed.EntryOctets: // no HTTP
		if e.Sender == wire.RoleClient {
			j.asked = j.asked || asksForWebSocket(e.Octets)
		}
		j.head(e.Octets)
	case observed.EntryFrame:
		if e.Header.Opcode == wire.OpClose {
			j.ended(e.String() + " from the " + e.Sender.String())
		}
	case observed.EntryEOF, observed.EntryReset:
		j.ended(e.Text)
	}
	if !j.options.Events {
		return
	}
	if j.of.events >= mostEvents {
		j.of.lost++
		return
	}
	j.of.events++
	j.out.Events = append(j.out.Events, Event{e.At.Microseconds(), e.Sender.String(), j.octet(e.Sender, e.Offset), e.String()})
}

// asksForWebSocket reports whether octets that are no HTTP were meant as a request for
// WebSocket. Other protocols of lines may have that word in them, too.
func asksForWebSocket(octets []byte) bool {
	line, _, _ := bytes.Cut(octets, []byte("\n"))
	return bytes.Contains(bytes.ToLower(octets), []byte("\nsec-websocket-")) && (bytes.HasPrefix(line, []byte("GET ")) || bytes.Contains(line, []byte(" HTTP/")))
}

func (j *Judge) head(octets []byte) {
	if len(j.out.Heads) < mostHeads {
		j.out.Heads = append(j.out.Heads, bytes.Clone(octets[:min(len(octets), mostOfHead)]))
	}
}

func (j *Judge) request(head []byte) {
	r, _, err := wire.ParseRequest(head)
	if err != nil || !opening.IsUpgrade(r) {
		return
	}
	j.asked = true
	j.head(head)
	j.out.Target, j.out.Response, j.out.Subprotocol, j.out.Extensions = shortened(r.Target), "", "", ""
}

func (j *Judge) response(head []byte) {
	if !j.asked {
		return
	}
	j.head(head)
	if r, _, err := wire.ParseResponse(head); err == nil {
		line, _, _ := strings.Cut(string(head), "\n")
		j.out.Response = shortened(strings.TrimSpace(line))
		if r.Status == 101 {
			j.agreed(r.Fields)
		}
	}
}

// agreed takes what a response chose.
func (j *Judge) agreed(fields wire.Fields) {
	subprotocol, _ := fields.List("Sec-WebSocket-Protocol")
	extensions, _ := fields.List("Sec-WebSocket-Extensions")
	j.out.Subprotocol, j.out.Extensions = shortened(subprotocol), shortened(extensions)
}

// shortened cuts a text that is longer than anybody reads.
func shortened(s string) string {
	if len(s) <= mostText {
		return s
	}
	return strings.ToValidUTF8(s[:mostText], "") + "…"
}
