// Package differential sends the same octets to echo servers that use the reference
// and other libraries, and compares their reactions with the executable specification.
package differential

import (
	"bufio"
	"bytes"
	"context"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/iotest"
	"time"
	"unicode/utf8"

	coder "github.com/coder/websocket"
	"github.com/gobwas/ws"
	"github.com/gobwas/ws/wsutil"
	gorilla "github.com/gorilla/websocket"
	"github.com/lxzan/gws"

	"github.com/wsspec/wsspec/conformance/oracle"
	"github.com/wsspec/wsspec/internal/fuzzcorpus"
	"github.com/wsspec/wsspec/ref"
	"github.com/wsspec/wsspec/ref/wire"
)

// servers lists the servers. Each uses the echo loop of its library's documentation.
var servers = []struct {
	name  string
	serve http.HandlerFunc
	// known lists the normalised deviations that are known; others are findings. The
	// cases of the catalogue show all of them except cutShort, because no case ends
	// TCP and then continues to read.
	known []string
}{
	{"ref", ref.EchoHandler(nil).ServeHTTP, nil},
	{"gorilla", serveGorilla, []string{laterCodes}},
	{"gobwas", serveGobwas, append(cutShort, laterCodes)},
	{"coder", serveCoder, append(cutShort, "a Close frame with a reason that is not valid UTF-8 came: RFC6455-8.1-2")},
	{"gws", serveGWS, []string{laterCodes}},
}

// cutShort is the deviation of a server that treats a message as complete although TCP
// ended inside it.
var cutShort = []string{
	"text message came, but no echo is expected: RFC6455-7.2.1-3",
	"binary message came, but no echo is expected: RFC6455-7.2.1-3",
}

// laterCodes is the deviation of a server that rejects the codes 1012 to 1014 in a
// Close frame. They were registered after RFC 6455 (11.7).
const laterCodes = "Close 1002 came: RFC6455-5.5.1-7"

// ambiguous matches the deviation for a Close frame with two mistakes: a code that must
// not be sent, and a reason that is not UTF-8. A server may report either of them.
var ambiguous = regexp.MustCompile(`^Close 1007 came: RFC6455-7\.4\.`)

// FuzzDifferential sends octets to the servers, in one piece and octet by octet, starting
// with the corpus of FuzzFrameStream and with the cases of the catalogue in other shapes. The oracle must allow the reactions of the reference, and those of
// the other libraries except for known deviations. A deviation counts only if it occurs
// each time, so that the scheduling of a library's goroutines is not a finding.
func FuzzDifferential(f *testing.F) {
	shared, err := fuzzcorpus.Read("../../../fuzz/frames/testdata/fuzz/FuzzFrameStream")
	if err != nil {
		f.Fatal(err)
	}
	for _, data := range shared {
		if len(data) > 2 && data[0]&1 == 0 {
			f.Add(data[2:]) // octets for a server, without the configuration
		}
	}
	for _, octets := range shapedSeeds() {
		f.Add(octets)
	}
	deviations := make(map[string]int)
	f.Fuzz(func(t *testing.T, octets []byte) {
		if len(octets) > mostOctets {
			return
		}
		for _, s := range servers {
			key, why := durable(s.serve, octets)
			if why == "" {
				continue
			}
			if slices.Contains(s.known, key) || ambiguous.MatchString(key) {
				deviations[s.name+" "+key]++
				continue
			}
			t.Errorf("%s: % x\n%s\n(%s)", s.name, octets, why, key)
		}
	})
	f.Logf("known deviations: %v", deviations)
}

// durable returns the server's deviation if it deviates three times out of three, in one
// piece or octet by octet.
func durable(serve http.HandlerFunc, octets []byte) (key, why string) {
	for _, pieces := range []func(io.Reader) io.Reader{whole, iotest.OneByteReader} {
		for range 3 {
			if key, why = deviation(serve, octets, pieces); why == "" {
				break
			}
		}
		if why != "" {
			return key, why
		}
	}
	return "", ""
}

// whole leaves octets in one piece.
func whole(r io.Reader) io.Reader { return r }

// details matches the parts of a deviation that depend on the payloads.
var details = regexp.MustCompile(`"(?:[^"\\]|\\.)*"|\(?RFC[0-9]+-[0-9.]+-[0-9A-Z]+\)?|\([0-9]+ octets\)|…|,? but only this is allowed:.*|, but the expected echo is.*`)

