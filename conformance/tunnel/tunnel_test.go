package tunnel_test

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/wsspec/wsspec/conformance/certificate"
	"github.com/wsspec/wsspec/conformance/script"
	"github.com/wsspec/wsspec/conformance/tunnel"
)

// listening is the other end of a tunnel: TLS of the standard library on TCP that notes how
// it was read.
type listening struct {
	*tls.Conn
	tcp *noting
}

// noting keeps the octets of TCP, and with how many writes of the other end they can have
// come at least.
type noting struct {
	net.Conn
	mu     sync.Mutex
	octets []byte
	reads  int
}

func (n *noting) Read(p []byte) (int, error) {
	got, err := n.Conn.Read(p)
	n.mu.Lock()
	defer n.mu.Unlock()
	n.octets = append(n.octets, p[:got]...)
	n.reads++
	return got, err
}

// taken returns what came since the last call.
func (n *noting) taken() (octets []byte, reads int) {
	n.mu.Lock()
	defer n.mu.Unlock()
	octets, reads = n.octets, n.reads
	n.octets, n.reads = nil, 0
	return octets, reads
}

// connected returns both ends of a tunnel behind the TLS handshake.
func connected(t *testing.T, how script.TLS) (*tunnel.Conn, *listening) {
	t.Helper()
	ours, theirs, err := open(t, how, &tls.Config{NextProtos: []string{"h2", "http/1.1"}})
	if err != nil {
		t.Fatal(err)
	}
	return ours, theirs
}

// open tries to.
func open(t *testing.T, how script.TLS, config *tls.Config) (*tunnel.Conn, *listening, error) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	now := time.Now()
	made, err := certificate.Issue(certificate.Request{Hosts: []string{"localhost"}, From: now.Add(-time.Minute), Until: now.Add(time.Hour)})
	if err != nil {
		t.Fatal(err)
	}
	config.Certificates = []tls.Certificate{made.Leaf}
	served := make(chan *listening, 1)
	go func() {
		tcp, err := l.Accept()
		if err != nil {
			served <- nil
			return
		}
		below := &noting{Conn: tcp}
		secure := tls.Server(below, config)
		_ = secure.Handshake()
		served <- &listening{secure, below}
	}()
	tcp, err := net.Dial("tcp", l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { tcp.Close() })
	ours, err := tunnel.Client(context.Background(), tcp, &tls.Config{InsecureSkipVerify: true, ServerName: "localhost"}, how, time.Millisecond)
	theirs := <-served
	t.Cleanup(func() { theirs.Close() })
	return ours, theirs, err
}

// lengths are those of the records of application data in the octets (RFC 8446 5.1).
func lengths(octets []byte) (lengths []int) {
	for len(octets) >= 5 {
		length := int(octets[3])<<8 + int(octets[4])
		if octets[0] == 23 {
			lengths = append(lengths, length)
		}
		octets = octets[min(5+length, len(octets)):]
	}
	return lengths
}

// What a case wants of records and segments is what is on the wire.
func TestRecords(t *testing.T) {
	small, large := []byte("twelve octet"), bytes.Repeat([]byte("x"), 15_000)
	for _, tt := range []struct {
		name    string
		records script.Records
		octets  []byte
		// most and least are how many records there are.
		least, most int
		// cut: octet by octet. atOnce: in one segment.
		cut, atOnce bool
	}{
		{"usual, small", script.RecordsUsual, small, 1, 1, false, true},
		{"usual, large", script.RecordsUsual, large, 2, 100, false, false},
		{"an octet each", script.RecordsOfOneOctet, small, 12, 12, false, true},
		{"whole", script.RecordsWhole, large, 1, 1, false, false},
		{"cut", script.RecordsCut, small, 1, 1, true, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			ours, theirs := connected(t, script.TLS{Records: tt.records, Version: tls.VersionTLS13})
			theirs.tcp.taken()
			got, read := make([]byte, len(tt.octets)), make(chan error, 1)
			go func() {
				_, err := io.ReadFull(theirs, got)
				read <- err
			}()
			if n, err := ours.Write(tt.octets); n != len(tt.octets) || err != nil {
				t.Fatalf("wrote %d of %d octets: %v", n, len(tt.octets), err)
			}
			if err := <-read; err != nil || !bytes.Equal(got, tt.octets) {
				t.Fatalf("read %q: %v", got, err)
			}
			octets, reads := theirs.tcp.taken()
			if records := lengths(octets); len(records) < tt.least || len(records) > tt.most {
				t.Errorf("the records have %d octets, want %d to %d records", records, tt.least, tt.most)
			}
			if tt.atOnce && reads > 2 || tt.cut && reads < 6 { // a busy reader finds several octets at once
				t.Errorf("the octets came by %d reads", reads)
			}
		})
	}
}

