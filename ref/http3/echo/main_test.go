package main

import (
	"bufio"
	"context"
	"crypto/tls"
	"crypto/x509"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/wsspec/wsspec/conformance/certificate"
	"github.com/wsspec/wsspec/ref"
	"github.com/wsspec/wsspec/ref/http3"
)

// The server returns a message and ends on demand. The client trusts no certificate that it
// was not told to.
func TestEcho(t *testing.T) {
	issued, err := certificate.Issue(certificate.Request{Hosts: []string{"127.0.0.1"}, From: time.Now().Add(-time.Hour), Until: time.Now().Add(time.Hour)})
	must(t, err)
	keyPEM, err := issued.KeyPEM()
	must(t, err)
	cert, key := filepath.Join(t.TempDir(), "cert.pem"), filepath.Join(t.TempDir(), "key.pem")
	must(t, os.WriteFile(cert, issued.CertificatePEM(), 0o600))
	must(t, os.WriteFile(key, keyPEM, 0o600))
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	serving, stop := context.WithCancel(ctx)
	out, in := io.Pipe()
	ended := make(chan error, 1)
	go func() { ended <- serve(serving, "127.0.0.1:0", cert, key, in); in.Close() }()
	line, err := bufio.NewReader(out).ReadString('\n')
	must(t, err)
	url := strings.TrimSpace(strings.TrimPrefix(line, "listening on "))

	roots := x509.NewCertPool()
	roots.AddCert(issued.Authority)
	transport := http3.NewTransport(&tls.Config{RootCAs: roots, MinVersion: tls.VersionTLS13})
	defer transport.Close()
	conn, _, err := ref.Dial(ctx, url, &ref.DialOptions{HTTPClient: &http.Client{Transport: transport}, ExtendedConnect: true})
	must(t, err)
	must(t, conn.Write(ctx, ref.Text, []byte("Hello")))
	if _, back, err := conn.Read(ctx); err != nil || string(back) != "Hello" {
		t.Errorf("came back: %q, %v", back, err)
	}
	must(t, conn.Close(ref.StatusNormalClosure, ""))

	if err := connect(ctx, url, ""); err == nil || !strings.Contains(err.Error(), "certificate") {
		t.Errorf("%v, want that the certificate is not trusted", err)
	}
	stop()
	must(t, <-ended)
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
