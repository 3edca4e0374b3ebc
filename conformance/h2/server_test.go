package h2_test

import (
	"bytes"
	"errors"
	"io"
	"net"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/http2"
	"golang.org/x/net/http2/hpack"

	"github.com/wsspec/wsspec/conformance/h2"
	"github.com/wsspec/wsspec/conformance/script"
	"github.com/wsspec/wsspec/ref/wire"
)

// asked are the fields of an extended CONNECT, names and values in turn.
var asked = []string{":method", "CONNECT", ":protocol", "websocket", ":scheme", "http", ":path", "/chat", ":authority", "localhost", "sec-websocket-version", "13"}

// A seen is what a test wants to know of a frame.
type seen struct {
	http2.FrameHeader
	// permits: it is SETTINGS that permit extended CONNECT.
	permits bool
	code    http2.ErrCode
	status  string
}

func see(f http2.Frame) seen {
	one := seen{FrameHeader: f.Header()}
	switch f := f.(type) {
	case *http2.SettingsFrame:
		v, _ := f.Value(http2.SettingEnableConnectProtocol)
		one.permits = v == 1
	case *http2.RSTStreamFrame:
		one.code = f.ErrCode
	case *http2.MetaHeadersFrame:
		one.status = f.PseudoValue("status")
	}
	return one
}

func isReset(f seen) bool { return f.Type == http2.FrameRSTStream }

func (s seen) ends() bool { return s.Type == http2.FrameData && s.Flags.Has(http2.FlagDataEndStream) }

// serving runs the harness as a server, and returns it with a client on frames of another
// implementation. Begin is what the client sends first.
func serving(t *testing.T, how script.HTTP2, begin func(server)) (*h2.Conn, server, error) {
	t.Helper()
	here, there := net.Pipe()
	client := server{Framer: http2.NewFramer(there, there), conn: there, test: t}
	client.AllowIllegalWrites = true
	client.ReadMetaHeaders = hpack.NewDecoder(4096, nil)
	_ = there.SetDeadline(time.Now().Add(patience))
	read := make(chan struct{})
	frames := make(chan seen, 100)
	client.frames = frames
	begun := make(chan struct{})
	go func() {
		defer close(begun)
		begin(client)
	}()
	go func() { // a pipe has no buffer
		defer close(read)
		for {
			f, err := client.ReadFrame()
			if err != nil {
				return
			}
			select {
			case frames <- see(f):
			default:
			}
		}
	}()
	c, err := h2.Server(t.Context(), here, how, patience)
	if err == nil {
		<-begun // two goroutines must not write at a time
	}
	t.Cleanup(func() {
		if c != nil {
			c.Close()
		}
		here.Close()
		there.Close()
		<-read
	})
	return c, client, err
}

// begins sends the preface, and an extended CONNECT.
func begins(fields ...string) func(server) {
	return func(s server) {
		_, _ = io.WriteString(s.conn, http2.ClientPreface)
		_ = s.WriteSettings()
		_ = s.WriteHeaders(http2.HeadersFrameParam{StreamID: 1, BlockFragment: block(fields...), EndHeaders: true})
	}
}

// came waits for a frame that the server sends.
func (s server) came(what string, wanted func(seen) bool) seen {
	s.test.Helper()
	for {
		select {
		case f := <-s.frames:
			if wanted(f) {
				return f
			}
		case <-time.After(patience):
			s.test.Fatalf("the server sent no %s", what)
		}
	}
}