// normalised returns a deviation without its payloads, and the requirement for the
// ending that the octets demand.
func normalised(why string, permitted *oracle.Permitted) string {
	return strings.Join(strings.Fields(details.ReplaceAllString(why, "")), " ") + ": " + permitted.Endings[0].Requires
}

// deviation sends the octets once and returns how the server deviates from the oracle.
// Both results are empty if it does not.
func deviation(serve http.HandlerFunc, octets []byte, pieces func(io.Reader) io.Reader) (key, why string) {
	subject := oracle.Subject{Role: wire.RoleServer}
	// A Close frame after the octets ends the connection cleanly. Inside a frame, it
	// would be payload; then TCP ends there, and the reaction to that is not judged.
	judgeEnd := endsBetweenFrames(octets)
	if judgeEnd {
		octets = append(slices.Clone(octets), 0x88, 0x82, 0, 0, 0, 0, 0x03, 0xe8)
	}
	permitted := oracle.Of(subject, octets)
	events, why := observe(serve, pieces(bytes.NewReader(octets)))
	if why != "" {
		return normalised(why, permitted), why
	}
	if judgeEnd {
		events = append(events, oracle.Event{Kind: oracle.EOF})
	} else if n := len(events); n > 0 && events[n-1].Kind == oracle.Close {
		events = events[:n-1]
	}
	if ok, why := permitted.Permits(oracle.Observation{Events: events, Final: judgeEnd}); !ok {
		return normalised(why, permitted), why
	}
	return "", ""
}

// endsBetweenFrames reports whether the last frame is complete, or is invalid.
func endsBetweenFrames(octets []byte) bool {
	for len(octets) > 0 {
		h, n, err := wire.ParseHeader(octets)
		if err != nil {
			return err != wire.ErrShort && len(octets) >= wire.MaxHeaderLen
		}
		if h.Length > uint64(len(octets)-n) {
			return false
		}
		octets = octets[n+int(h.Length):]
	}
	return true
}

// observe opens a connection in memory, sends the octets and the end of TCP to the
// server, and returns what the server sent until it ended.
func observe(serve http.HandlerFunc, octets io.Reader) (events []oracle.Event, why string) {
	conn := &connection{in: octets, closed: make(chan struct{})}
	w := &hijackable{ResponseRecorder: httptest.NewRecorder(), conn: conn}
	r := httptest.NewRequest(http.MethodGet, "http://example.com/", nil)
	for name, value := range map[string]string{
		"Upgrade": "websocket", "Connection": "Upgrade",
		"Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==", "Sec-WebSocket-Version": "13",
	} {
		r.Header.Set(name, value)
	}
	func() {
		// net/http also recovers and closes the connection.
		defer func() { _ = recover() }()
		serve(w, r)
	}()
	out := conn.written()
	if bytes.HasPrefix(out, []byte("HTTP/")) {
		_, n, err := wire.ParseResponse(out)
		if err != nil {
			return nil, "the handshake: " + err.Error()
		}
		out = out[n:]
	}
	return read(out)
}

// read turns frames into events. It joins fragments.
func read(out []byte) (events []oracle.Event, why string) {
	var message *oracle.Event
	for len(out) > 0 {
		h, n, err := wire.ParseHeader(out)
		if err != nil || h.Length > uint64(len(out)-n) {
			return nil, "the server sent part of a frame"
		}
		payload := out[n : n+int(h.Length)]
		out = out[n+int(h.Length):]
		if v := wire.Check(h, wire.FrameState{Sender: wire.RoleServer, InMessage: message != nil}); v != nil {
			return nil, "the server sent a " + v.Error()
		}
		switch h.Opcode {
		case wire.OpPing:
			events = append(events, oracle.Event{Kind: oracle.Ping, Payload: payload})
		case wire.OpPong:
			events = append(events, oracle.Event{Kind: oracle.Pong, Payload: payload})
		case wire.OpClose:
			events = append(events, oracle.Event{Kind: oracle.Close, Payload: payload})
		default:
			if message == nil {
				message = &oracle.Event{Kind: oracle.Message, Opcode: h.Opcode}
			}
			message.Payload = append(message.Payload, payload...)
			if h.Fin {
				events = append(events, *message)
				message = nil
			}
		}
	}
	return events, ""
}

