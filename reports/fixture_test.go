package reports

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"time"
)

// hostile is what a peer or a careless title may put into a report: the ends of
// a script and of a CDATA section, a NUL, an escape sequence, octets that are no
// UTF-8, and a character that XML 1.0 does not allow.
const hostile = "</script><script>alert(1)</script> ]]> \x00 \x1b[31m \xff\xfe \uFFFF <b>&amp;"

func ptr[T any](v T) *T { return &v }

// sample is a small report that has every kind of thing in it: two agents, both
// roles, every verdict, a flaky case, hostile text, cut octets and statistics.
func sample() *Report {
	r := &Report{
		Tool:       Tool{Name: "wsspec", Version: "v0.1.0"},
		Started:    time.Date(2026, 3, 14, 15, 9, 26, 0, time.UTC),
		DurationMs: 1234.5,
		Profile:    "quick",
		Command:    []string{"wsspec", "server", "ws://localhost:9001/echo?a=1&b='x'", "--agent", "alpha", "--run", "[1-7].*", "--quiet", "--slow=2", "--skip=7.*", "--out", "reports/out"},
		Targets: []Target{
			{Agent: "alpha", Role: Server, URL: "ws://localhost:9001/echo?a=1&b='x'"},
			{Agent: "beta", Role: Server, URL: "ws://localhost:9002/"},
			{Agent: "beta", Role: Client, URL: "ws://localhost:9003/"},
		},
		Results: []Result{
			passing("alpha", Server, "1.1.1", "an empty text message"),
			passing("alpha", Server, "1.1.10", "a text message, later in the section"),
			failing("alpha", Server, "2.7"),
			warning("alpha", Server, "3.2"),
			failing("alpha", Server, "rfc6455/4.2.1/3"),
			passing("beta", Server, "1.1.1", "an empty text message"),
			hostileResult("beta", Server, "2.7"),
			skipped("beta", Server, "12.1.1"),
			performance("beta", Server, "9.1.1"),
			passing("beta", Client, "1.1.1", "an empty text message"),
			broken("beta", Client, "robust/slow-handshake"),
		},
		Clauses: map[string]Clause{
			"RFC6455-5.5-2":   {RFC: 6455, Section: "5.5", Level: "MUST", Summary: "A control frame carries at most 125 octets and is not fragmented."},
			"RFC6455-5.2-3":   {RFC: 6455, Section: "5.2", Level: "MUST", Summary: "RSV bits that no extension uses are 0, else the connection fails."},
			"RFC6455-5.6-1":   {RFC: 6455, Section: "5.6", Level: "MUST", Summary: "A text message is UTF-8 as a whole."},
			"RFC6455-4.2.1-3": {RFC: 6455, Section: "4.2.1", Level: "MUST NOT", Summary: hostile},
		},
	}
	r.AddGoTest(Server, "2.7", "package websocket_test\n\n// </pre><script>alert(1)</script>\nfunc Test2_7() {}\n\n", goTestCode)
	r.AddGoTest(Server, "3.2", "package websocket_test\n\nfunc Test3_2() {}\n\n", goTestCode)
	r.AddGoTest(Client, "2.7", "package websocket_test\n\nfunc Test2_7() {}\n\n", goTestCode+"func other() {}\n")
	r.Faults = faultMatrix().Counts()
	return r
}

// goTestCode stands for what Go tests of cases share.
const goTestCode = "// From here on the code is the same for every case.\n\nvar a = `\t<&\"`\n"

func passing(agent string, role Role, id, title string) Result {
	return Result{
		Agent: agent, Role: role, ID: id, Title: title, Level: Must, Requirements: []string{"RFC6455-5.6-1"},
		Verdict: Pass, Behavior: OK, BehaviorClose: CloseOK, RemoteCloseCode: ptr(1000),
		DurationMs: 0.75, Attempts: 1,
		Expected:    []Outcome{{OK, []string{"text message of 0 octets"}}},
		Observed:    []string{"text message of 0 octets"},
		Explanation: "The message came back as it was sent.",
		Transcript:  conversation(),
	}
}

