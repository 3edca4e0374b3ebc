package h2_test

import (
	"bytes"
	"errors"
	"io"
	"net"
	"os"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/net/http2"
	"golang.org/x/net/http2/hpack"

	"github.com/wsspec/wsspec/conformance/h2"
	"github.com/wsspec/wsspec/conformance/script"
	"github.com/wsspec/wsspec/ref/wire"
)

// patience is for what has to come; nothing waits for it in full.
const patience = 10 * time.Second

// A server is the other end of a connection, on frames of another implementation.
type server struct {
	*http2.Framer
	conn net.Conn
	test *testing.T
	// frames are those that the other end has sent, where somebody reads them all.
	frames <-chan seen
}

// connect runs what a server does on one connection, and returns a client's end of it.
func connect(t *testing.T, serve func(server)) net.Conn {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		conn, err := l.Accept()
		if err != nil {
			return
		}
		defer conn.Close()
		_, _ = io.ReadFull(conn, make([]byte, len(http2.ClientPreface)))
		s := server{Framer: http2.NewFramer(conn, conn), conn: conn, test: t}
		s.AllowIllegalWrites, s.AllowIllegalReads = true, true
		serve(s)
		_, _ = io.Copy(io.Discard, conn) // until the client has left
	}()
	conn, err := net.Dial("tcp", l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		conn.Close()
		l.Close()
		<-done
	})
	return conn
}

// permit sends the settings that permit extended CONNECT.
func (s server) permit(more ...http2.Setting) {
	_ = s.WriteSettings(append([]http2.Setting{{ID: http2.SettingEnableConnectProtocol, Val: 1}}, more...)...)
}

// until reads frames until one is as wanted, and returns it; nil if none comes.
func (s server) until(wanted func(http2.Frame) bool) http2.Frame {
	for {
		f, err := s.ReadFrame()
		if err != nil || wanted(f) {
			return f
		}
	}
}

func isHeaders(f http2.Frame) bool { return f.Header().Type == http2.FrameHeaders }

// respond waits for the request and answers it with a list of fields, names and values in turn.
func (s server) respond(fields ...string) {
	s.until(isHeaders)
	_ = s.WriteHeaders(http2.HeadersFrameParam{StreamID: 1, BlockFragment: block(fields...), EndHeaders: true})
}

func block(fields ...string) []byte {
	var b bytes.Buffer
	e := hpack.NewEncoder(&b)
	for i := 0; i < len(fields); i += 2 {
		_ = e.WriteField(hpack.HeaderField{Name: fields[i], Value: fields[i+1]})
	}
	return b.Bytes()
}

// request opens a stream of a connection.
func request(t *testing.T, conn net.Conn, how script.HTTP2) *h2.Stream {
	t.Helper()
	c, err := h2.Client(t.Context(), conn, how, patience)
	if err != nil {
		t.Fatal(err)
	}
	s := c.NewStream()
	t.Cleanup(func() { s.Close() })
	_ = s.SetDeadline(time.Now().Add(patience))
	if err := s.Request(wire.Fields{{Name: ":method", Value: "CONNECT"}, {Name: ":path", Value: "/"}}); err != nil {
		t.Fatal(err)
	}
	return s
}

// How a server begins a connection decides whether the harness can use it.
func TestClient(t *testing.T) {
	for _, tt := range []struct {
		name  string
		serve func(server)
		want  string // in the error; empty for none
	}{
		{"permits extended CONNECT", func(s server) { s.permit() }, ""},
		{"permits it in a second SETTINGS frame", func(s server) { _ = s.WriteSettings(); s.permit() }, ""},
		{"permits it not", func(s server) {
			_ = s.WriteSettings()
			s.until(func(f http2.Frame) bool { return f.Header().Type == http2.FramePing })
			_ = s.WritePing(true, [8]byte{})
		}, "do not permit extended CONNECT"},
		{"the value 2", func(s server) {
			_ = s.WriteSettings(http2.Setting{ID: http2.SettingEnableConnectProtocol, Val: 2})
		}, "with the value 2 (RFC 8441 3)"},
		{"speaks HTTP/1.1", func(s server) { _, _ = io.WriteString(s.conn, "HTTP/1.1 400 Bad Request\r\n\r\n") }, "sent no frame of HTTP/2"},
		{"begins with PING", func(s server) { _ = s.WritePing(false, [8]byte{}) }, "is not SETTINGS (RFC 9113 3.4)"},
		{"half a setting", func(s server) { _ = s.WriteRawFrame(http2.FrameSettings, 0, 0, []byte{0, 8, 0}) }, "a SETTINGS frame that is malformed"},
		{"leaves", func(s server) { s.conn.Close() }, "TCP"},
		{"GOAWAY", func(s server) { _ = s.WriteGoAway(0, http2.ErrCodeEnhanceYourCalm, []byte("busy")); s.conn.Close() }, "SETTINGS"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			_, err := h2.Client(t.Context(), connect(t, tt.serve), script.HTTP2{}, patience)
			if (err == nil) != (tt.want == "") || err != nil && !strings.Contains(err.Error(), tt.want) {
				t.Errorf("the error is %v, want %q", err, tt.want)
			}
		})
	}
}