// A connection is the server's end of a TCP connection in memory. All input and the
// end of TCP are available from the start.
type connection struct {
	in     io.Reader
	once   sync.Once
	closed chan struct{}
	mu     sync.Mutex
	out    bytes.Buffer
}

func (c *connection) Read(p []byte) (int, error) {
	select {
	case <-c.closed:
		return 0, net.ErrClosed
	default:
		return c.in.Read(p)
	}
}

func (c *connection) Write(p []byte) (int, error) {
	select {
	case <-c.closed:
		return 0, net.ErrClosed
	default:
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.out.Write(p)
}

func (c *connection) written() []byte {
	c.mu.Lock()
	defer c.mu.Unlock()
	return bytes.Clone(c.out.Bytes())
}

func (c *connection) Close() error {
	c.once.Do(func() { close(c.closed) })
	return nil
}

func (c *connection) LocalAddr() net.Addr              { return address{} }
func (c *connection) RemoteAddr() net.Addr             { return address{} }
func (c *connection) SetDeadline(time.Time) error      { return nil }
func (c *connection) SetReadDeadline(time.Time) error  { return nil }
func (c *connection) SetWriteDeadline(time.Time) error { return nil }

type address struct{}

func (address) Network() string { return "memory" }
func (address) String() string  { return "memory" }

// A hijackable is the response writer for the handlers.
type hijackable struct {
	*httptest.ResponseRecorder
	conn net.Conn
}

func (h *hijackable) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	return h.conn, bufio.NewReadWriter(bufio.NewReader(h.conn), bufio.NewWriter(h.conn)), nil
}

var gorillaUpgrader = gorilla.Upgrader{CheckOrigin: func(*http.Request) bool { return true }}

func serveGorilla(w http.ResponseWriter, r *http.Request) {
	conn, err := gorillaUpgrader.Upgrade(w, r, nil)
	if err != nil {
		return
	}
	defer conn.Close()
	for {
		messageType, message, err := conn.ReadMessage()
		if err != nil {
			return
		}
		if messageType == gorilla.TextMessage && !utf8.Valid(message) {
			// The documentation leaves the check to the application.
			_ = conn.WriteMessage(gorilla.CloseMessage, gorilla.FormatCloseMessage(gorilla.CloseInvalidFramePayloadData, ""))
			return
		}
		if err := conn.WriteMessage(messageType, message); err != nil {
			return
		}
	}
}

func serveGobwas(w http.ResponseWriter, r *http.Request) {
	conn, rw, _, err := ws.UpgradeHTTP(r, w)
	if err != nil {
		return
	}
	defer conn.Close()
	both := struct {
		io.Reader
		io.Writer
	}{rw, conn}
	for {
		message, opcode, err := wsutil.ReadClientData(both)
		if err != nil {
			return
		}
		if err := wsutil.WriteServerMessage(both, opcode, message); err != nil {
			return
		}
	}
}

func serveCoder(w http.ResponseWriter, r *http.Request) {
	conn, err := coder.Accept(w, r, &coder.AcceptOptions{InsecureSkipVerify: true}) // the origin check, not TLS
	if err != nil {
		return
	}
	defer conn.CloseNow()
	conn.SetReadLimit(1 << 20)
	for {
		messageType, message, err := conn.Read(context.Background())
		if err != nil {
			return
		}
		if messageType == coder.MessageText && !utf8.Valid(message) {
			_ = conn.Close(coder.StatusInvalidFramePayloadData, "") // as above
			return
		}
		if err := conn.Write(context.Background(), messageType, message); err != nil {
			return
		}
	}
}

type gwsEcho struct{ gws.BuiltinEventHandler }

func (gwsEcho) OnPing(conn *gws.Conn, payload []byte) { _ = conn.WritePong(payload) } // a lost connection ends the loop

func (gwsEcho) OnMessage(conn *gws.Conn, message *gws.Message) {
	defer message.Close()
	_ = conn.WriteMessage(message.Opcode, message.Bytes()) // as above
}

var gwsUpgrader = gws.NewUpgrader(gwsEcho{}, &gws.ServerOption{CheckUtf8Enabled: true, Recovery: gws.Recovery})

func serveGWS(w http.ResponseWriter, r *http.Request) {
	conn, err := gwsUpgrader.Upgrade(w, r)
	if err != nil {
		return
	}
	conn.ReadLoop()
}
