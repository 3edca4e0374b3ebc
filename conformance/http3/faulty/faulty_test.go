package faulty_test

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"net"
	"os"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/wsspec/wsspec/conformance"
	"github.com/wsspec/wsspec/conformance/catalog"
	"github.com/wsspec/wsspec/conformance/certificate"
	inner "github.com/wsspec/wsspec/conformance/faulty"
	"github.com/wsspec/wsspec/conformance/http3"
	"github.com/wsspec/wsspec/conformance/http3/faulty"
	"github.com/wsspec/wsspec/conformance/script"
	"github.com/wsspec/wsspec/conformance/verdict"
)

// patience is long enough for a busy machine: only faults that make a case wait take it.
const patience = 1500 * time.Millisecond

func TestMain(m *testing.M) {
	_ = os.Setenv("QUIC_GO_DISABLE_RECEIVE_BUFFER_WARNING", "true")
	os.Exit(m.Run())
}

// issued is a certificate for all servers.
var issued = sync.OnceValue(func() *certificate.Issued {
	c, err := certificate.Issue(certificate.Request{Hosts: []string{"127.0.0.1"}, From: time.Now().Add(-time.Hour), Until: time.Now().Add(time.Hour)})
	if err != nil {
		panic(err)
	}
	return c
})

// play runs cases against a server of HTTP/3 with a fault.
func play(t *testing.T, f faulty.Fault, inside inner.Fault, cases []*script.Case) []conformance.Result {
	t.Helper()
	key, err := issued().KeyPEM()
	must(t, err)
	pair, err := tls.X509KeyPair(issued().CertificatePEM(), key)
	must(t, err)
	socket, err := net.ListenPacket("udp", "127.0.0.1:0")
	must(t, err)
	defer socket.Close()
	ctx, cancel := context.WithCancel(t.Context())
	stopped := make(chan error)
	go func() {
		stopped <- faulty.Serve(ctx, socket, &tls.Config{MinVersion: tls.VersionTLS13, Certificates: []tls.Certificate{pair}}, f, inside)
	}()
	target, err := conformance.ParseTarget("wss://" + socket.LocalAddr().String())
	must(t, err)
	roots := x509.NewCertPool()
	roots.AddCert(issued().Authority)
	target.TLS, target.HTTP3 = &tls.Config{MinVersion: tls.VersionTLS13, RootCAs: roots}, http3.Connect
	results, err := conformance.RunServer(ctx, target, cases, conformance.Options{Wait: time.Millisecond, Deadlines: conformance.NewDeadlines(patience, 0, 1)})
	cancel()
	if served := <-stopped; served != nil {
		t.Error(served)
	}
	if err != nil && f.Name == "" && inside.Name == "" {
		t.Error(err)
	}
	return results
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// A correct server of HTTP/3 passes every case about it.
func TestACorrectServerPassesOverHTTP3(t *testing.T) {
	t.Parallel()
	for _, r := range play(t, faulty.Fault{}, inner.Fault{}, catalog.OverHTTP3()) {
		if r.Verdict != verdict.Pass {
			t.Errorf("%s (%s) is %s: %s", r.Case.ID, r.Case.Title, r.Verdict, r.Explanation)
		}
	}
}

// Each fault below WebSocket is caught by a case: it fails, or it warns where the RFC leaves
// room.
func TestHTTP3FaultsAreCaught(t *testing.T) {
	t.Parallel()
	type row struct {
		fault, by string
		want      verdict.Verdict
	}
	caught := []row{
		{"setting-2", "rfc9220/3/1", verdict.Fail},
		{"no-permission", "rfc9220/3/1", verdict.Fail},
		{"setting-twice", "rfc9220/3/1", verdict.Fail},
		{"setting-of-http2", "rfc9220/3/1", verdict.Fail},
		{"settings-late", "rfc9220/3/1", verdict.Fail},
		{"settings-again", "rfc9220/3/1", verdict.Fail},
		{"data-on-control", "rfc9220/3/1", verdict.Fail},
		{"ends-control", "rfc9220/3/1", verdict.Fail},
		{"pushes", "rfc9220/3/1", verdict.Fail},
		{"refuses-setting", "rfc9220/3/2", verdict.Fail},
		{"refuses-unknown-setting", "rfc9220/3/5", verdict.Fail},
		{"accepts-no-protocol", "rfc9220/3/6", verdict.Warn},
		{"accepts-any-protocol", "rfc9220/3/8", verdict.Warn},
		{"refuses-protocol-404", "rfc9220/3/8", verdict.Warn},
		{"accepts-no-path", "rfc9220/3/15", verdict.Warn},
		{"accepts-doubled-fields", "rfc9220/3/14", verdict.Warn},
		{"accepts-late-fields", "rfc9220/3/21", verdict.Fail},
		{"accepts-unknown-fields", "rfc9220/3/22", verdict.Fail},
		{"accepts-capitals", "rfc9220/3/23", verdict.Fail},
		{"accepts-connection", "rfc9220/3/24", verdict.Fail},
		{"wants-key", "rfc9220/3/25", verdict.Warn},
		{"tunnels", "rfc9220/3/20", verdict.Fail},
		{"answers-101", "rfc9220/3/27", verdict.Fail},
		{"answers-201", "rfc9220/3/27", verdict.Warn},
		{"answers-connection", "rfc9220/3/1", verdict.Fail},
		{"answers-accept", "rfc9220/3/25", verdict.Warn},
		{"answers-capitals", "rfc9220/3/1", verdict.Fail},
		{"no-plain-answer", "rfc9220/3/48", verdict.Fail},
		{"frame-in-one-data", "rfc9220/3/32", verdict.Fail},
		{"empty-data-ends", "rfc9220/3/33", verdict.Fail},
		{"refuses-unknown-frame", "rfc9220/3/50", verdict.Fail},
		{"refuses-unknown-control", "rfc9220/3/51", verdict.Fail},
		{"refuses-unknown-stream", "rfc9220/3/52", verdict.Fail},
		{"sends-trailers", "rfc9220/3/1", verdict.Fail},
		{"sends-frame-of-http2", "rfc9220/3/1", verdict.Fail},
		{"leaves-stream-open", "rfc9220/3/36", verdict.Fail},
		{"resets-at-end", "rfc9220/3/43", verdict.Warn},
		{"ends-inside-frame", "rfc9220/3/36", verdict.Fail},
		{"closes-connection", "rfc9220/3/44", verdict.Fail},
		{"reset-ends-all", "rfc9220/3/41", verdict.Fail},
		{"one-stream", "rfc9220/3/47", verdict.Fail},
		{"goaway-ends-all", "rfc9220/3/54", verdict.Warn},
		{"masks-frames", "rfc9220/3/1", verdict.Fail}, // a fault of WebSocket shows in the stream
	}
	faults := faulty.Faults()
	for _, f := range faults {
		if !slices.ContainsFunc(caught, func(row row) bool { return row.fault == f.Name }) {
			t.Errorf("no case is named that catches %s", f.Name)
		}
	}
	for _, tt := range caught {
		t.Run(tt.fault+" "+tt.by, func(t *testing.T) {
			t.Parallel()
			var f faulty.Fault
			inside, unknown := inner.ByName(tt.fault)
			if at := slices.IndexFunc(faults, func(f faulty.Fault) bool { return f.Name == tt.fault }); at >= 0 {
				f = faults[at]
			} else if unknown != nil {
				t.Fatal(unknown)
			}
			c := catalog.ByID(tt.by)
			if c == nil {
				t.Fatalf("there is no case %s", tt.by)
			}
			r := play(t, f, inside, []*script.Case{c})[0]
			if r.Verdict != tt.want || r.Explanation == "" {
				t.Errorf("%s is %s (%s), want %s", tt.by, r.Verdict, r.Explanation, tt.want)
			}
			t.Log(r.Explanation)
		})
	}
}
