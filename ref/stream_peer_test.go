package ref

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/http2"
	"golang.org/x/net/http2/hpack"

	"github.com/wsspec/wsspec/ref/wire"
	_ "github.com/wsspec/wsspec/ref/xconnect" // the servers of the tests take an extended CONNECT
)

// An h2Peer is the other end of an HTTP/2 connection under test. It sends and sees every
// frame as it is, legal or not.
type h2Peer struct {
	t      testing.TB
	conn   net.Conn
	framer *http2.Framer
	block  bytes.Buffer
	fields *hpack.Encoder
}

func newH2Peer(t testing.TB, conn net.Conn) *h2Peer {
	t.Helper()
	must(t, conn.SetDeadline(time.Now().Add(testTimeout)))
	t.Cleanup(func() { conn.Close() })
	p := &h2Peer{t: t, conn: conn, framer: http2.NewFramer(conn, conn)}
	p.framer.ReadMetaHeaders = hpack.NewDecoder(4096, nil)
	p.framer.AllowIllegalWrites = true
	p.fields = hpack.NewEncoder(&p.block)
	return p
}

// h2Client connects to a server and sends the preface with the settings.
func h2Client(t testing.TB, address string, settings ...http2.Setting) *h2Peer {
	t.Helper()
	conn, err := net.Dial("tcp", address)
	must(t, err)
	p := newH2Peer(t, conn)
	_, err = io.WriteString(conn, http2.ClientPreface)
	must(t, err)
	must(t, p.framer.WriteSettings(settings...))
	return p
}

// h2Server accepts one connection and sends the settings.
func h2Server(t testing.TB, l net.Listener, settings ...http2.Setting) *h2Peer {
	t.Helper()
	conn, err := l.Accept()
	must(t, err)
	p := newH2Peer(t, conn)
	_, err = io.ReadFull(conn, make([]byte, len(http2.ClientPreface)))
	must(t, err)
	must(t, p.framer.WriteSettings(settings...))
	return p
}

// enable is the setting that allows an extended CONNECT (RFC 8441 3).
var enable = http2.Setting{ID: http2.SettingEnableConnectProtocol, Val: 1}

// headers sends a HEADERS frame. The fields are lines of name and value.
func (p *h2Peer) headers(stream uint32, end bool, fields string) {
	p.t.Helper()
	p.block.Reset()
	for line := range strings.Lines(fields) {
		name, value, _ := strings.Cut(strings.TrimSpace(line), " ")
		if name != "" {
			must(p.t, p.fields.WriteField(hpack.HeaderField{Name: name, Value: value}))
		}
	}
	must(p.t, p.framer.WriteHeaders(http2.HeadersFrameParam{StreamID: stream, EndHeaders: true, EndStream: end, BlockFragment: p.block.Bytes()}))
}

// next returns the next frame that belongs to a stream. It answers SETTINGS and PING.
func (p *h2Peer) next() (http2.Frame, error) {
	for {
		f, err := p.framer.ReadFrame()
		if err != nil {
			return nil, err
		}
		switch f := f.(type) {
		case *http2.SettingsFrame:
			if !f.IsAck() {
				err = p.framer.WriteSettingsAck()
			}
		case *http2.PingFrame:
			if !f.IsAck() {
				err = p.framer.WritePing(true, f.Data)
			}
		case *http2.MetaHeadersFrame, *http2.DataFrame, *http2.RSTStreamFrame, *http2.GoAwayFrame:
			return f, nil
		}
		if err != nil {
			return nil, err
		}
	}
}

// head returns the fields of the next HEADERS frame as lines. Those that tell nothing about
// the handshake are left out.
func (p *h2Peer) head() (stream uint32, fields string) {
	p.t.Helper()
	f, err := p.next()
	must(p.t, err)
	switch f := f.(type) {
	case *http2.MetaHeadersFrame:
		var b strings.Builder
		for _, field := range f.Fields {
			switch field.Name {
			case "date", "user-agent", "accept-encoding", "content-type", "content-length", "x-content-type-options":
			default:
				fmt.Fprintf(&b, "%s %s\n", field.Name, field.Value)
			}
		}
		return f.StreamID, b.String()
	case *http2.RSTStreamFrame:
		return f.StreamID, "RST_STREAM " + f.ErrCode.String() + "\n"
	}
	p.t.Fatalf("peer got %v, want HEADERS", f)
	return 0, ""
}

// over returns what is sent on a stream as a peer of the role.
func (p *h2Peer) over(stream uint32, like *peer) *peer {
	like.t, like.Conn = p.t, &h2Stream{Conn: p.conn, p: p, id: stream}
	return like
}

// An h2Stream is a stream of an h2Peer. Its end is io.EOF, and a reset an error with the
// code.
type h2Stream struct {
	net.Conn
	p      *h2Peer
	id     uint32
	unread []byte
	end    error
}

func (s *h2Stream) Write(b []byte) (int, error) { return len(b), s.p.framer.WriteData(s.id, false, b) }

func (s *h2Stream) Read(b []byte) (int, error) {
	for len(s.unread) == 0 {
		if s.end != nil {
			return 0, s.end
		}
		f, err := s.p.next()
		if err != nil {
			return 0, err
		}
		switch f := f.(type) {
		case *http2.DataFrame:
			s.unread = append(s.unread, f.Data()...)
			if f.StreamEnded() {
				s.end = io.EOF
			}
		case *http2.RSTStreamFrame:
			s.end = errors.New("RST_STREAM " + f.ErrCode.String())
		default:
			return 0, fmt.Errorf("got %v", f)
		}
	}
	n := copy(b, s.unread)
	s.unread = s.unread[n:]
	return n, nil
}

// expectReset wants RST_STREAM next.
func (p *peer) expectReset(code http2.ErrCode) {
	p.t.Helper()
	if f, err := p.next(); err == nil || err.Error() != "RST_STREAM "+code.String() {
		p.t.Fatalf("peer got %v, %v, want RST_STREAM with %v", f, err, code)
	}
}

// A streamEnding is a way in which a stream ends.
type streamEnding struct {
	name string
	do   func(t *testing.T, c *Conn, p *h2Peer, over *peer)
}

// lostStreams are the endings without a closing handshake that a peer causes. Both roles see
// them alike.
func lostStreams(peerRole string) []streamEnding {
	return []streamEnding{
		{"reset by the " + peerRole + " in a frame", func(t *testing.T, c *Conn, p *h2Peer, over *peer) {
			octets := over.octets(whole(wire.OpText, "Hello"))
			over.sendOctets(octets[:len(octets)-1])
			must(t, p.framer.WriteRSTStream(1, http2.ErrCodeCancel))
			_, _, err := c.Read(testContext(t))
			checkClosed(t, err, 1006, true, wire.RuleConnectionLost)
			if !strings.Contains(err.Error(), "CANCEL") {
				t.Errorf("%v: want the code", err)
			}
		}},
		{"ended by the " + peerRole + " without a Close frame", func(t *testing.T, c *Conn, p *h2Peer, over *peer) {
			must(t, p.framer.WriteData(1, true, nil))
			_, _, err := c.Read(testContext(t))
			checkClosed(t, err, 1006, true, wire.RuleConnectionLost)
			over.expectEnd()
		}},
		{"the connection ends", func(t *testing.T, c *Conn, p *h2Peer, _ *peer) {
			must(t, p.conn.Close())
			_, _, err := c.Read(testContext(t))
			checkClosed(t, err, 1006, true, wire.RuleConnectionLost)
		}},
	}
}