// The TLS handshake has what the case says.
func TestHandshakes(t *testing.T) {
	for _, tt := range []struct {
		how      script.TLS
		version  uint16
		protocol string
		name     string
	}{
		{script.TLS{}, tls.VersionTLS13, "http/1.1", "localhost"},
		{script.TLS{Version: tls.VersionTLS12}, tls.VersionTLS12, "http/1.1", "localhost"},
		{script.TLS{Version: tls.VersionTLS13}, tls.VersionTLS13, "http/1.1", "localhost"},
		{script.TLS{ALPN: script.ALPNNone}, tls.VersionTLS13, "", "localhost"},
		{script.TLS{ALPN: script.ALPNHTTP2}, tls.VersionTLS13, "h2", "localhost"},
		{script.TLS{NoServerName: true}, tls.VersionTLS13, "http/1.1", ""},
	} {
		_, theirs := connected(t, tt.how)
		s := theirs.ConnectionState()
		if s.Version != tt.version || s.NegotiatedProtocol != tt.protocol || s.ServerName != tt.name {
			t.Errorf("%q: %s, ALPN %q, name %q; want %s, %q, %q", tt.how, tls.VersionName(s.Version), s.NegotiatedProtocol, s.ServerName, tls.VersionName(tt.version), tt.protocol, tt.name)
		}
	}
	if _, _, err := open(t, script.TLS{Version: tls.VersionTLS13}, &tls.Config{MaxVersion: tls.VersionTLS12}); err == nil || !strings.Contains(err.Error(), "version") {
		t.Errorf("TLS 1.3 only with a server of 1.2: %v", err)
	}
}

// An end of TCP without a close_notify alert is told from one with it.
func TestTruncated(t *testing.T) {
	for name, tt := range map[string]struct {
		end       func(*listening) error
		truncated bool
	}{
		"a close_notify alert": {func(l *listening) error { return l.CloseWrite() }, false},
		"a FIN of TCP alone":   {func(l *listening) error { return l.tcp.Conn.(*net.TCPConn).CloseWrite() }, true},
	} {
		ours, theirs := connected(t, script.TLS{})
		if err := tt.end(theirs); err != nil {
			t.Fatal(err)
		}
		if _, err := ours.Read(make([]byte, 1)); !errors.Is(err, io.EOF) || ours.Truncated() != tt.truncated {
			t.Errorf("%s: %v, truncated: %v", name, err, ours.Truncated())
		}
	}
}

// The answer to the preface of HTTP/2 is told by its first octets.
func TestAsksHTTP2(t *testing.T) {
	for name, tt := range map[string]struct {
		answer string
		want   tunnel.Answer
	}{
		"SETTINGS":          {"\x00\x00\x06\x04\x00\x00\x00\x00\x00\x00\x03\x00\x00\x00\x64", tunnel.HTTP2},
		"empty SETTINGS":    {"\x00\x00\x00\x04\x00\x00\x00\x00\x00", tunnel.HTTP2},
		"HTTP/1.1":          {"HTTP/1.1 400 Bad Request\r\n\r\n", tunnel.HTTP1},
		"an acknowledgment": {"\x00\x00\x00\x04\x01\x00\x00\x00\x00", tunnel.NoHTTP},
		"a Close frame":     {"\x88\x02\x03\xea", tunnel.NoHTTP},
		"nothing":           {"", tunnel.NoHTTP},
	} {
		ours, theirs := net.Pipe()
		go func() {
			asked := make([]byte, 33)
			_, _ = io.ReadFull(theirs, asked)
			_, _ = io.WriteString(theirs, tt.answer)
			theirs.Close()
		}()
		if got, octets := tunnel.AsksHTTP2(ours, 5*time.Second); got != tt.want {
			t.Errorf("%s: %d for %q, want %d", name, got, octets, tt.want)
		}
		ours.Close()
	}
}
