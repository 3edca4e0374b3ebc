package conformance

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"fmt"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"time"

	"github.com/wsspec/wsspec/ref/wire"
)

// A SecureLauncher is a [Launcher] for a wss: URL; the client is to trust the
// authority in the PEM file, if one is named. Where the platform's TLS library
// reads the environment, SSL_CERT_FILE does it.
type SecureLauncher func(ctx context.Context, url, caFile string) (remarks []string)

// Rules of RFC 6455 4.1 about TLS.
var (
	ruleTLSFirst = &wire.Rule{
		ID: "RFC6455-4.1-15", RFC: 6455, Section: "4.1", Text: "For a secure URI TLS comes before any octet of the opening handshake.",
	}
	ruleTLSFailed = &wire.Rule{
		ID: "RFC6455-4.1-16", RFC: 6455, Section: "4.1", Text: "A TLS handshake that fails, fails the connection.",
	}
	ruleServerName = &wire.Rule{
		ID: "RFC6455-4.1-18", RFC: 6455, Section: "4.1", Text: "A client names the server in its TLS handshake.",
	}
)

// secure plays a case about TLS with a client: at a listener of its own, with a
// certificate made for it.
func (r *clientRun) secure(ctx context.Context, service *Service, c *Case) Result {
	started := time.Now()
	if r.secureLaunch == nil {
		return notSecure(c, wire.RoleClient, started, "The case is about TLS, which takes a client that wsspec starts for each case.")
	}
	dir, err := os.MkdirTemp("", "wsspec-tls-")
	if err != nil {
		return couldNot(c, wire.RoleClient, started, nil, fmt.Errorf("this machine has no room for a certificate: %w", err))
	}
	defer os.RemoveAll(dir)
	certificate, caFile, err := selfMade(dir)
	if err != nil {
		return couldNot(c, wire.RoleClient, started, nil, err)
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return couldNot(c, wire.RoleClient, started, nil, fmt.Errorf("this machine cannot listen: %w", err))
	}
	defer listener.Close()
	if c.Script.Transport == Untrusted {
		caFile = ""
	}
	living, kill := context.WithTimeout(ctx, r.deadlines.Connect+r.deadlines.Case)
	remarks := make(chan []string, 1)
	_, port, _ := net.SplitHostPort(listener.Addr().String())
	go func() { remarks <- r.secureLaunch(living, "wss://localhost:"+port+c.resource(), caFile) }()
	_ = listener.(*net.TCPListener).SetDeadline(time.Now().Add(r.deadlines.Connect))
	conn, err := listener.Accept()
	res := notArrived(c, started, "The client did not connect in time.")
	if err == nil {
		res = r.overTLS(ctx, service, c, conn, certificate, started)
		conn.Close()
	}
	timer := time.AfterFunc(r.deadlines.Drop, kill)
	for _, line := range <-remarks {
		res.Transcript = append(res.Transcript, Entry{At: time.Since(started), Kind: EntryNote, Text: line})
	}
	timer.Stop()
	kill()
	return res
}

// overTLS is one connection of a case about TLS.
func (r *clientRun) overTLS(ctx context.Context, service *Service, c *Case, conn net.Conn, certificate tls.Certificate, started time.Time) Result {
	name, hello := "", false
	shaken := tls.Server(conn, &tls.Config{
		MinVersion: tls.VersionTLS12, // RFC6455-10.6-3
		GetCertificate: func(info *tls.ClientHelloInfo) (*tls.Certificate, error) {
			name, hello = info.ServerName, true
			return &certificate, nil
		},
	})
	living, stop := context.WithTimeout(ctx, r.deadlines.Handshake)
	defer stop()
	err := shaken.HandshakeContext(living)
	seen := observed{scriptClosedAt: -1, harnessClosedAt: -1, transcript: Transcript{{At: time.Since(started), Kind: EntryConnect, Text: "TLS for " + name}}}
	violated := func(rule *wire.Rule, format string, args ...any) Result {
		seen.events = []Event{{Kind: EventViolation, At: time.Since(started), Violation: rule.Violation(format, args...)}}
		return newResult(c, wire.RoleClient, seen, started)
	}
	var record tls.RecordHeaderError
	switch {
	case errors.As(err, &record):
		return violated(ruleTLSFirst, "the client's first octets are no TLS: %s", quote(record.RecordHeader[:]))
	case hello && name != "localhost":
		return violated(ruleServerName, "the client names the server %q in its TLS handshake, the URL says localhost", name)
	case err == nil && c.Script.Transport == Secure:
		in := newArrival(shaken, r.deadlines, started)
		if !in.read() {
			return couldNot(c, wire.RoleClient, started, in.transcript, targetError(NoAnswer, nil, "the client sent no opening request behind its TLS handshake"))
		}
		return service.play(ctx, in, "client", c, 1)
	case c.Script.Transport == Secure:
		return notSecure(c, wire.RoleClient, started, "The client does not take the authority that SSL_CERT_FILE names: "+err.Error()+".")
	case err == nil:
		in := newArrival(shaken, r.deadlines, started)
		if in.read() {
			return violated(ruleTLSFailed, "the client sent its opening request to a server whose certificate it could not trust")
		}
	}
	seen.events = []Event{{Kind: EventEOF, At: time.Since(started)}}
	return newResult(c, wire.RoleClient, seen, started)
}

// selfMade makes an authority and a certificate of its for localhost, valid for
// an hour, and writes the authority to a PEM file.
func selfMade(dir string) (certificate tls.Certificate, caFile string, err error) {
	now := time.Now()
	make := func(name string, parent *x509.Certificate, signer *ecdsa.PrivateKey) (*x509.Certificate, *ecdsa.PrivateKey, error) {
		key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
		if err != nil {
			return nil, nil, err
		}
		serial, err := rand.Int(rand.Reader, big.NewInt(1<<62))
		if err != nil {
			return nil, nil, err
		}
		template := &x509.Certificate{
			SerialNumber: serial, Subject: pkix.Name{CommonName: name},
			NotBefore: now.Add(-time.Minute), NotAfter: now.Add(time.Hour),
			KeyUsage: x509.KeyUsageDigitalSignature, BasicConstraintsValid: true,
		}
		if parent == nil {
			parent, signer = template, key
			template.IsCA, template.KeyUsage = true, x509.KeyUsageCertSign
		} else {
			template.DNSNames, template.IPAddresses = []string{"localhost"}, []net.IP{net.IPv4(127, 0, 0, 1)}
			template.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}
		}
		der, err := x509.CreateCertificate(rand.Reader, template, parent, &key.PublicKey, signer)
		if err != nil {
			return nil, nil, err
		}
		parsed, err := x509.ParseCertificate(der)
		return parsed, key, err
	}
	authority, authorityKey, err := make("wsspec test authority", nil, nil)
	if err != nil {
		return certificate, "", err
	}
	leaf, key, err := make("localhost", authority, authorityKey)
	if err != nil {
		return certificate, "", err
	}
	caFile = filepath.Join(dir, "authority.pem")
	if err := os.WriteFile(caFile, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: authority.Raw}), 0o600); err != nil {
		return certificate, "", err
	}
	return tls.Certificate{Certificate: [][]byte{leaf.Raw}, PrivateKey: key, Leaf: leaf}, caFile, nil
}
