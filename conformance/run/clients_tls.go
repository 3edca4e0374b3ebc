package run

import (
	"cmp"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"time"

	"github.com/wsspec/wsspec/conformance/certificate"
	"github.com/wsspec/wsspec/conformance/observed"
	"github.com/wsspec/wsspec/conformance/opening"
	"github.com/wsspec/wsspec/conformance/script"
	"github.com/wsspec/wsspec/conformance/tunnel"
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

// mostPieces stands for a record that is cut into very many segments.
const mostPieces = 1000

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
	made, caFile, err := madeFor(c.Script.Transport, dir)
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
		res = r.overTLS(ctx, service, c, conn, &made.Leaf, started)
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
func (r *clientRun) overTLS(ctx context.Context, service *Service, c *script.Case, conn net.Conn, shown *tls.Certificate, started time.Time) Result {
	name, hello := "", false
	var protocols []string
	if c.Script.Transport == script.SelectsHTTP2 {
		protocols = []string{"h2", "http/1.1"}
	}
	config := &tls.Config{
		NextProtos: protocols,
		GetConfigForClient: func(info *tls.ClientHelloInfo) (*tls.Config, error) {
			name, hello = info.ServerName, true
			return nil, nil
		},
		Certificates: []tls.Certificate{*shown},
	}
	living, stop := context.WithTimeout(ctx, r.deadlines.Handshake)
	defer stop()
	shaken, err := tunnel.Server(living, conn, config, c.Script.TLS, r.deadlines.CutSpacing(mostPieces))
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
	case err != nil && c.Script.TLS.Version != 0:
		return notTested(c, wire.RoleClient, started, nil, fmt.Sprintf("The client takes part in no TLS handshake where the server supports %s only: %v.", tls.VersionName(c.Script.TLS.Version), err))
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

// madeFor makes a certificate for localhost, or one that is bad as the transport asks, and
// writes its authority to a PEM file.
func madeFor(t script.Transport, dir string) (made *certificate.Issued, caFile string, err error) {
	now := time.Now()
	r := certificate.Request{Hosts: []string{"localhost", "127.0.0.1"}, From: now.Add(-time.Minute), Until: now.Add(time.Hour)}
	switch t {
	case script.OtherName:
		r.Hosts = []string{"other.example"}
	case script.Expired:
		r.From, r.Until = now.Add(-2*time.Hour), now.Add(-time.Hour)
	case script.NotYetValid:
		r.From, r.Until = now.Add(time.Hour), now.Add(2*time.Hour)
	}
	if made, err = certificate.Issue(r); err != nil {
		return nil, "", err
	}
	caFile = filepath.Join(dir, "authority.pem")
	return made, caFile, os.WriteFile(caFile, made.AuthorityPEM(), 0o600)
}
