package http3_test

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/onsi/gomega"
	"github.com/onsi/gomega/gleak"
	quichttp3 "github.com/quic-go/quic-go/http3"

	"github.com/wsspec/wsspec/conformance/certificate"
	"github.com/wsspec/wsspec/ref"
	"github.com/wsspec/wsspec/ref/http3"
)

// testCertificate makes a certificate for 127.0.0.1, and says whom to trust.
func testCertificate() (tls.Certificate, *x509.CertPool) {
	issued, err := certificate.Issue(certificate.Request{Hosts: []string{"127.0.0.1"}, From: time.Now().Add(-time.Hour), Until: time.Now().Add(time.Hour)})
	if err != nil {
		panic(err)
	}
	key, err := issued.KeyPEM()
	if err != nil {
		panic(err)
	}
	pair, err := tls.X509KeyPair(issued.CertificatePEM(), key)
	if err != nil {
		panic(err)
	}
	roots := x509.NewCertPool()
	roots.AddCert(issued.Authority)
	return pair, roots
}

// serve serves a handler over HTTP/3, and returns its URL and a Transport that trusts it.
func serve(t *testing.T, handler http.Handler) (url string, transport *http3.Transport) {
	t.Helper()
	pair, roots := testCertificate()
	l, err := net.ListenPacket("udp", "127.0.0.1:0")
	must(t, err)
	server := &quichttp3.Server{Handler: http3.Handler(handler), TLSConfig: &tls.Config{MinVersion: tls.VersionTLS13, Certificates: []tls.Certificate{pair}}}
	ended := make(chan struct{})
	go func() { _ = server.Serve(l); close(ended) }()
	transport = http3.NewTransport(&tls.Config{MinVersion: tls.VersionTLS13, RootCAs: roots})
	t.Cleanup(func() {
		_ = transport.Close()
		_ = server.Close()
		_ = l.Close()
		<-ended
	})
	return "wss://" + l.LocalAddr().String(), transport
}

// noLeaks fails the test if goroutines outlive it. Call it first.
func noLeaks(t *testing.T) {
	t.Helper()
	before := gleak.Goroutines()
	t.Cleanup(func() {
		gomega.NewWithT(t).Eventually(gleak.Goroutines).WithTimeout(10 * time.Second).ShouldNot(gleak.HaveLeaked(before))
	})
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func deadline(t *testing.T) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	t.Cleanup(cancel)
	return ctx
}

func overHTTP3(transport *http3.Transport) *ref.DialOptions {
	return &ref.DialOptions{HTTPClient: &http.Client{Transport: transport}, ExtendedConnect: true, Compression: &ref.Compression{}, Subprotocols: []string{"a", "b"}}
}

// What is agreed, the path, messages of each size, and the closing handshake are those of
// any other connection.
func TestEcho(t *testing.T) {
	noLeaks(t)
	paths := make(chan string, 1)
	url, transport := serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		paths <- r.RequestURI
		ref.EchoHandler(&ref.AcceptOptions{Compression: &ref.Compression{}, Subprotocols: []string{"b"}}).ServeHTTP(w, r)
	}))
	conn, response, err := ref.Dial(deadline(t), url+"/chat?a=b", overHTTP3(transport))
	must(t, err)
	defer conn.CloseNow()
	if response.StatusCode != http.StatusOK || response.ProtoMajor != 3 || conn.Subprotocol() != "b" || !conn.Compressed() {
		t.Errorf("%s %s, subprotocol %q, compressed %v", response.Proto, response.Status, conn.Subprotocol(), conn.Compressed())
	}
	if path := <-paths; path != "/chat?a=b" {
		t.Errorf("the server saw %q", path)
	}
	for _, message := range []string{"", "Hello", strings.Repeat("0123456789abcdef", 1<<17)} {
		must(t, conn.Write(deadline(t), ref.Text, []byte(message)))
		_, back, err := conn.Read(deadline(t))
		must(t, err)
		if !bytes.Equal(back, []byte(message)) {
			t.Fatalf("%d octets came back for %d", len(back), len(message))
		}
	}
	must(t, conn.Close(ref.StatusNormalClosure, ""))
}

