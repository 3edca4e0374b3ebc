package pcapng

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/wsspec/wsspec/conformance/verdict"
	"github.com/wsspec/wsspec/reports"
	"github.com/wsspec/wsspec/reports/internal/fixture"
)

// The transcript of a target over HTTP/2 is a stream to Wireshark, with the fields and the
// octets of both ends; nothing is malformed, also where the report has lost octets. HTTP/3 is
// drawn so, too.
func TestCaptureOfHTTP2(t *testing.T) {
	for _, transport := range []string{overHTTP2, overHTTP3} {
		t.Run(transport, func(t *testing.T) { captureOf(t, transport) })
	}
}

func captureOf(t *testing.T, transport string) {
	t.Helper()
	fields := ":method: CONNECT\r\n:protocol: websocket\r\n:scheme: http\r\n:path: /chat\r\n:authority: localhost\r\nx-long: " + strings.Repeat("x", 300) + "\r\n"
	entry := func(at int64, dir reports.Direction, kind reports.Kind, octets string) reports.Entry {
		return reports.Entry{T: at, Dir: dir, Kind: kind, Text: "entry", Octets: []byte(octets), Length: int64(len(octets))}
	}
	cut := entry(500, reports.Received, reports.KindOctets, "beginning")
	cut.Length = 20 << 20
	r := fixture.Part("alpha", verdict.Server, "1.1.1")
	r.Targets[0].Transport = transport
	r.Results[0].Transcript = []reports.Entry{
		entry(100, reports.Sent, reports.KindRequest, fields),
		entry(200, reports.Received, reports.KindResponse, ":status: 200\r\n"),
		entry(300, reports.Sent, reports.KindOctets, "hello"),
		entry(400, reports.Sent, reports.KindRequest, fields),
		cut,
		{T: 600, Dir: reports.Received, Kind: reports.KindEOF, Text: "the peer ended the stream by END_STREAM"},
	}
	got := tshark(t, r, "http2", "ip.src", "http2.type", "http2.streamid", "http2.headers.path", "http2.headers.status", "http2.flags.end_stream")
	want := []string{
		"10.0.0.1\t4\t0\t\t\t", // the preface and SETTINGS
		"10.1.0.1\t4\t0\t\t\t",
		"10.0.0.1\t1\t1\t/chat\t\t0",
		"10.1.0.1\t1\t1\t\t200\t0",
		"10.0.0.1\t0\t1\t\t\t0",
		"10.0.0.1\t1\t3\t/chat\t\t0",
		"10.1.0.1\t0\t3\t\t\t0",
	}
	if len(got) < len(want) || !cmp.Equal(want, got[:len(want)]) {
		t.Errorf("packets (-want +tshark):\n%s", cmp.Diff(want, got))
	}
	if bad := tshark(t, r, "_ws.malformed", "frame.number"); len(bad) > 0 {
		t.Errorf("Wireshark finds the packets %q malformed", bad)
	}
	if port := tshark(t, r, "http2.headers.status", "tcp.srcport"); !cmp.Equal(port, []string{"80"}) {
		t.Errorf("the response comes from the port %q", port)
	}
}