// conversation is a handshake, a message and its echo, a Close and its answer.
func conversation() []Entry {
	request := []byte("GET /echo HTTP/1.1\r\nHost: localhost:9001\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n")
	response := []byte("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n")
	frame := func(t int64, dir Direction, text string, f Frame, octets string) Entry {
		return Entry{T: t, Dir: dir, Kind: KindFrame, Text: text, Frame: &f, Octets: []byte(octets), Length: int64(len(octets))}
	}
	return []Entry{
		{T: 0, Dir: Note, Kind: KindConnect, Text: "connected to localhost:9001"},
		{T: 40, Dir: Sent, Kind: KindRequest, Text: "GET /echo HTTP/1.1", Octets: request, Length: int64(len(request))},
		{T: 310, Dir: Received, Kind: KindResponse, Text: "HTTP/1.1 101 Switching Protocols", Octets: response, Length: int64(len(response))},
		frame(350, Sent, "text frame, 5 octets", Frame{Fin: true, Opcode: 1, Masked: true, MaskKey: "37fa213d", Form: 7, Length: 5}, "\x81\x85\x37\xfa\x21\x3d\x7f\x9f\x4d\x51\x58"),
		frame(520, Received, "text frame, 5 octets", Frame{Fin: true, Opcode: 1, Form: 7, Length: 5}, "\x81\x05Hello"),
		frame(560, Sent, "Close 1000", Frame{Fin: true, Opcode: 8, Masked: true, MaskKey: "00000000", Form: 7, Length: 2}, "\x88\x82\x00\x00\x00\x00\x03\xe8"),
		frame(720, Received, "Close 1000", Frame{Fin: true, Opcode: 8, Form: 7, Length: 2}, "\x88\x02\x03\xe8"),
		{T: 745, Dir: Received, Kind: KindEOF, Text: "the peer closed the connection"},
	}
}

func failing(agent string, role Role, id string) Result {
	r := passing(agent, role, id, "a ping of 126 octets")
	r.Requirements = []string{"RFC6455-5.5-2", "RFC6455-4.2.1-3"}
	r.Verdict, r.Behavior, r.BehaviorClose, r.RemoteCloseCode = Fail, Failed, CloseWrongCode, ptr(1000)
	r.Attempts = 2
	r.Expected = []Outcome{
		{OK, []string{"the peer fails the connection with 1002"}},
		{NonStrict, []string{"the peer drops the connection"}},
	}
	r.Observed = []string{"pong of 126 octets", "Close 1000"}
	r.Explanation = "The peer answered a ping of 126 octets with a pong."
	r.LikelyCause = "Likely cause: the peer takes control frames of any length."
	r.Departs = &Departure{Entry: 4, Octet: 1}
	return r
}

func warning(agent string, role Role, id string) Result {
	r := passing(agent, role, id, "a text frame, one with RSV2 set, a ping")
	r.Level = Should
	r.Requirements = []string{"RFC6455-5.2-3"}
	r.Verdict, r.Behavior, r.RemoteCloseCode, r.Flaky, r.Attempts = Warn, NonStrict, nil, true, 2
	r.Explanation = "The peer failed the connection, but before it echoed the first message."
	return r
}

func hostileResult(agent string, role Role, id string) Result {
	r := failing(agent, role, id)
	r.Title, r.Explanation = hostile, hostile
	r.Observed = []string{hostile}
	r.Expected = []Outcome{{OK, []string{hostile}}}
	octets := []byte(hostile)
	r.Transcript = []Entry{
		{T: 5, Dir: Received, Kind: KindOctets, Text: hostile, Octets: octets, Length: int64(len(octets))},
		{T: 6, Dir: Received, Kind: KindFrame, Text: "a length with the top bit set", Frame: &Frame{RSV: 7, Opcode: 15, Form: 64, Length: 1<<64 - 1}, Octets: []byte("\x7f\x7f\xff\xff\xff\xff\xff\xff\xff\xff"), Length: 10},
		cut(7, 100<<20),
		{T: 8, Dir: Received, Kind: KindReset, Text: "connection reset"},
	}
	r.Departs = nil
	return r
}

// cut is a frame of so many octets of which the first 256 were kept.
func cut(t int64, length int64) Entry {
	kept := bytes.Repeat([]byte{'*'}, 256)
	sum := sha256.Sum256(fmt.Append(kept, length))
	return Entry{T: t, Dir: Received, Kind: KindFrame, Text: "binary frame", Frame: &Frame{Fin: true, Opcode: 2, Form: 64, Length: uint64(length) - 10},
		Octets: kept, Length: length, SHA256: hex.EncodeToString(sum[:])}
}

func skipped(agent string, role Role, id string) Result {
	return Result{Agent: agent, Role: role, ID: id, Title: "a compressed message", Level: May, Verdict: Skip,
		Behavior: Unimplemented, Explanation: "The peer does not offer permessage-deflate."}
}

func performance(agent string, role Role, id string) Result {
	r := passing(agent, role, id, "a text message of 64 KiB")
	r.Verdict, r.Behavior, r.BehaviorClose, r.Level = Pass, Informational, CloseInformational, LevelInformational
	r.Stats = &Stats{MessageOctets: 65536, Messages: 1, ElapsedMs: 1.25, SentPayloadOctets: 65536, SentWireOctets: 65544, ReceivedPayloadOctets: 65536, ReceivedWireOctets: 65540}
	return r
}

func broken(agent string, role Role, id string) Result {
	return Result{Agent: agent, Role: role, ID: id, Title: "a handshake in single octets", Level: Must, Verdict: Error,
		Attempts: 1, Explanation: "The harness ran out of file descriptors."}
}
