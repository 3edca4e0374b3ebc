package wsspectest

import (
	"crypto/tls"
	"crypto/x509"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/wsspec/wsspec/conformance"
	"github.com/wsspec/wsspec/conformance/certificate"
)

// served serves a handler until the test ends: as it is, and over TLS for the cases about that.
func served(t *testing.T, handler http.Handler) (*conformance.Target, *panics, error) {
	p := &panics{}
	handler = p.catching(handler)
	plain, secure := unstarted(t, p, handler), unstarted(t, p, handler)
	now := time.Now()
	issued, err := certificate.Issue(certificate.Request{Hosts: []string{"127.0.0.1", "::1"}, From: now.Add(-time.Hour), Until: now.Add(certificateTime)})
	if err != nil {
		return nil, nil, err
	}
	plain.Start()
	secure.TLS = &tls.Config{Certificates: []tls.Certificate{issued.Leaf}, MinVersion: tls.VersionTLS12}
	secure.StartTLS()
	target, err := targetOf(plain)
	if err != nil {
		return nil, nil, err
	}
	if target.Secure, err = conformance.ParseTarget(secure.URL); err != nil {
		return nil, nil, err
	}
	pool := x509.NewCertPool()
	pool.AddCert(issued.Authority)
	target.Secure.TLS = &tls.Config{RootCAs: pool, MinVersion: tls.VersionTLS12}
	return target, p, nil
}

// certificateTime is longer than a test.
const certificateTime = 30 * 24 * time.Hour

// unstarted is a server of a handler that ends with the test.
func unstarted(t *testing.T, p *panics, handler http.Handler) *httptest.Server {
	server := httptest.NewUnstartedServer(handler)
	server.Config.ErrorLog = p.log()
	t.Cleanup(func() {
		server.CloseClientConnections()
		server.Close()
	})
	return server
}
