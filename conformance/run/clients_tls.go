package run

import (
	"cmp"
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
	"strconv"
	"time"

	"github.com/wsspec/wsspec/conformance/observed"
	"github.com/wsspec/wsspec/conformance/opening"
	"github.com/wsspec/wsspec/conformance/script"
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
	ruleALPN = &wire.Rule{
		ID: "RFC6455-4.1-20", RFC: 6455, Section: "4.1", Text: "The opening request is HTTP of the version that the TLS handshake has selected (RFC 7301 3.2).",
	}
	ruleServerName = &wire.Rule{
		ID: "RFC6455-4.1-18", RFC: 6455, Section: "4.1", Text: "A client names the server in its TLS handshake.",
	}
)

// overOwnListener plays a case about TLS with a client: at a listener of its own, with a
// certificate made for it.
func (r *clientRun) overOwnListener(ctx context.Context, service *Service, c *script.Case) Result {
	started := time.Now()
	if r.secure == nil {
		return notTested(c, wire.RoleClient, started, nil, "The case is about TLS, which takes a client that wsspec starts for each case.")
	}
	dir, err := os.MkdirTemp("", "wsspec-tls-")
	if err != nil {
		return notPlayed(c, wire.RoleClient, started, nil, fmt.Errorf("this machine has no room for a certificate: %w", err))
	}
	defer os.RemoveAll(dir)
	certificate, caFile, err := selfMade(dir, c.Script.Transport)
	if err != nil {
		return notPlayed(c, wire.RoleClient, started, nil, err)
	}
	listener, err := listenAt(ctx, "127.0.0.1")
	if err != nil {
		return notPlayed(c, wire.RoleClient, started, nil, fmt.Errorf("this machine cannot listen: %w", err))
	}
	defer listener.Close()
	if c.Script.Transport == script.Untrusted {
		caFile = ""
	}
	living, kill := context.WithTimeout(ctx, r.deadlines.Connect+r.deadlines.Case)
	ends := make(chan ClientEnd, 1)
	_, port, _ := net.SplitHostPort(listener.Addr().String())
	go func() {
		ends <- r.secure(living, cmp.Or(c.Script.Scheme, "wss")+"://localhost:"+port+c.Resource(), caFile)
	}()
	_ = listener.(*net.TCPListener).SetDeadline(time.Now().Add(r.deadlines.Connect))
	conn, err := listener.Accept()
	res := notArrived(c, started, notConnected(r.deadlines.Connect))
	switch {
	case opening.OwnFault(err):
		res = notPlayed(c, wire.RoleClient, started, nil, errShort(err))
	case err == nil:
		res = r.overTLS(ctx, service, c, conn, certificate, started)
		conn.Close()
	}
	timer := time.AfterFunc(r.deadlines.Drop, kill)
	end := <-ends
	if living.Err() != nil {
		end.Crash = "" // the harness ended it
	}
	if short := shortageIn(end.Remarks); short != nil && err != nil {
		res, end.Crash = notPlayed(c, wire.RoleClient, started, nil, errShort(short)), ""
	}
	timer.Stop()
	kill()
	return res.after(end)
}