// How one side ends a stream is what the other sees (RFC9220-3-4).
func TestEnds(t *testing.T) {
	noLeaks(t)
	for _, tt := range []struct {
		name string
		end  func(conn *ref.Conn)
		code ref.StatusCode
		text string // of the other side's error
	}{
		{"closed", func(conn *ref.Conn) { _ = conn.Close(ref.StatusGoingAway, "bye") }, ref.StatusGoingAway, `"bye"`},
		{"aborted", func(conn *ref.Conn) { conn.CloseNow() }, ref.StatusAbnormalClosure, "H3_REQUEST_CANCELLED"},
	} {
		for _, byServer := range []bool{true, false} {
			name := tt.name + " by the client"
			if byServer {
				name = tt.name + " by the server"
			}
			t.Run(name, func(t *testing.T) {
				saw := make(chan error, 1)
				side := func(conn *ref.Conn, ends bool) {
					if ends { // when the other one is there, because a reset overtakes what was sent
						_, _, _ = conn.Read(deadline(t))
						tt.end(conn)
						return
					}
					_ = conn.Write(deadline(t), ref.Text, []byte("ready"))
					_, _, err := conn.Read(deadline(t))
					saw <- err
				}
				url, transport := serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
					conn, err := ref.Accept(w, r, nil)
					if err != nil {
						t.Error(err)
						return
					}
					defer conn.CloseNow()
					side(conn, byServer)
				}))
				conn, _, err := ref.Dial(deadline(t), url, overHTTP3(transport))
				must(t, err)
				defer conn.CloseNow()
				side(conn, !byServer)
				var closed *ref.CloseError
				if err := <-saw; !errors.As(err, &closed) || closed.Code != tt.code || !closed.Remote || !strings.Contains(err.Error(), tt.text) {
					t.Errorf("%v, want %v from the other side, with %s", err, tt.code, tt.text)
				}
			})
		}
	}
}

// A request that is refused is answered as any other.
func TestRefusals(t *testing.T) {
	noLeaks(t)
	url, transport := serve(t, ref.EchoHandler(nil))
	options := overHTTP3(transport)
	options.Header = http.Header{"Origin": {"https://other.example"}}
	_, response, err := ref.Dial(deadline(t), url, options)
	if err == nil || response == nil || response.StatusCode != http.StatusForbidden {
		t.Errorf("%v, %v, want status 403", response, err)
	}
	r, err := http.NewRequestWithContext(deadline(t), http.MethodConnect, strings.Replace(url, "wss", "https", 1), http.NoBody)
	must(t, err)
	r.Header[":protocol"] = []string{"connect-udp"}
	response, err = transport.RoundTrip(r)
	must(t, err)
	defer response.Body.Close()
	if response.StatusCode != http.StatusNotImplemented { // RFC9220-3-2
		t.Errorf("status %d for another protocol, want 501", response.StatusCode)
	}
}

// Behind the closing handshake the server ends the stream with FIN (RFC9220-3-4).
func TestTheServerEndsTheStreamInOrder(t *testing.T) {
	noLeaks(t)
	url, transport := serve(t, ref.EchoHandler(nil))
	body, send := io.Pipe()
	defer send.Close()
	r, err := http.NewRequestWithContext(deadline(t), http.MethodConnect, strings.Replace(url, "wss", "https", 1), body)
	must(t, err)
	r.Header[":protocol"] = []string{"websocket"}
	r.Header.Set("Sec-WebSocket-Version", "13")
	response, err := transport.RoundTrip(r)
	must(t, err)
	defer response.Body.Close()
	_, err = send.Write([]byte{0x88, 0x82, 0, 0, 0, 0, 0x03, 0xe8})
	must(t, err)
	got, err := io.ReadAll(response.Body)
	if err != nil || !bytes.Equal(got, []byte{0x88, 0x02, 0x03, 0xe8}) {
		t.Errorf("% x, %v, want a Close frame with 1000 and the end", got, err)
	}
}
