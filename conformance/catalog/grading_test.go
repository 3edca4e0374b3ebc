package catalog_test

import (
	"bufio"
	"io"
	"net"
	"slices"
	"strings"
	"testing"

	c "github.com/wsspec/wsspec/conformance"
	"github.com/wsspec/wsspec/conformance/catalog"
	"github.com/wsspec/wsspec/ref/wire"
)

// What a server does with a request that it has read up to the empty line.
type served func(conn net.Conn, request []byte)

// Where the RFCs leave room, or are read in two ways, no reading fails: what
// conforming servers do is a warning at most, and what none may do still fails.
func TestGradings(t *testing.T) {
	for _, tt := range []struct {
		id, peer string
		server   served
		want     c.Verdict
	}{
		// RFC 6455 4.2.1 asks for "a |Host| header field"; that a second one has to
		// be refused stands in RFC 7230 only.
		{"rfc6455/4.2.1/22", "opens the connection", echoServer, c.Warn},
		{"rfc6455/4.2.1/23", "opens the connection", echoServer, c.Warn},
		{"rfc6455/4.2.1/21", "opens the connection without any Host", echoServer, c.Fail},

		// Two keys: which of them Sec-WebSocket-Accept is made from is not said.
		{"rfc6455/11.3.1/2", "takes the first key", echoServer, c.Warn},
		{"rfc6455/11.3.1/2", "takes the last key", acceptsKey(func(keys []string) string { return keys[len(keys)-1] }), c.Warn},
		{"rfc6455/11.3.1/2", "joins the keys", acceptsKey(func(keys []string) string { return strings.Join(keys, ",") }), c.Warn},
		{"rfc6455/11.3.1/2", "joins the keys with a space", acceptsKey(func(keys []string) string { return strings.Join(keys, ", ") }), c.Warn},
		{"rfc6455/11.3.1/2", "takes a key that nobody sent", acceptsKey(func([]string) string { return "AAAAAAAAAAAAAAAAAAAAAA==" }), c.Fail},
		{"1.1.1", "takes a key that nobody sent", acceptsKey(func([]string) string { return "AAAAAAAAAAAAAAAAAAAAAA==" }), c.Fail},

		// Whoever may refuse may also close TCP: the HTTP answer is a SHOULD (10.7).
		{"rfc6455/4.2.2/8", "closes TCP", closes, c.Warn},
		{"rfc6455/4.3/14", "closes TCP", closes, c.Warn},
		{"rfc6455/4.3/16", "closes TCP", closes, c.Warn},
		{"rfc6455/11.3.4/1", "closes TCP", closes, c.Warn},
		{"rfc6455/4.2.1/50", "closes TCP on a list that it has to read", closes, c.Fail},

		// "the most significant bit MUST be 0" (5.2) binds the sender.
		{"rfc6455/5.2/42", "waits for the octets", answers(nil), c.Warn},
		{"rfc6455/5.2/42", "fails with 1002", answers(closeFrame(1002), hangUp), c.Pass},
		{"rfc6455/5.2/42", "fails with 1009", answers(closeFrame(1009), hangUp), c.Pass},
		{"rfc6455/5.2/43", "closes TCP", answers(nil, hangUp), c.Pass},
		{"rfc6455/5.2/43", "takes the length for another", answers(textFrame("beginning", 2)), c.Fail},

		// Codes that were registered after the RFC.
		{"rfc6455/7.4/10", "repeats the code", answers(closeFrame(1014), hangUp), c.Pass},
		{"rfc6455/7.4/10", "answers without a code", answers([]byte{0x88, 0}, hangUp), c.Pass},
		{"rfc6455/7.4/10", "does not know the code", answers(closeFrame(1002), hangUp), c.Warn},
		{"rfc6455/7.4/10", "does not know the code, and closes TCP", answers(nil, hangUp), c.Warn},
		{"rfc6455/7.4/10", "stays silent", answers(nil), c.Fail},

		// A limit on the size of messages is what 10.4 asks for.
		{"9.1.4", "has a limit", answers(closeFrame(1009), hangUp), c.Warn},
		{"9.4.1", "has a limit", answers(closeFrame(1009), hangUp), c.Warn},
		{"9.1.4", "finds a message of 4 MiB wrong", answers(closeFrame(1002), hangUp), c.Fail},
		{"9.1.4", "closes without a code", answers([]byte{0x88, 0}, hangUp), c.Fail},
		{"9.1.4", "closes TCP", answers(nil, hangUp), c.Fail},
		{"9.7.2", "takes a message of 16 octets for too large", answers(closeFrame(1009), hangUp), c.Fail},
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

func closes(net.Conn, []byte) {}

// acceptsKey opens the connection with the key that choose makes of those of the
// request.
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

// hangUp makes a server close TCP behind its answer.
const hangUp = true

// answers opens the connection, and on the first octets that come sends others.
// It then hangs up, or takes what comes until the client does.
func answers(octets []byte, then ...bool) served {
	return func(conn net.Conn, request []byte) {
		answer(conn, request)
		in := bufio.NewReader(conn)
		if _, err := in.Peek(2); err != nil {
			return
		}
		_, _ = conn.Write(octets)
		if slices.Contains(then, hangUp) {
			_ = conn.(*replayed).Conn.(*net.TCPConn).CloseWrite()
			_, _ = io.Copy(io.Discard, in)
			return
		}
		_, _ = io.Copy(io.Discard, in)
	}
}

func closeFrame(code uint16) []byte { return []byte{0x88, 2, byte(code >> 8), byte(code)} }

func textFrame(s string, opcode byte) []byte {
	return append([]byte{0x80 | opcode, byte(len(s))}, s...)
}
