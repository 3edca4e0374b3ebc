package catalog_test

import (
	"bufio"
	"io"
	"net"
	"slices"
	"strings"
	"testing"

	"github.com/wsspec/wsspec/conformance/catalog"
	c "github.com/wsspec/wsspec/conformance/script"
	"github.com/wsspec/wsspec/conformance/verdict"
	"github.com/wsspec/wsspec/ref/wire"
)

// served is what a server does after it has read a request up to the empty line.
type served func(conn net.Conn, request []byte)

// Where the RFCs leave room or can be read in two ways, a server that follows either
// reading gets a warning at most. What no server may do still fails.
func TestGradings(t *testing.T) {
	for _, tt := range []struct {
		id, peer string
		server   served
		want     verdict.Verdict
	}{
		// RFC 6455 4.2.1 requires "a |Host| header field". Only RFC 7230 requires that
		// a server refuses a second one.
		{"rfc6455/4.2.1/22", "opens the connection", echoServer, verdict.Warn},
		{"rfc6455/4.2.1/23", "opens the connection", echoServer, verdict.Warn},
		{"rfc6455/4.2.1/21", "opens the connection without any Host", echoServer, verdict.Fail},

		// Two keys: the RFC does not say which of them Sec-WebSocket-Accept is made from.
		{"rfc6455/11.3.1/2", "takes the first key", echoServer, verdict.Warn},
		{"rfc6455/11.3.1/2", "takes the last key", acceptsKey(func(keys []string) string { return keys[len(keys)-1] }), verdict.Warn},
		{"rfc6455/11.3.1/2", "joins the keys", acceptsKey(func(keys []string) string { return strings.Join(keys, ",") }), verdict.Warn},
		{"rfc6455/11.3.1/2", "joins the keys with a space", acceptsKey(func(keys []string) string { return strings.Join(keys, ", ") }), verdict.Warn},
		{"rfc6455/11.3.1/2", "takes a key that nobody sent", acceptsKey(func([]string) string { return "AAAAAAAAAAAAAAAAAAAAAA==" }), verdict.Fail},
		{"1.1.1", "takes a key that nobody sent", acceptsKey(func([]string) string { return "AAAAAAAAAAAAAAAAAAAAAA==" }), verdict.Fail},

		// A server that may refuse may also close TCP: the HTTP response is a SHOULD (10.7).
		{"rfc6455/4.2.2/8", "closes TCP", closes, verdict.Warn},
		{"rfc6455/4.3/14", "closes TCP", closes, verdict.Warn},
		{"rfc6455/4.3/16", "closes TCP", closes, verdict.Warn},
		{"rfc6455/11.3.4/1", "closes TCP", closes, verdict.Warn},
		{"rfc6455/4.2.1/50", "closes TCP on a list that it has to read", closes, verdict.Fail},

		// "the most significant bit MUST be 0" (5.2) is a rule for the sender.
		{"rfc6455/5.2/42", "waits for the octets", answers(nil), verdict.Warn},
		{"rfc6455/5.2/42", "fails with 1002", answers(closeFrame(1002), hangUp), verdict.Pass},
		{"rfc6455/5.2/42", "fails with 1009", answers(closeFrame(1009), hangUp), verdict.Pass},
		{"rfc6455/5.2/43", "closes TCP", answers(nil, hangUp), verdict.Pass},
		{"rfc6455/5.2/43", "takes the length for another", answers(textFrame("beginning", 2)), verdict.Fail},

		// A Close frame is a SHOULD where the connection is failed (7.1.7), and so is
		// its code.
		{"rfc6455/7.1.7/1", "sends Close 1002", answers(closeFrame(1002), hangUp), verdict.Pass},
		{"rfc6455/7.1.7/1", "closes TCP", answers(nil, hangUp), verdict.Warn},
		{"rfc6455/7.1.7/1", "sends Close without a code", answers([]byte{0x88, 0}, hangUp), verdict.Warn},
		{"rfc6455/7.1.7/1", "sends another code", answers(closeFrame(1011), hangUp), verdict.Warn},
		{"rfc6455/7.1.7/1", "stays silent", answers(nil), verdict.Fail},
		{"4.1.1", "closes TCP", answers(nil, hangUp), verdict.Pass},

		// An answer to an unsolicited pong "is not expected" (5.5.3).
		{"rfc6455/5.5/14", "answers pongs with pongs", pongForPong(true), verdict.Warn},
		{"rfc6455/5.5/14", "ignores pongs", pongForPong(false), verdict.Pass},

		// A refusal without a list of versions is one defect, and counted once.
		{"rfc6455/4.2.2/7", "refuses without the versions it knows", says("HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n"), verdict.Fail},
		{"rfc6455/4.4/1", "refuses without the versions it knows", says("HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n"), verdict.Pass},
		{"rfc6455/4.4/1", "lists the version that it refuses", says("HTTP/1.1 400 Bad Request\r\nSec-WebSocket-Version: 25, 13\r\nContent-Length: 0\r\n\r\n"), verdict.Fail},

		// Codes that were registered after RFC 6455.
		{"rfc6455/7.4/10", "repeats the code", answers(closeFrame(1014), hangUp), verdict.Pass},
		{"rfc6455/7.4/10", "answers without a code", answers([]byte{0x88, 0}, hangUp), verdict.Pass},
		{"rfc6455/7.4/10", "does not know the code", answers(closeFrame(1002), hangUp), verdict.Warn},
		{"rfc6455/7.4/10", "does not know the code, and closes TCP", answers(nil, hangUp), verdict.Warn},
		{"rfc6455/7.4/10", "stays silent", answers(nil), verdict.Fail},

		// RFC 6455 10.4 says that an endpoint SHOULD limit the size of messages.
		{"9.1.4", "has a limit", answers(closeFrame(1009), hangUp), verdict.Warn},
		{"9.4.1", "has a limit", answers(closeFrame(1009), hangUp), verdict.Warn},
		{"9.1.4", "finds a message of 4 MiB wrong", answers(closeFrame(1002), hangUp), verdict.Fail},
		{"9.1.4", "closes without a code", answers([]byte{0x88, 0}, hangUp), verdict.Fail},
		{"9.1.4", "closes TCP", answers(nil, hangUp), verdict.Fail},
		{"9.7.2", "takes a message of 16 octets for too large", answers(closeFrame(1009), hangUp), verdict.Fail},
	} {
		t.Run(tt.id+" "+tt.peer, func(t *testing.T) {
			t.Parallel()
			r := runServer(t, []*c.Case{catalog.ByID(tt.id)}, tt.server)[0]
			if r.Verdict != tt.want {
				t.Errorf("%s (%s) is %s for a server that %s, want %s: %s", tt.id, r.Case.Title, r.Verdict, tt.peer, tt.want, r.Explanation)
			}
		})
	}
}

