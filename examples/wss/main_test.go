package main

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/wsspec/wsspec/examples/internal/trial"
	"github.com/wsspec/wsspec/ref"
	"github.com/wsspec/wsspec/ref/wire"
)

func start(t *testing.T) (p *trial.Program, certFile string) {
	t.Helper()
	certFile = filepath.Join(t.TempDir(), "wss.pem")
	return trial.Start(t, func(ctx context.Context, stdout io.Writer) error {
		return run(ctx, "127.0.0.1:0", certFile, stdout)
	}), certFile
}

// The client trusts the certificate in the file. The file has no key, and is removed when
// the server stops.
func TestTalk(t *testing.T) {
	trial.NoLeaks(t)
	p, certFile := start(t)
	for _, url := range []string{p.URL, strings.Replace(p.URL, "127.0.0.1", "localhost", 1)} {
		var stdout strings.Builder
		if err := talk(trial.Context(t), url, certFile, strings.NewReader("one\ntwo\n"), &stdout); err != nil {
			t.Fatal(err)
		}
		if stdout.String() != "one\ntwo\n" {
			t.Errorf("printed %q", &stdout)
		}
	}
	octets, err := os.ReadFile(certFile)
	if err != nil || strings.Contains(string(octets), "PRIVATE") {
		t.Errorf("the file has a key, or %v: %s", err, octets)
	}
	pool := x509.NewCertPool()
	pool.AppendCertsFromPEM(octets)
	conn := p.Dial("/", &ref.DialOptions{TLS: &tls.Config{RootCAs: pool}})
	p.Interrupt()
	trial.Closed(t, conn, wire.StatusGoingAway)
	p.Stop()
	if _, err := os.Stat(certFile); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("the file of the certificate still exists: %v", err)
	}
}

// The client rejects every other certificate, even for the same names. Other clients
// reject this certificate.
func TestOtherCertificatesAreRejected(t *testing.T) {
	trial.NoLeaks(t)
	p, _ := start(t)
	_, another := start(t)
	var unknown x509.UnknownAuthorityError
	if err := talk(trial.Context(t), p.URL, another, strings.NewReader("secret\n"), io.Discard); !errors.As(err, &unknown) {
		t.Errorf("with another server's certificate: %v", err)
	}
	if _, _, err := ref.Dial(trial.Context(t), p.URL, nil); !errors.As(err, &unknown) {
		t.Errorf("without a certificate: %v", err)
	}
	if _, _, err := ref.Dial(trial.Context(t), strings.Replace(p.URL, "wss", "ws", 1), nil); err == nil {
		t.Error("the server accepts connections without TLS")
	}
}

// The certificate is valid only for this server.
func TestCertificate(t *testing.T) {
	made, err := newCertificate(&net.TCPAddr{IP: net.IPv4(192, 0, 2, 1)})
	if err != nil {
		t.Fatal(err)
	}
	certificate, err := x509.ParseCertificate(made.Certificate[0])
	if err != nil {
		t.Fatal(err)
	}
	pool := x509.NewCertPool()
	pool.AddCert(certificate)
	for name, good := range map[string]bool{"localhost": true, "127.0.0.1": true, "::1": true, "192.0.2.1": true, "example.com": false, "192.0.2.2": false} {
		if _, err := certificate.Verify(x509.VerifyOptions{DNSName: name, Roots: pool}); (err == nil) != good {
			t.Errorf("for %s: %v", name, err)
		}
	}
	if certificate.IsCA || certificate.KeyUsage&x509.KeyUsageCertSign != 0 {
		t.Error("a certificate that this one signs is trusted")
	}
}

func TestNoCertificate(t *testing.T) {
	for name, octets := range map[string]string{"missing": "", "empty": "no PEM"} {
		file := filepath.Join(t.TempDir(), name)
		if octets != "" {
			if err := os.WriteFile(file, []byte(octets), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		if err := talk(t.Context(), "wss://127.0.0.1:1/", file, strings.NewReader(""), io.Discard); err == nil || !strings.Contains(err.Error(), "-cert") {
			t.Errorf("%s: %v, want an error that says what to do", name, err)
		}
	}
}
