package wsspectest

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"strings"
	"testing"

	"github.com/wsspec/wsspec/conformance"
	"github.com/wsspec/wsspec/conformance/script"
	"github.com/wsspec/wsspec/ref/wire"
	"github.com/wsspec/wsspec/reports/record"
)

// Server tests a WebSocket server that sends each message back. The server is one of
//
//   - an [http.Handler], or a function that handles HTTP requests: Server serves it on the
//     loopback interface for as long as the test runs, at one port as it is, and at another one
//     over TLS, for the cases about that, with a certificate of the run;
//   - the URL of a server that runs, as a string or a [url.URL];
//   - a server that runs, a [httptest.Server];
//   - a [conformance.Target], for fields, subprotocols and TLS.
//
// The cases about TLS are skipped if the server has no TLS: a ws URL without Secure in its Target.
//
// A server that is not on the loopback interface gets at most 2 cases at once, and 20 new
// connections a second, unless [Tune] sets Parallel or the Target has a Pace.
func Server(t *testing.T, server any, list ...Option) {
	t.Helper()
	s, err := newSuite(wire.RoleServer, list)
	if err != nil {
		t.Fatal(err)
	}
	s.run(t, func(ctx context.Context, t *testing.T, cases []*script.Case) (*record.Record, error) {
		target, panics, err := serving(t, server)
		if err != nil {
			return nil, err
		}
		defer panics.say(t)
		return s.testServer(ctx, t, target, cases)
	})
}

// testServer plays cases against a server.
func (s *suite) testServer(ctx context.Context, t *testing.T, target *conformance.Target, cases []*script.Case) (*record.Record, error) {
	t.Helper()
	opts := s.opts()
	if !isLoopback(target) {
		opts.Parallel = gentleParallel
		if target.Pace == nil {
			target.Pace = conformance.NewPace(gentleRate)
		}
	}
	opts = s.tuned(opts)
	endpoint, err := conformance.Examine(ctx, target, opts)
	if err != nil {
		return nil, err
	}
	if !endpoint.PlainEcho() && !opts.NoEcho && opts.Ask == nil && opts.Dialogue == nil {
		t.Logf("The server %s. The cases need a server that sends each message back; Tune can set NoEcho, Ask or Dialogue for another one.", endpoint.Sentence())
	}
	if opts.Deadlines == s.opts().Deadlines { // nobody has chosen others
		opts.Deadlines = conformance.NewDeadlines(0, endpoint.RoundTrip, 0)
	}
	opts.ClosesWith = endpoint.ClosedWith()
	rec := s.record(opts, target.URL.String(), cases)
	opts.Done, opts.DoneKeeps = func(r conformance.Result) { rec.Put(s.agent, r) }, true
	results, err := conformance.RunServer(ctx, target, cases, opts)
	rec.Varied(s.agent, s.role, results, err == nil)
	return rec, err
}

// record begins the record of a run.
func (s *suite) record(opts conformance.Options, address string, cases []*script.Case) *record.Record {
	rec := record.New(record.Options{Profile: profileOf(opts)})
	rec.AddTarget(s.agent, s.role, address)
	var ids []string
	for _, c := range cases {
		ids = append(ids, c.ID)
	}
	rec.Plan(s.agent, s.role, ids)
	if opts.Vary != conformance.NoVariants {
		rec.PlanVariants(s.agent, s.role)
	}
	return rec
}

// The bounds for servers that are not on the loopback interface.
const (
	gentleParallel = 2
	gentleRate     = 20
)

// isLoopback reports whether the URL says that a server is on the loopback interface.
func isLoopback(target *conformance.Target) bool {
	host := target.URL.Hostname()
	address, err := netip.ParseAddr(host)
	return strings.EqualFold(host, "localhost") || err == nil && address.Unmap().IsLoopback()
}

// serving is the target that a server is. A handler is served until the test ends.
func serving(t *testing.T, server any) (*conformance.Target, *panics, error) {
	var target *conformance.Target
	var err error
	switch server := server.(type) {
	case nil:
		return nil, nil, errors.New("wsspectest.Server: the server is nil")
	case *conformance.Target:
		copied := *server
		target = &copied
	case string:
		target, err = conformance.ParseTarget(server)
	case *url.URL:
		target, err = conformance.ParseTarget(server.String())
	case *httptest.Server:
		target, err = targetOf(server)
	case http.Handler:
		return served(t, server)
	case func(http.ResponseWriter, *http.Request):
		return served(t, http.HandlerFunc(server))
	default:
		err = fmt.Errorf("wsspectest.Server: a %T is no server: it takes an http.Handler, a URL, an *httptest.Server or a *conformance.Target", server)
	}
	return target, nil, err
}

// targetOf is the target that a running server of httptest is, with its certificate.
func targetOf(server *httptest.Server) (*conformance.Target, error) {
	target, err := conformance.ParseTarget(server.URL)
	if err == nil && server.Certificate() != nil {
		pool := x509.NewCertPool()
		pool.AddCert(server.Certificate())
		target.TLS = &tls.Config{RootCAs: pool, MinVersion: tls.VersionTLS12}
	}
	return target, err
}