// What a server sends in a stream is read, or is a violation of the rule that is named.
func TestStream(t *testing.T) {
	open := func(s server) { s.permit(); s.respond(":status", "200") }
	for _, tt := range []struct {
		name  string
		serve func(server)
		octs  string
		want  string // in the error
	}{
		{"octets and END_STREAM", func(s server) {
			open(s)
			_ = s.WriteData(1, false, []byte("he"))
			_ = s.WriteData(1, true, []byte("llo"))
		}, "hello", "EOF"},
		{"padding and empty frames", func(s server) {
			open(s)
			_ = s.WriteDataPadded(1, false, []byte("he"), make([]byte, 9))
			_ = s.WriteData(1, false, nil)
			_ = s.WriteData(1, true, []byte("llo"))
		}, "hello", "EOF"},
		{"more padding than octets", func(s server) { open(s); _ = s.WriteRawFrame(http2.FrameData, http2.FlagDataPadded, 1, []byte{9, 0}) }, "", "more padding than octets"},
		{"RST_STREAM with CANCEL", func(s server) { open(s); _ = s.WriteRSTStream(1, http2.ErrCodeCancel) }, "", "reset the stream by RST_STREAM with CANCEL"},
		{"END_STREAM, then RST_STREAM with NO_ERROR", func(s server) { open(s); _ = s.WriteData(1, true, nil); _ = s.WriteRSTStream(1, http2.ErrCodeNo) }, "", "EOF"},
		{"TCP ends", func(s server) { open(s); s.conn.Close() }, "", "TCP"},
		{"GOAWAY that leaves the stream out", func(s server) { open(s); _ = s.WriteGoAway(0, http2.ErrCodeNo, nil) }, "", "ended the stream by GOAWAY with NO_ERROR"},
		{"GOAWAY that has the stream", func(s server) {
			open(s)
			_ = s.WriteGoAway(1, http2.ErrCodeNo, nil)
			_ = s.WriteData(1, true, []byte("x"))
		}, "x", "EOF"},
		{"a frame that nobody knows", func(s server) {
			open(s)
			_ = s.WriteRawFrame(0xfa, 0, 1, []byte("?"))
			_ = s.WriteData(1, true, []byte("x"))
		}, "x", "EOF"},
		{"interim responses", func(s server) {
			s.permit()
			s.respond(":status", "103")
			_ = s.WriteHeaders(http2.HeadersFrameParam{StreamID: 1, BlockFragment: block(":status", "200"), EndHeaders: true, EndStream: true})
		}, "", "EOF"},
		{"the response in CONTINUATION frames", func(s server) {
			s.permit()
			s.until(isHeaders)
			b := block(":status", "200", "x-wsspec", "1")
			_ = s.WriteHeaders(http2.HeadersFrameParam{StreamID: 1, BlockFragment: b[:2]})
			_ = s.WriteContinuation(1, true, b[2:])
			_ = s.WriteData(1, true, nil)
		}, "", "EOF"},
		{"the setting withdrawn", func(s server) {
			open(s)
			_ = s.WriteSettings(http2.Setting{ID: http2.SettingEnableConnectProtocol, Val: 0})
		}, "", "with the value 0, after 1 (RFC 8441 3)"},
		{"capitals in a name", func(s server) { s.permit(); s.respond(":status", "200", "Server", "x") }, "", "not in lower case (RFC 9113 8.2)"},
		{"no :status", func(s server) { s.permit(); s.respond("server", "x") }, "", ":status has to be the first"},
		{"two :status fields", func(s server) { s.permit(); s.respond(":status", "200", ":status", "200") }, "", ":status has to be the first"},
		{"a status of two digits", func(s server) { s.permit(); s.respond(":status", "20") }, "", "no number of three digits"},
		{"DATA before the response", func(s server) { s.permit(); s.until(isHeaders); _ = s.WriteData(1, false, []byte("x")) }, "", "before the response"},
		{"DATA behind END_STREAM", func(s server) { open(s); _ = s.WriteData(1, true, nil); _ = s.WriteData(1, false, []byte("x")) }, "", "behind END_STREAM (RFC 9113 5.1)"},
		{"a second response", func(s server) {
			open(s)
			_ = s.WriteHeaders(http2.HeadersFrameParam{StreamID: 1, BlockFragment: block(":status", "200"), EndHeaders: true})
		}, "", "a second HEADERS frame"},
		{"more than the window", func(s server) {
			open(s)
			_ = s.WriteData(1, false, make([]byte, 12<<10+1)) // more than the window at once
		}, "", "beyond the window of the stream, by 1 octets"},
		{"a frame that is too large", func(s server) { open(s); _ = s.WriteData(1, false, make([]byte, 16<<10+1)) }, "", "over the most that the harness permits"},
		{"PUSH_PROMISE", func(s server) {
			open(s)
			_ = s.WritePushPromise(http2.PushPromiseParam{StreamID: 1, PromiseID: 2, BlockFragment: block(":method", "GET"), EndHeaders: true})
		}, "", "PUSH_PROMISE"},
		{"a stream that nobody has opened", func(s server) { open(s); _ = s.WriteData(5, false, []byte("x")) }, "", "which nobody has opened"},
		{"a window that is too large", func(s server) { open(s); _ = s.WriteWindowUpdate(1, 1<<31-1) }, "", "larger than 2^31-1"},
		{"a CONTINUATION alone", func(s server) { open(s); _ = s.WriteContinuation(1, true, nil) }, "", "a CONTINUATION frame"},
		{"fields that do not decode", func(s server) {
			s.permit()
			s.until(isHeaders)
			_ = s.WriteRawFrame(http2.FrameHeaders, 4, 1, []byte{0xff, 0xff})
		}, "", "does not decode"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s := request(t, connect(t, tt.serve), script.HTTP2{Window: 12 << 10})
			var got []byte
			r, err := s.Response()
			if err == nil && r.Status != 200 {
				t.Errorf("the status is %d, want 200", r.Status)
			}
			if err == nil {
				got, err = readAll(s)
			}
			if string(got) != tt.octs && tt.octs != "" || err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("%d octets came (%.20q), and then %v; want %q and then %q", len(got), got, err, tt.octs, tt.want)
			}
		})
	}
}

