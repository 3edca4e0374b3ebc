package check

import (
	"time"

	"github.com/wsspec/wsspec/conformance/passive"
	"github.com/wsspec/wsspec/ref/wire"
)

// A File is what was found in one file.
type File struct {
	// Name is the name of the file, Form what it is: "pcap or pcapng".
	Name string `json:"file"`
	Form string `json:"form"`
	// Connections are those of which something was judged, in the order in which they began.
	Connections []*Connection `json:"connections"`
	// MoreViolations is how many there are in connections that are not listed, because the
	// list is full.
	MoreViolations int64 `json:"moreViolations,omitempty"`
	// Others are the connections of which nothing was judged.
	Others []Others `json:"others,omitempty"`
	// Notes say what is to be known of the file as a whole, one sentence each.
	Notes []string `json:"notes,omitempty"`
}

// Violations is how many there are in all connections.
func (f *File) Violations() int64 {
	n := f.MoreViolations
	for _, c := range f.Connections {
		n += int64(len(c.Violations)) + c.MoreViolations
	}
	return n
}

// A Connection is the judgement of one connection.
type Connection struct {
	// Number counts the connections of the file, from 1.
	Number int `json:"number"`
	// Client and Server are the addresses, as far as they are known.
	Client string `json:"client,omitempty"`
	Server string `json:"server,omitempty"`
	// Case names the case of a run, and Verdict is what the run said of it; both are empty
	// for what no run wrote.
	Case    string `json:"case,omitempty"`
	Verdict string `json:"verdict,omitempty"`
	// Harness is the role of wsspec itself in a run, whose mistakes are on purpose: "client"
	// or "server"; empty if it took no part.
	Harness string `json:"harness,omitempty"`
	// Began is the time of its first octet or packet; zero if unknown.
	Began time.Time `json:"began,omitzero"`
	// Opened says whether an opening handshake succeeded. Target, Subprotocol, Extensions
	// and Response are from the latest one: the target of its request, what the server
	// chose, and the first line of its response.
	Opened      bool   `json:"opened"`
	Target      string `json:"target,omitempty"`
	Subprotocol string `json:"subprotocol,omitempty"`
	Extensions  string `json:"extensions,omitempty"`
	Response    string `json:"response,omitempty"`
	// FromClient and FromServer count what each side sent.
	FromClient Side `json:"fromClient"`
	FromServer Side `json:"fromServer"`
	// Ended says how it ended, in the order in which it did.
	Ended []string `json:"ended"`
	// Violations are the first hundred; MoreViolations is how many more there are.
	Violations     []Violation `json:"violations"`
	MoreViolations int64       `json:"moreViolations,omitempty"`
	// NotJudged says what was not judged, and why.
	NotJudged []NotJudged `json:"notJudged,omitempty"`
	// Events are the heads of HTTP, the frames and the ends of TCP, if they were asked for.
	Events []Event `json:"events,omitempty"`

	// Heads are the heads of HTTP, in which secrets can be: for [Options.Hide] alone.
	Heads [][]byte `json:"-"`
}

// A Side counts what one side sent.
type Side struct {
	// Octets are those on the wire, also the ones that are not in the file, but for frames
	// that a run left out of its transcript. Messages alone are known of an archive of a
	// browser: then Frames is 0.
	Octets   int64 `json:"octets"`
	Frames   int64 `json:"frames"`
	Messages int64 `json:"messages"`
}

// A Violation is a rule that one side broke.
type Violation struct {
	// Microseconds is the time since the connection began.
	Microseconds int64 `json:"t"`
	// Sender is the role of who broke it: "client" or "server".
	Sender string `json:"sender"`
	// Requirement is the id of what it broke, Clause its place: "RFC 6455 5.2".
	Requirement string `json:"requirement"`
	Clause      string `json:"clause"`
	// What says what was seen.
	What string `json:"what"`
	// Octet is the index of the first wrong octet in all that the sender sent, from 0; -1
	// if that is unknown. Message is the number of the message in an archive of a browser,
	// from 1.
	Octet   int64 `json:"octet"`
	Message int   `json:"message,omitempty"`
}

// NotJudged says that something was not judged.
type NotJudged struct {
	// Sender is the role of whose octets these are; empty if it is both.
	Sender string `json:"sender,omitempty"`
	// Octet is where in all that it sent this begins, -1 if unknown; Rest says that it goes up
	// to the end.
	Octet int64 `json:"octet"`
	Rest  bool  `json:"rest,omitempty"`
	// Times is how often it is so.
	Times int `json:"times"`
	// Why is a clause that completes "not judged: ".
	Why string `json:"why"`
}

// An Event is one thing that a side sent or did.
type Event struct {
	Microseconds int64  `json:"t"`
	Sender       string `json:"sender"`
	Octet        int64  `json:"octet"`
	Text         string `json:"text"`
}

// A Kind says why nothing of a connection was judged.
type Kind string

// The kinds.
const (
	// TLS: what is in it cannot be read.
	TLS Kind = "TLS"
	// Middle: the opening handshake is not in the file. The octets could be frames.
	Middle Kind = "begins in the middle"
	// HTTP2: it begins with the preface of HTTP/2.
	HTTP2 Kind = "HTTP/2"
	// PlainHTTP: no request asks for WebSocket.
	PlainHTTP Kind = "HTTP without WebSocket"
	// Other: anything else.
	Other Kind = "not HTTP"
)

// Others are the connections of one kind.
type Others struct {
	Kind  Kind `json:"kind"`
	Count int  `json:"count"`
	// Examples are the first few.
	Examples []string `json:"examples,omitempty"`
}

// Options say what is judged and kept. The zero value judges both sides.
type Options struct {
	// Only is the role of the senders whose violations count; zero means both.
	Only wire.Role
	// Events: keep those of each connection, up to about 100,000 of a file.
	Events bool
	// Watch, if set, is called for each connection. What it returns is told of each entry of
	// that connection as it comes. Entries are valid until it returns.
	Watch func() func(passive.Entry)
	// Hide, if set, is called with each connection before it is kept: to remove secrets.
	Hide func(*Connection)
}

func (o Options) counts(sender wire.Role) bool { return o.Only == 0 || o.Only == sender }

// How much is kept.
const (
	mostViolations  = 100
	mostConnections = 10_000
	mostEvents      = 100_000
	mostExamples    = 5
	mostHeads       = 16
	mostOfHead      = 64 << 10
	mostText        = 1 << 10
	mostEnds        = 8
	mostNotJudged   = 20
)
