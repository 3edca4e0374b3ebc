package http3_test

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"net"
	"os"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/onsi/gomega"
	"github.com/onsi/gomega/gleak"
	"github.com/quic-go/quic-go"

	"github.com/wsspec/wsspec/conformance/certificate"
	inner "github.com/wsspec/wsspec/conformance/faulty"
	"github.com/wsspec/wsspec/conformance/http3"
	"github.com/wsspec/wsspec/conformance/http3/faulty"
	"github.com/wsspec/wsspec/conformance/opening"
	"github.com/wsspec/wsspec/conformance/script"
	"github.com/wsspec/wsspec/conformance/stream"
	"github.com/wsspec/wsspec/internal/freeport"
	"github.com/wsspec/wsspec/ref/wire"
)

func TestMain(m *testing.M) {
	_ = os.Setenv("QUIC_GO_DISABLE_RECEIVE_BUFFER_WARNING", "true")
	os.Exit(m.Run())
}

// deadlines are long enough for a busy machine.
var deadlines = stream.NewDeadlines(5*time.Second, 0, 1)

// certificates are of a server, and of whom to trust.
func certificates(t *testing.T) (server, client *tls.Config) {
	t.Helper()
	issued, err := certificate.Issue(certificate.Request{Hosts: []string{"127.0.0.1"}, From: time.Now().Add(-time.Hour), Until: time.Now().Add(time.Hour)})
	must(t, err)
	key, err := issued.KeyPEM()
	must(t, err)
	pair, err := tls.X509KeyPair(issued.CertificatePEM(), key)
	must(t, err)
	roots := x509.NewCertPool()
	roots.AddCert(issued.Authority)
	return &tls.Config{MinVersion: tls.VersionTLS13, Certificates: []tls.Certificate{pair}},
		&tls.Config{MinVersion: tls.VersionTLS13, RootCAs: roots, ServerName: "127.0.0.1"}
}

// serve runs a server with a fault, and returns its address and what trusts it.
func serve(t *testing.T, name string) (address string, config *tls.Config) {
	t.Helper()
	before := gleak.Goroutines()
	var fault faulty.Fault
	for _, f := range faulty.Faults() {
		if f.Name == name {
			fault = f
		}
	}
	server, client := certificates(t)
	socket, err := net.ListenPacket("udp", "127.0.0.1:0")
	must(t, err)
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- faulty.Serve(ctx, socket, server, fault, inner.Fault{}) }()
	t.Cleanup(func() {
		cancel()
		if err := <-ended; err != nil {
			t.Error(err)
		}
		_ = socket.Close()
		gomega.NewWithT(t).Eventually(gleak.Goroutines).WithTimeout(10 * time.Second).ShouldNot(gleak.HaveLeaked(before))
	})
	return socket.LocalAddr().String(), client
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// request is an extended CONNECT.
func request(authority string) wire.Fields {
	return wire.Fields{
		{Name: ":method", Value: "CONNECT"}, {Name: ":protocol", Value: "websocket"}, {Name: ":scheme", Value: "https"}, {Name: ":path", Value: "/"}, {Name: ":authority", Value: authority},
		{Name: "sec-websocket-version", Value: "13"},
	}
}

// opened returns a stream whose request was accepted.
func opened(t *testing.T, s opening.Stream, authority string) {
	t.Helper()
	_ = s.SetDeadline(time.Now().Add(10 * time.Second))
	must(t, s.Request(request(authority)))
	r, err := s.Response()
	must(t, err)
	if r.Status != 200 || r.Version != "HTTP/3" {
		t.Fatalf("the response is %+v", r)
	}
}

// A read goes on where a deadline has ended the one before, also inside the header of a frame,
// and a write goes on in the same DATA frame.
func TestAStreamGoesOnBehindADeadline(t *testing.T) {
	address, config := serve(t, "")
	s, err := http3.Connect(t.Context(), address, config, script.HTTP3{Data: script.DataWithUnknown}, deadlines)
	must(t, err)
	defer s.Close()
	opened(t, s, address)
	frame := []byte{0x81, 0x85, 0, 0, 0, 0, 'h', 'e', 'l', 'l', 'o'}
	echo := string([]byte{0x81, 0x05}) + "hello"
	for i := range frame { // the server answers when the last one has come
		_ = s.SetReadDeadline(time.Unix(1, 0))
		if n, err := s.Read(make([]byte, 10)); n > 0 || !errors.Is(err, os.ErrDeadlineExceeded) {
			t.Fatalf("%d octets, %v", n, err)
		}
		_, err := s.Write(frame[i : i+1])
		must(t, err)
	}
	_ = s.SetWriteDeadline(time.Unix(1, 0))
	if n, err := s.Write(frame); n > 0 || !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Fatalf("%d octets written, %v", n, err)
	}
	_ = s.SetDeadline(time.Now().Add(10 * time.Second))
	_, err = s.Write(frame[:1])
	must(t, err)
	_, err = s.Write(frame[1:])
	must(t, err)
	got := make([]byte, 2*len(echo))
	_, err = io.ReadFull(s, got)
	must(t, err)
	if string(got) != echo+echo {
		t.Errorf("came back: %q", got)
	}
}