func echoServer(conn net.Conn, request []byte) {
	answer(conn, request)
	(&simple{conn: conn, role: wire.RoleServer}).echo()
}

// pongForPong echoes, and answers pongs with pongs or not at all.
func pongForPong(answersPongs bool) served {
	return func(conn net.Conn, request []byte) {
		answer(conn, request)
		p := &simple{conn: conn, role: wire.RoleServer, ignoresPongs: !answersPongs}
		p.echo()
	}
}

func closes(net.Conn, []byte) {}

// acceptsKey opens the connection with the key that choose returns for the keys of
// the request.
func acceptsKey(choose func(keys []string) string) served {
	return func(conn net.Conn, request []byte) {
		var keys []string
		for line := range strings.Lines(string(request)) {
			if name, value, ok := strings.Cut(line, ":"); ok && strings.EqualFold(name, "Sec-WebSocket-Key") {
				keys = append(keys, strings.TrimSpace(value))
			}
		}
		echoServer(conn, []byte("Sec-WebSocket-Key: "+choose(keys)+"\r\n"))
	}
}

// hangUp makes a server close the TCP connection after its answer.
const hangUp = true

// answers opens the connection and sends octets as soon as it receives any. It then
// hangs up, or reads until the client hangs up.
func answers(octets []byte, then ...bool) served {
	return func(conn net.Conn, request []byte) {
		answer(conn, request)
		reacts(conn, octets, slices.Contains(then, hangUp))
	}
}

// reacts sends octets on the first ones that come. It then hangs up, or takes what
// comes until the other end does.
func reacts(conn net.Conn, octets []byte, hangsUp bool) {
	in := bufio.NewReader(conn)
	if _, err := in.Peek(2); err != nil {
		return
	}
	_, _ = conn.Write(octets)
	if hangsUp {
		_ = conn.(*replayed).Conn.(*net.TCPConn).CloseWrite()
	}
	_, _ = io.Copy(io.Discard, in)
}

func closeFrame(code uint16) []byte { return []byte{0x88, 2, byte(code >> 8), byte(code)} }

func textFrame(s string, opcode byte) []byte {
	return append([]byte{0x80 | opcode, byte(len(s))}, s...)
}
