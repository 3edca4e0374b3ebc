package conformance_test

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"net/http"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/wsspec/wsspec/conformance"
	"github.com/wsspec/wsspec/conformance/catalog"
	"github.com/wsspec/wsspec/conformance/script"
	"github.com/wsspec/wsspec/conformance/verdict"
	"github.com/wsspec/wsspec/ref"
	"github.com/wsspec/wsspec/ref/http2"
	"github.com/wsspec/wsspec/ref/wire"
)

// echoOverHTTP2 is the reference as a client of HTTP/2, which trusts the authority in a PEM file.
func echoOverHTTP2(ctx context.Context, url, caFile string) []string {
	config := &tls.Config{MinVersion: tls.VersionTLS12}
	if caFile != "" {
		pem, err := os.ReadFile(caFile)
		if err != nil {
			return []string{err.Error()}
		}
		config.RootCAs = x509.NewCertPool()
		config.RootCAs.AppendCertsFromPEM(pem)
	}
	client := &http.Client{Transport: http2.NewTransport(config)}
	defer client.CloseIdleConnections()
	c, _, err := ref.Dial(ctx, url, &ref.DialOptions{HTTPClient: client, ExtendedConnect: true, Compression: &ref.Compression{}})
	if err != nil {
		return []string{err.Error()}
	}
	defer c.CloseNow()
	_ = ref.Echo(ctx, c)
	return nil
}

// The reference passes the cases over HTTP/2 and TLS, and those of the catalogue that apply.
func TestTheReferencePassesAsAClientOverHTTP2(t *testing.T) {
	t.Parallel()
	cases := slices.Concat(script.ForRole(catalog.OverHTTP2(), wire.RoleClient), named(t, "1.1.1", "5.8", "rfc6455/3/9", "rfc6455/4.1/1", "rfc6455/4.1/54", "rfc6455/5.3/1"))
	results, err := conformance.RunClients(within(t, 60*time.Second), nil, cases, conformance.Options{HTTP2: "wss", SecureLauncher: echoOverHTTP2, Deadlines: short})
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range results {
		if r.Verdict != verdict.Pass {
			t.Error(describe(r))
		}
	}
}

// A run over TLS needs a launcher that tells the client which authority to trust.
func TestHTTP2OverTLSNeedsAnAuthority(t *testing.T) {
	launch := func(ctx context.Context, url string) []string { return echoOverHTTP2(ctx, url, "") }
	if _, err := conformance.RunClients(t.Context(), launch, named(t, "1.1.1"), conformance.Options{HTTP2: "wss"}); err == nil || !strings.Contains(err.Error(), "authority") {
		t.Errorf("the error is %v", err)
	}
}

// Streams of one connection play cases at the same time. What is about the whole connection, and
// a client of HTTP/1.1, is left out with the reason.
func TestStreamsPlayCasesAtTheSameTime(t *testing.T) {
	ids := []string{"1.1.1", "1.2.1", "5.8", "7.1.1", "rfc8441/5/53"}
	var mu sync.Mutex
	got := map[string]conformance.Result{}
	s := startService(t, &conformance.Service{HTTP2: true, Cases: named(t, append(ids, "rfc8441/3/10", "2.1")...), Deadlines: short, Done: func(_ string, r conformance.Result) {
		mu.Lock()
		defer mu.Unlock()
		got[r.Case.ID] = r
	}})
	ctx := within(t, 60*time.Second)
	client := &http.Client{Transport: http2.NewTransport(nil)}
	defer client.CloseIdleConnections()
	play := func(target string, how *ref.DialOptions) {
		c, _, err := ref.Dial(ctx, fmt.Sprintf("ws://%s/%s&agent=one", s.addr, target), how)
		if err != nil {
			t.Errorf("%s: %v", target, err)
			return
		}
		defer c.CloseNow()
		_ = ref.Echo(ctx, c)
	}
	over := func() *ref.DialOptions { return &ref.DialOptions{HTTPClient: client, ExtendedConnect: true} }
	var playing sync.WaitGroup
	for _, id := range append(ids, "rfc8441/3/10") {
		playing.Go(func() { play("runCase?casetuple="+id, over()) })
	}
	playing.Wait()
	play("runCase?casetuple=2.1", nil)
	play("updateReports?", over()) // waits for the results
	s.stop()
	s.wantStopped(context.Canceled)
	for _, id := range ids {
		if r := got[id]; r.Verdict != verdict.Pass {
			t.Errorf("%s: %s", id, describe(r))
		}
	}
	for id, why := range map[string]string{"rfc8441/3/10": "the whole connection", "2.1": "over HTTP/1.1"} {
		if r := got[id]; r.Verdict != verdict.Skip || !strings.Contains(r.Explanation, why) {
			t.Errorf("%s is %s: %s; want it left out with %q", id, r.Verdict, r.Explanation, why)
		}
	}
}
