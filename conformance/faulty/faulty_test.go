package faulty_test

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"net"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/wsspec/wsspec/conformance"
	"github.com/wsspec/wsspec/conformance/catalog"
	"github.com/wsspec/wsspec/conformance/certificate"
	"github.com/wsspec/wsspec/conformance/faulty"
	"github.com/wsspec/wsspec/conformance/script"
	"github.com/wsspec/wsspec/conformance/verdict"
	"github.com/wsspec/wsspec/ref/wire"
)

// listen runs a faulty server until ctx ends. It closes stopped when all connections
// have ended.
func listen(ctx context.Context, t testing.TB, f faulty.Fault) (target *conformance.Target, stopped <-chan struct{}, err error) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, nil, fmt.Errorf("listening: %w", err)
	}
	target = &conformance.Target{Agent: "faulty", URL: &url.URL{Scheme: "ws", Host: l.Addr().String(), Path: "/"}}
	serve := func() error { return faulty.Serve(ctx, l, f) }
	if f.Area == faulty.TLS {
		made := certified(t)
		serve = func() error { return faulty.ServeTLS(ctx, l, made.Leaf, f) }
		roots := x509.NewCertPool()
		roots.AddCert(made.Authority)
		_, port, _ := net.SplitHostPort(l.Addr().String())
		target.URL = &url.URL{Scheme: "wss", Host: "localhost:" + port, Path: "/"}
		target.TLS = &tls.Config{RootCAs: roots}
	}
	served := make(chan struct{})
	go func() {
		defer close(served)
		if err := serve(); err != nil {
			t.Errorf("serving %s: %v", f.Name, err)
		}
	}()
	return target, served, nil
}

// certified is a certificate for localhost.
func certified(t testing.TB) *certificate.Issued {
	t.Helper()
	now := time.Now()
	made, err := certificate.Issue(certificate.Request{Hosts: []string{"localhost"}, From: now.Add(-time.Minute), Until: now.Add(time.Hour)})
	if err != nil {
		t.Fatal(err)
	}
	return made
}

// starter starts clients with a fault.
func starter(f faulty.Fault) conformance.Starter {
	return func(ctx context.Context, url, caFile string) conformance.ClientEnd {
		if err := faulty.ConnectTrusting(ctx, url, caFile, f); err != nil {
			return conformance.ClientEnd{Remarks: []string{err.Error()}}
		}
		return conformance.ClientEnd{}
	}
}

// casesFor returns the cases that can judge a peer of the role.
func casesFor(role wire.Role) []*script.Case {
	var cases []*script.Case
	for _, c := range catalog.Cases() {
		if c.TestsRole(role) {
			cases = append(cases, c)
		}
	}
	return cases
}

// needsAnotherPeer reports whether a case was skipped because it needs a server with TLS
// or one that keeps connections, or a client that offers something else in its request.
func needsAnotherPeer(r conformance.Result) bool {
	return r.Verdict == verdict.Skip && slices.ContainsFunc(
		[]string{"The case is about TLS", "The server does not keep the connection", "The client does not offer what the case is about"},
		func(why string) bool { return strings.HasPrefix(r.Explanation, why) })
}

// calm has a long timeout, so that a slow machine does not fail a correct peer. The
// timeout costs nothing if the peer answers.
var calm = conformance.Options{Parallel: 8, Deadlines: conformance.NewDeadlines(8*time.Second, 0, 1)}

// Without a fault, the peer passes every case in both roles.
func TestCorrectPeerPassesEveryCase(t *testing.T) {
	check := func(t *testing.T, results []conformance.Result, err error) {
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range results {
			if r.Verdict != verdict.Pass && !needsAnotherPeer(r) {
				t.Errorf("%s (%s): %s, %s / %s: %s", r.Case.ID, r.Case.Title, r.Verdict, r.Behavior, r.Close, r.Explanation)
			}
		}
	}
	t.Run("server", func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		target, stopped, err := listen(ctx, t, faulty.Fault{})
		if err != nil {
			t.Fatal(err)
		}
		results, err := conformance.RunServer(ctx, target, casesFor(wire.RoleServer), calm)
		check(t, results, err)
		cancel()
		<-stopped
	})
	t.Run("server over TLS", func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		target, stopped, err := listen(ctx, t, faulty.Fault{Area: faulty.TLS})
		if err != nil {
			t.Fatal(err)
		}
		results, err := conformance.RunServer(ctx, target, sample(faulty.Fault{Area: faulty.TLS}, wire.RoleServer), calm)
		check(t, results, err)
		for _, r := range results {
			if r.Verdict == verdict.Skip {
				t.Errorf("%s is not played: %s", r.Case.ID, r.Explanation)
			}
		}
		cancel()
		<-stopped
	})
	t.Run("client", func(t *testing.T) {
		opts := calm
		opts.Starter = starter(faulty.Fault{})
		results, err := conformance.RunClients(t.Context(), nil, casesFor(wire.RoleClient), opts)
		check(t, results, err)
	})
}
