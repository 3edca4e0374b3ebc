package run

import (
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"time"

	"github.com/wsspec/wsspec/conformance/certificate"
)

// An authority is what clients over HTTP/2 and TLS are served with: a certificate for this
// machine, which lasts for the run.
type authority struct {
	config *tls.Config
	// dir has caFile, the authority that clients are to trust, in PEM.
	dir, caFile string
}

// newAuthority makes a certificate. Its authority is in a file until remove is called.
func newAuthority() (*authority, error) {
	now := time.Now()
	made, err := certificate.Issue(certificate.Request{Hosts: []string{"localhost", "127.0.0.1", "::1"}, From: now.Add(-time.Minute), Until: now.Add(48 * time.Hour)})
	if err != nil {
		return nil, err
	}
	dir, err := os.MkdirTemp("", "wsspec-tls-")
	if err != nil {
		return nil, fmt.Errorf("this machine has no room for a certificate: %w", err)
	}
	a := &authority{dir: dir, caFile: filepath.Join(dir, "authority.pem"), config: HTTP2Config(&tls.Config{MinVersion: tls.VersionTLS12, Certificates: []tls.Certificate{made.Leaf}})}
	if err := os.WriteFile(a.caFile, made.AuthorityPEM(), 0o600); err != nil {
		a.remove()
		return nil, err
	}
	return a, nil
}

func (a *authority) remove() { _ = os.RemoveAll(a.dir) }

// HTTP2Config is a TLS configuration that selects h2 where a client offers it, and http/1.1
// otherwise (RFC 9113 3.2).
func HTTP2Config(config *tls.Config) *tls.Config {
	config = config.Clone()
	config.NextProtos = []string{"h2", "http/1.1"}
	return config
}

// errNoSecure is the error of a run over TLS with a launcher that knows no authority.
var errNoSecure = errors.New("clients over HTTP/2 and TLS need a Starter or a SecureLauncher, which tells them the authority to trust")

// serves makes a listener serve with TLS, if there is an authority, and returns the scheme and
// the host of the URLs. A host of the case's own stays.
func (a *authority) serves(l net.Listener, ownHost bool) (serving net.Listener, scheme, address string) {
	address = l.Addr().String()
	if a == nil {
		return l, "ws", address
	}
	if _, port, err := net.SplitHostPort(address); err == nil && !ownHost {
		address = net.JoinHostPort("localhost", port)
	}
	return tls.NewListener(l, a.config), "wss", address
}

// file is the PEM file of the authority; empty if there is none.
func (a *authority) file() string {
	if a == nil {
		return ""
	}
	return a.caFile
}