func accept(t *testing.T, c *h2.Conn) *h2.Stream {
	t.Helper()
	s, err := c.Accept(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	_ = s.SetDeadline(time.Now().Add(patience))
	return s
}

// A server permits extended CONNECT, gives the request, and its stream carries octets both ways
// until END_STREAM.
func TestAServerServesAStream(t *testing.T) {
	c, client, err := serving(t, script.HTTP2{}, begins(asked...))
	if err != nil {
		t.Fatal(err)
	}
	if first := client.came("frame", func(seen) bool { return true }); !first.permits {
		t.Errorf("the first frame is %v, and does not permit extended CONNECT", first)
	}
	s := accept(t, c)
	if path, _ := s.Fields().Get(":path"); path != "/chat" {
		t.Errorf("the path is %q", path)
	}
	if broken := s.CheckRequest("http"); broken != nil {
		t.Errorf("a good request breaks %v", broken)
	}
	if err := s.Respond(wire.Fields{{Name: ":status", Value: "200"}}, false); err != nil {
		t.Fatal(err)
	}
	if head := client.came("response", func(f seen) bool { return f.Type == http2.FrameHeaders }); head.status != "200" || head.Flags.Has(http2.FlagHeadersEndStream) {
		t.Errorf("the response is %v", head)
	}
	_ = client.WriteData(1, false, []byte("hel"))
	_ = client.WriteData(1, true, []byte("lo"))
	if got, err := io.ReadAll(s); string(got) != "hello" || err != nil {
		t.Errorf("read %q, %v", got, err)
	}
	if _, err := s.Write([]byte("back")); err != nil {
		t.Fatal(err)
	}
	_ = s.CloseWrite()
	client.came("END_STREAM", seen.ends)
}

// A stream that is dropped is reset with CANCEL, and with NO_ERROR behind a whole response
// (RFC 9113 8.1). The connection goes on.
func TestAServerResetsAStream(t *testing.T) {
	for _, tt := range []struct {
		name string
		end  bool
		code http2.ErrCode
	}{{"in the middle", false, http2.ErrCodeCancel}, {"behind a response", true, http2.ErrCodeNo}} {
		t.Run(tt.name, func(t *testing.T) {
			c, client, err := serving(t, script.HTTP2{}, begins(asked...))
			if err != nil {
				t.Fatal(err)
			}
			s := accept(t, c)
			_ = s.Respond(wire.Fields{{Name: ":status", Value: "403"}}, tt.end)
			s.Close()
			if reset := client.came("RST_STREAM", isReset); reset.code != tt.code {
				t.Errorf("the code is %v, want %v", reset.code, tt.code)
			}
			_ = client.WriteHeaders(http2.HeadersFrameParam{StreamID: 3, BlockFragment: block(asked...), EndHeaders: true})
			accept(t, c)
		})
	}
}

// The setting comes at once, behind the acknowledgement of the client, or never. A request before
// it breaks RFC8441-3-3.
func TestAServerPermitsLate(t *testing.T) {
	c, client, err := serving(t, script.HTTP2{Permission: script.PermitLate}, begins(asked...))
	if err != nil {
		t.Fatal(err)
	}
	if broken := accept(t, c).CheckRequest("http"); len(broken) != 1 || broken[0].Rule.ID != "RFC8441-3-3" {
		t.Errorf("a request before the setting breaks %v", broken)
	}
	_ = client.WriteSettingsAck()
	client.came("setting", func(f seen) bool { return f.permits })
	_ = client.WriteHeaders(http2.HeadersFrameParam{StreamID: 3, BlockFragment: block(asked...), EndHeaders: true})
	if broken := accept(t, c).CheckRequest("http"); broken != nil {
		t.Errorf("a request behind the setting breaks %v", broken)
	}
}

// A client that breaks a rule of HTTP/2 is told apart from one that ends the connection.
func TestAServerFindsViolations(t *testing.T) {
	for _, tt := range []struct {
		name  string
		begin func(server)
		want  string // in the violation
	}{
		{"no preface", func(s server) { _, _ = io.WriteString(s.conn, "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n") }, "preface of HTTP/2"},
		{"no SETTINGS", func(s server) {
			_, _ = io.WriteString(s.conn, http2.ClientPreface)
			_ = s.WritePing(false, [8]byte{})
		}, "the first frame of the client"},
		{"an even stream", func(s server) {
			begins()(s)
			_ = s.WriteHeaders(http2.HeadersFrameParam{StreamID: 4, BlockFragment: block(asked...), EndHeaders: true})
		}, "odd numbers"},
		{"a push", func(s server) {
			begins()(s)
			_ = s.WritePushPromise(http2.PushPromiseParam{StreamID: 1, PromiseID: 2, BlockFragment: block(asked...), EndHeaders: true})
		}, "PUSH_PROMISE frame of a client"},
		{"an unknown stream", func(s server) { begins()(s); _ = s.WriteData(9, false, []byte("x")) }, "which nobody has opened"},
		{"the setting with 2", func(s server) {
			_, _ = io.WriteString(s.conn, http2.ClientPreface)
			_ = s.WriteSettings(http2.Setting{ID: http2.SettingEnableConnectProtocol, Val: 2})
		}, "value 2"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c, _, err := serving(t, script.HTTP2{}, tt.begin)
			for err == nil {
				_, err = c.Accept(t.Context())
			}
			var v *wire.Violation
			if !errors.As(err, &v) || !strings.Contains(v.Error(), tt.want) {
				t.Errorf("the error is %v, want %q in a violation", err, tt.want)
			}
		})
	}
}