// readAll is [io.ReadAll], and returns io.EOF as well.
func readAll(r io.Reader) (all []byte, err error) {
	b := make([]byte, 1<<10)
	for {
		n, err := r.Read(b)
		all = append(all, b[:n]...)
		if err != nil {
			return all, err
		}
	}
}

// A write waits for the windows of the server, and has a deadline meanwhile; CloseWrite and
// Reset end the stream as RFC 8441 5 says.
func TestWrite(t *testing.T) {
	frames := make(chan http2.Frame, 100)
	more := make(chan uint32)
	conn := connect(t, func(s server) {
		s.permit(http2.Setting{ID: http2.SettingInitialWindowSize, Val: 3})
		s.respond(":status", "200")
		go func() {
			for n := range more {
				_ = s.WriteWindowUpdate(1, n)
			}
		}()
		for {
			f, err := s.ReadFrame()
			if err != nil {
				close(frames)
				return
			}
			if d, ok := f.(*http2.DataFrame); ok {
				frames <- &http2.DataFrame{FrameHeader: d.FrameHeader}
			} else if f.Header().Type == http2.FrameRSTStream {
				frames <- &http2.RSTStreamFrame{FrameHeader: f.Header(), ErrCode: f.(*http2.RSTStreamFrame).ErrCode}
			}
		}
	})
	s := request(t, conn, script.HTTP2{})
	if _, err := s.Response(); err != nil {
		t.Fatal(err)
	}
	_ = s.SetWriteDeadline(time.Now().Add(50 * time.Millisecond))
	if n, err := s.Write([]byte("hello")); n != 3 || !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Errorf("the network took %d octets (%v), want 3 and a passed deadline", n, err)
	}
	_ = s.SetWriteDeadline(time.Now().Add(patience))
	more <- 100
	if n, err := s.Write([]byte("lo")); n != 2 || err != nil {
		t.Errorf("the network took %d octets (%v), want 2", n, err)
	}
	if err := errors.Join(s.CloseWrite(), s.CloseWrite()); err != nil {
		t.Error(err)
	}
	if n, err := s.Write([]byte("x")); n != 0 || !errors.Is(err, syscall.EPIPE) {
		t.Errorf("behind END_STREAM the network took %d octets (%v), want none", n, err)
	}
	if err := s.Reset(); err != nil {
		t.Error(err)
	}
	if _, err := s.Read(make([]byte, 1)); !errors.Is(err, net.ErrClosed) {
		t.Errorf("behind a reset, a read returns %v", err)
	}
	var got []string
	for len(got) < 4 {
		switch f := (<-frames).(type) {
		case *http2.DataFrame:
			got = append(got, strings.TrimSpace(strings.Repeat("octet ", int(f.Length))+map[bool]string{true: "end"}[f.StreamEnded()]))
		case *http2.RSTStreamFrame:
			got = append(got, f.ErrCode.String())
		}
	}
	close(more)
	if want := "octet octet octet, octet octet, end, CANCEL"; strings.Join(got, ", ") != want {
		t.Errorf("the frames are %q, want %s", got, want)
	}
}