// overTLS is one connection of a case about TLS.
func (r *clientRun) overTLS(ctx context.Context, service *Service, c *script.Case, conn net.Conn, certificate tls.Certificate, started time.Time) Result {
	name, hello := "", false
	var protocols []string
	if c.Script.Transport == script.SelectsHTTP2 {
		protocols = []string{"h2", "http/1.1"}
	}
	shaken := tls.Server(conn, &tls.Config{
		MinVersion: tls.VersionTLS12, // RFC6455-10.6-3
		NextProtos: protocols,
		GetCertificate: func(info *tls.ClientHelloInfo) (*tls.Certificate, error) {
			name, hello = info.ServerName, true
			return &certificate, nil
		},
	})
	living, stop := context.WithTimeout(ctx, r.deadlines.Handshake)
	defer stop()
	err := shaken.HandshakeContext(living)
	seen := observed.Conversation{ScriptClosedAt: -1, HarnessClosedAt: -1, Transcript: observed.Transcript{{At: time.Since(started), Kind: observed.EntryConnect, Text: tlsFor(hello, name)}}}
	violated := func(rule *wire.Rule, format string, args ...any) Result {
		return notPlayed(c, wire.RoleClient, started, seen.Transcript, rule.Violation(format, args...))
	}
	var record tls.RecordHeaderError
	switch {
	case errors.As(err, &record):
		return violated(ruleTLSFirst, "the client's first octets are no TLS: %s", script.Quote(record.RecordHeader[:]))
	case hello && name == "":
		return violated(ruleServerName, "the client sends no server name (SNI) in its TLS handshake, the URL says localhost")
	case hello && name != "localhost":
		return violated(ruleServerName, "the client names the server %q in its TLS handshake, the URL says localhost", name)
	case err != nil && c.Script.Transport.BadCertificate() == "":
		return notTested(c, wire.RoleClient, started, nil, "The TLS handshake with the client failed, as it does if the client does not take the authority that SSL_CERT_FILE names: "+err.Error()+".")
	case err == nil && c.Script.Transport.BadCertificate() == "":
		in := opening.Accept(shaken, r.deadlines, started)
		read, v := in.Read(), new(wire.Violation)
		switch http2 := shaken.ConnectionState().NegotiatedProtocol == "h2"; {
		case http2 && read && in.Request.Method == "PRI":
			return notTested(c, wire.RoleClient, started, in.Transcript, "The client offers h2 and speaks it. The case is about HTTP/1.1.")
		case http2 && !read:
			return violated(ruleALPN, "the client offers h2 in its TLS handshake, and sends nothing of HTTP when the server selects it")
		case http2:
			return violated(ruleALPN, "the client offers h2 in its TLS handshake, and sends HTTP/1.1 when the server selects it")
		case !read && errors.As(in.Unserved, &v):
			return notPlayed(c, wire.RoleClient, started, in.Transcript, v)
		case !read:
			return notPlayed(c, wire.RoleClient, started, in.Transcript, opening.NewTargetError(opening.NoAnswer, nil, "the client sent no opening request behind its TLS handshake: %v", in.Unserved))
		}
		return service.play(ctx, in, "client", c, 1)
	case err == nil:
		in := opening.Accept(shaken, r.deadlines, started)
		if in.Read() {
			return violated(ruleTLSFailed, "the client sent its opening request to a server with a certificate %s", c.Script.Transport.BadCertificate())
		}
	}
	seen.Events = []observed.Event{{Kind: observed.EventEOF, At: time.Since(started)}}
	return newResult(c, wire.RoleClient, seen, started)
}

// tlsFor says in one line what TLS handshake came.
func tlsFor(hello bool, name string) string {
	switch {
	case !hello:
		return "no TLS handshake"
	case name == "":
		return "a TLS handshake without a server name (SNI)"
	}
	return "a TLS handshake for " + strconv.Quote(name)
}

// selfMade makes an authority and a certificate of its for an hour, and
// writes the authority to a PEM file. The certificate is for localhost, or bad as the
// transport asks.
func selfMade(dir string, t script.Transport) (certificate tls.Certificate, caFile string, err error) {
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
			template.NotBefore, template.NotAfter = now.Add(-3*time.Hour), now.Add(3*time.Hour) // so that only the certificate's own time is bad
		} else {
			template.DNSNames, template.IPAddresses = []string{"localhost"}, []net.IP{net.IPv4(127, 0, 0, 1)}
			switch t {
			case script.OtherName:
				template.DNSNames, template.IPAddresses = []string{"other.example"}, nil
			case script.Expired:
				template.NotBefore, template.NotAfter = now.Add(-2*time.Hour), now.Add(-time.Hour)
			case script.NotYetValid:
				template.NotBefore, template.NotAfter = now.Add(time.Hour), now.Add(2*time.Hour)
			}
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
