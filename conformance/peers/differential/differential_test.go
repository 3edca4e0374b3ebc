// Package differential gives the same octets to echo servers made with the
// reference and with other libraries, and holds what each does against the
// executable specification.
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
	"time"
	"unicode/utf8"

	coder "github.com/coder/websocket"
	"github.com/gobwas/ws"
	"github.com/gobwas/ws/wsutil"
	gorilla "github.com/gorilla/websocket"
	"github.com/lxzan/gws"

	"github.com/wsspec/wsspec/conformance/oracle"
	"github.com/wsspec/wsspec/fuzz/corpus"
	"github.com/wsspec/wsspec/ref"
	"github.com/wsspec/wsspec/ref/wire"
)

// servers echo with the loop of each library's documentation.
var servers = []struct {
	name  string
	serve http.HandlerFunc
	// known are the departures, normalised, of the library used so. Others are
	// findings. The catalogue's cases show each of them but cutShort: they do not
	// end TCP and go on reading.
	known []string
}{
	{"ref", ref.EchoHandler(nil).ServeHTTP, nil},
	{"gorilla", serveGorilla, []string{laterCodes}},
	{"gobwas", serveGobwas, append(cutShort, laterCodes)},
	{"coder", serveCoder, append(cutShort, "a Close frame whose reason is not UTF-8 came: RFC6455-8.1-2")},
	{"gws", serveGWS, []string{laterCodes}},
}

// cutShort is taking a message that the end of TCP cuts short for a whole one.
var cutShort = []string{
	"text message came, and no echo is owed: RFC6455-7.2.1-3",
	"binary message came, and no echo is owed: RFC6455-7.2.1-3",
}

// laterCodes is refusing a Close with a code from 1012 to 1014, which were
// registered after RFC 6455 (11.7).
const laterCodes = "Close 1002 came: RFC6455-5.5.1-7"

// ambiguous are departures of whoever finds the other of two mistakes first: a
// Close with a code that is never sent and a reason that is not UTF-8.
var ambiguous = regexp.MustCompile(`^Close 1007 came: RFC6455-7\.4\.`)

// FuzzDifferential: what a client sends to a server, from the corpus of
// FuzzFrameStream. The reference has to stay within the oracle's set; so do the
// others, but for what is known of them. A departure counts when it comes again,
// so that goroutines of a library do not make findings of their own.
func FuzzDifferential(f *testing.F) {
	shared, err := corpus.Read("../../../fuzz/frames/testdata/fuzz/FuzzFrameStream")
	if err != nil {
		f.Fatal(err)
	}
	for _, data := range shared {
		if len(data) > 2 && data[0]&1 == 0 {
			f.Add(data[2:]) // what a server is sent, without the configuration
		}
	}
	departures := make(map[string]int)
	f.Fuzz(func(t *testing.T, octets []byte) {
		if len(octets) > 4<<10 {
			return
		}
		for _, s := range servers {
			key, why := durable(s.serve, octets)
			if why == "" {
				continue
			}
			if slices.Contains(s.known, key) || ambiguous.MatchString(key) {
				departures[s.name+" "+key]++
				continue
			}
			t.Errorf("%s: % x\n%s\n(%s)", s.name, octets, why, key)
		}
	})
	f.Logf("known departures: %v", departures)
}

// durable returns how the server departs from the oracle's set three times out
// of three.
func durable(serve http.HandlerFunc, octets []byte) (key, why string) {
	for range 3 {
		if key, why = departure(serve, octets); why == "" {
			return "", ""
		}
	}
	return key, why
}

var particular = regexp.MustCompile(`"(?:[^"\\]|\\.)*"|\(?RFC[0-9]+-[0-9.]+-[0-9A-Z]+\)?|\([0-9]+ octets\)|…|,? permitted is:.*|, the echo owed is.*`)

// normalised is a departure without its payloads, and what the octets ask of an
// endpoint.
func normalised(why string, permitted *oracle.Permitted) string {
	return strings.Join(strings.Fields(particular.ReplaceAllString(why, "")), " ") + ": " + permitted.Endings[0].Requires
}

// departure plays the octets once.
func departure(serve http.HandlerFunc, octets []byte) (key, why string) {
	subject := oracle.Subject{Role: wire.RoleServer}
	// A Close frame behind the octets ends the connection the clean way. Inside
	// a frame it would be payload; then the end of TCP comes there, and what is
	// done about that is not judged.
	judgeEnd := endsBetweenFrames(octets)
	if judgeEnd {
		octets = append(slices.Clone(octets), 0x88, 0x82, 0, 0, 0, 0, 0x03, 0xe8)
	}
	permitted := oracle.Of(subject, octets)
	events, why := observe(serve, octets)
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

// endsBetweenFrames reports whether the last frame is complete, or cannot be.
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

// observe opens a connection in memory, gives the octets to it and then the end
// of TCP, and reads what came until the server was done.
func observe(serve http.HandlerFunc, octets []byte) (events []oracle.Event, why string) {
	conn := &connection{in: bytes.NewReader(octets), closed: make(chan struct{})}
	w := &hijackable{ResponseRecorder: httptest.NewRecorder(), conn: conn}
	r := httptest.NewRequest(http.MethodGet, "http://example.com/", nil)
	for name, value := range map[string]string{
		"Upgrade": "websocket", "Connection": "Upgrade",
		"Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==", "Sec-WebSocket-Version": "13",
	} {
		r.Header.Set(name, value)
	}
	func() {
		// net/http recovers as well, and closes the connection.
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

// read reads frames into events, joining fragments.
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

// A connection is the server's end of TCP: all that the client sends is there
// already, with the end behind it.
type connection struct {
	in     *bytes.Reader
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

// A hijackable is what a handler answers through.
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