// A client that sends more than the window of its stream breaks a rule there, and the stream is
// reset.
func TestAServerKeepsWindows(t *testing.T) {
	c, client, err := serving(t, script.HTTP2{Window: 10}, begins(asked...))
	if err != nil {
		t.Fatal(err)
	}
	s := accept(t, c)
	_ = client.WriteData(1, false, bytes.Repeat([]byte("x"), 11))
	var v *wire.Violation
	if _, err := io.ReadAll(s); !errors.As(err, &v) || !strings.Contains(v.Error(), "by 1 octets") {
		t.Errorf("the error is %v", err)
	}
	s.Close()
	client.came("RST_STREAM", isReset)
}

// A second list of fields ends the stream, or breaks a rule (RFC 9113 8.5).
func TestAServerTakesTrailersAtTheEndAlone(t *testing.T) {
	for _, ends := range []bool{true, false} {
		c, client, err := serving(t, script.HTTP2{}, begins(asked...))
		if err != nil {
			t.Fatal(err)
		}
		s := accept(t, c)
		_ = client.WriteHeaders(http2.HeadersFrameParam{StreamID: 1, BlockFragment: block("x-wsspec", "1"), EndHeaders: true, EndStream: ends})
		var v *wire.Violation
		if _, err := io.ReadAll(s); ends != (err == nil) || !ends && (!errors.As(err, &v) || !strings.Contains(v.Error(), "second HEADERS")) {
			t.Errorf("with END_STREAM %v, the error is %v", ends, err)
		}
	}
}

// Each part of an extended CONNECT is checked.
func TestARequestIsChecked(t *testing.T) {
	with := func(name, value string) []string { return append(slices.Clone(asked), name, value) }
	instead := func(name, value string) []string {
		f := slices.Clone(asked)
		f[slices.Index(f, name)+1] = value
		return f
	}
	without := func(name string) []string {
		at := slices.Index(asked, name)
		return slices.Delete(slices.Clone(asked), at, at+2)
	}
	for _, tt := range []struct {
		name   string
		fields []string
		want   string // the requirement
	}{
		{"no :protocol", without(":protocol"), "RFC8441-5-1"},
		{"another :protocol", instead(":protocol", "connect-udp"), "RFC8441-5-1"},
		{"no :scheme", without(":scheme"), "RFC8441-4-2"},
		{"another :scheme", instead(":scheme", "https"), "RFC8441-5-2"},
		{"no :path", without(":path"), "RFC8441-4-2"},
		{"an empty :path", instead(":path", ""), "RFC8441-4-2"},
		{"no :authority", without(":authority"), "RFC8441-5-5"},
		{"a user in :authority", instead(":authority", "me@localhost"), "RFC8441-5-5"},
		{"another Host", with("host", "elsewhere"), "RFC8441-5-5"},
		{"the same Host", with("host", "localhost"), ""},
		{"a key", with("sec-websocket-key", "AAECAwQFBgcICQoLDA0ODw=="), ""},
		{"Connection", with("connection", "Upgrade"), "RFC8441-5-3"},
		{"Upgrade", with("upgrade", "websocket"), "RFC8441-5-3"},
		{"a capital", with("X-Wsspec", "1"), "RFC8441-5-5"},
		{"CR and LF", with("x-wsspec", "1\r\nx: 2"), "RFC8441-5-5"},
		{"a late pseudo-header field", append(without(":path"), ":path", "/"), "RFC8441-5-5"},
		{"an unknown pseudo-header field", append([]string{":wsspec", "1"}, asked...), "RFC8441-5-5"},
		{"two :path", append([]string{":path", "/"}, asked...), "RFC8441-5-5"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c, _, err := serving(t, script.HTTP2{}, begins(tt.fields...))
			if err != nil {
				t.Fatal(err)
			}
			broken := accept(t, c).CheckRequest("http")
			switch {
			case tt.want == "" && broken != nil, tt.want != "" && (len(broken) != 1 || broken[0].Rule.ID != tt.want):
				t.Errorf("found %v, want one of %q", broken, tt.want)
			}
		})
	}
}