// How a stream ends is told apart: in order, by a reset, by the end of the connection, and by a
// broken rule.
func TestHowAStreamEnds(t *testing.T) {
	closing := []byte{0x88, 0x82, 0, 0, 0, 0, 0x03, 0xe8}
	for fault, want := range map[string]string{
		"": "EOF", "closes-connection": "closed the connection of QUIC with H3_NO_ERROR", "ends-inside-frame": "of which 100 octets are missing", "sends-trailers": "a frame of the type 0x1 behind the response",
	} {
		t.Run(fault, func(t *testing.T) {
			address, config := serve(t, fault)
			s, err := http3.Connect(t.Context(), address, config, script.HTTP3{}, deadlines)
			must(t, err)
			defer s.Close()
			opened(t, s, address)
			_, err = s.Write(closing)
			must(t, err)
			_, err = io.Copy(io.Discard, s)
			if fault == "closes-connection" && err == nil {
				_, err = s.Response() // the FIN came first
			}
			if err == nil {
				err = io.EOF
			}
			if !strings.Contains(err.Error(), want) || err != io.EOF && opening.EndOfStream(err) == "" && !errors.As(err, new(*wire.Violation)) {
				t.Errorf("it ended with %v (%q), want %s", err, opening.EndOfStream(err), want)
			}
		})
	}
}

// A malformed request is refused by a reset with H3_MESSAGE_ERROR, which refuses. The connection
// stays, for another stream; the reset of that tells the server so (RFC9220-3-4).
func TestAReset(t *testing.T) {
	address, config := serve(t, "")
	s, err := http3.Connect(t.Context(), address, config, script.HTTP3{}, deadlines)
	must(t, err)
	defer s.Close()
	_ = s.SetDeadline(time.Now().Add(10 * time.Second))
	must(t, s.Request(append(request(address), wire.Field{Name: "connection", Value: "Upgrade"})))
	_, err = s.Response()
	if !opening.RefusesRequest(err) || opening.EndOfStream(err) != "reset the stream by RESET_STREAM with H3_MESSAGE_ERROR" || !errors.Is(err, syscall.ECONNRESET) {
		t.Errorf("it ended with %v", err)
	}
	other := s.Another()
	opened(t, other, address)
	must(t, other.Reset())
	if _, err := other.Read(make([]byte, 1)); !errors.Is(err, net.ErrClosed) {
		t.Errorf("a read behind Reset: %v", err)
	}
	third := s.Another()
	opened(t, third, address)
	must(t, third.Close())
}

// What becomes of a reset on the wire: RESET_STREAM and STOP_SENDING, both with
// H3_REQUEST_CANCELLED (RFC9220-3-4).
func TestAResetIsCancelled(t *testing.T) {
	server, client := certificates(t)
	server.NextProtos = []string{"h3"}
	l, err := quic.ListenAddr("127.0.0.1:0", server, nil)
	must(t, err)
	defer l.Close()
	s, err := http3.Connect(t.Context(), l.Addr().String(), client, script.HTTP3{Unawaited: true}, deadlines)
	must(t, err)
	defer s.Close()
	conn, err := l.Accept(t.Context())
	must(t, err)
	must(t, s.Request(request("localhost")))
	peer, err := conn.AcceptStream(t.Context())
	must(t, err)
	must(t, s.Reset())
	_ = peer.SetDeadline(time.Now().Add(10 * time.Second))
	var read, write *quic.StreamError
	if _, err := io.Copy(io.Discard, peer); !errors.As(err, &read) || read.ErrorCode != 0x10c || !read.Remote {
		t.Errorf("the server reads %v", err)
	}
	<-peer.Context().Done()
	if _, err := peer.Write([]byte("x")); !errors.As(err, &write) || write.ErrorCode != 0x10c || !write.Remote {
		t.Errorf("the server writes %v", err)
	}
}

// A server that does not permit extended CONNECT is not tested, and one whose setting has no
// meaning breaks a rule.
func TestPermission(t *testing.T) {
	for fault, want := range map[string]string{"no-permission": "its SETTINGS do not permit extended CONNECT", "setting-2": "SETTINGS_ENABLE_CONNECT_PROTOCOL with the value 2"} {
		t.Run(fault, func(t *testing.T) {
			address, config := serve(t, fault)
			_, err := http3.Connect(t.Context(), address, config, script.HTTP3{}, deadlines)
			if err == nil || !strings.Contains(err.Error(), want) || errors.As(err, new(*wire.Violation)) != (fault == "setting-2") {
				t.Errorf("%v, want %s", err, want)
			}
		})
	}
}

// A server that HTTP/3 does not reach is not tested, and each reason has its sentence.
func TestWhatIsNoHTTP3(t *testing.T) {
	server, client := certificates(t)
	listen := func(protocol string) string {
		c := server.Clone()
		c.NextProtos = []string{protocol}
		l, err := quic.ListenAddr("127.0.0.1:0", c, nil)
		must(t, err)
		t.Cleanup(func() { _ = l.Close() })
		return l.Addr().String()
	}
	mute := deadlines
	mute.Handshake = 50 * time.Millisecond
	for _, tt := range []struct {
		name, address string
		config        *tls.Config
		deadlines     stream.Deadlines
		problem       opening.Problem
		want          string
	}{
		{"nobody listens", freeport.Addr(t), client, deadlines, opening.Unreachable, "connection refused"},
		{"another protocol", listen("doq"), client, deadlines, opening.NotUpgraded, "the server does not speak HTTP/3"},
		{"a certificate of nobody", listen("h3"), &tls.Config{MinVersion: tls.VersionTLS13, ServerName: "127.0.0.1"}, deadlines, opening.TLSRefused, "the TLS handshake"},
		{"no SETTINGS", listen("h3"), client, mute, opening.NoAnswer, "sent no SETTINGS frame of HTTP/3"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			_, err := http3.Connect(t.Context(), tt.address, tt.config.Clone(), script.HTTP3{}, tt.deadlines)
			var target *opening.TargetError
			if !errors.As(err, &target) || target.Problem != tt.problem || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("%v, want %s", err, tt.want)
			}
		})
	}
}
