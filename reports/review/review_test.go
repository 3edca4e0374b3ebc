package review_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/wsspec/wsspec/conformance/check"
	"github.com/wsspec/wsspec/conformance/verdict"
	"github.com/wsspec/wsspec/ref/wire"
	"github.com/wsspec/wsspec/reports"
	"github.com/wsspec/wsspec/reports/review"
)

const (
	key     = "dGhlIHNhbXBsZSBub25jZQ=="
	request = "GET / HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: " + key + "\r\nSec-WebSocket-Version: 13\r\n\r\n"
	accept  = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n"
)

func sent(octets string) reports.Entry {
	return reports.Entry{Dir: reports.Sent, Kind: reports.KindOctets, Octets: []byte(octets), Length: int64(len(octets))}
}

func received(octets string) reports.Entry {
	e := sent(octets)
	e.Dir = reports.Received
	return e
}

// frame is a received frame.
func frame(octets string) reports.Entry {
	e := received(octets)
	e.Kind, e.Frame = reports.KindFrame, &reports.Frame{}
	return e
}

// cut is an entry of which the report has the beginning.
func cut(e reports.Entry, missing int64) reports.Entry { e.Length += missing; return e }

func note(text string) reports.Entry {
	return reports.Entry{Dir: reports.Note, Kind: reports.KindNote, Text: text}
}

func TestReport(t *testing.T) {
	server := []reports.Entry{sent(request), received(accept)}
	client := []reports.Entry{received(request), sent(accept)}
	for _, tt := range []struct {
		name    string
		role    verdict.Role
		entries []reports.Entry
		want    string
	}{
		{"a server that masks", verdict.Server, append(server, received("\x81\x81abcd\x00")), "server RFC6455-5.1-6 130"},
		{"a client that does not mask", verdict.Client, append(client, received("\x81\x01a")), "client RFC6455-5.1-3 149"},
		{"the harness does not mask", verdict.Server, append(server, sent("\x81\x01a")), ""},
		{"behind octets that are cut off", verdict.Server, append(server, cut(received("\x81\x04ab"), 2), received("\x91\x00")), "server RFC6455-5.2-3 135, server 129: the transcript has only the beginning of what was sent"},
		{
			"behind entries that are left out", verdict.Server, append(server, note("7 more frames of the exchange, which were compared and not kept"), frame("\x91\x00"), received("\x91\x00")),
			"server RFC6455-5.2-3 -1, server RFC6455-5.2-3 -1, server 129: the transcript leaves entries out",
		},
		{
			"behind entries that are left out, octets that are no whole frame", verdict.Server, append(server, note("7 entries are left out here, because the report has no room for them"), received("\x91\x00")),
			"server 129: the transcript leaves entries out",
		},
		{"behind any other note", verdict.Server, append(server, note("mark a: the peer kept the connection"), received("\x91\x00")), "server RFC6455-5.2-3 129"},
		{
			"how it ends", verdict.Server, append(server, reports.Entry{Dir: reports.Note, Kind: reports.KindDrop}, reports.Entry{Dir: reports.Received, Kind: reports.KindReset}),
			"TCP closed by the client, TCP reset by the server",
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := &reports.Report{Started: time.Unix(1_700_000_000, 0), Results: []reports.Result{
				{Agent: "mine", Role: tt.role, ID: "1.1", Verdict: verdict.Fail, Transcript: tt.entries},
				{Agent: "mine", Role: tt.role, ID: "1.2", Verdict: verdict.Pass},
				{Agent: "mine", Role: tt.role, ID: "1.3", Verdict: verdict.NotRun},
			}}
			f, err := review.Report("", r, check.Options{})
			if err != nil {
				t.Fatal(err)
			}
			if len(f.Connections) != 1 || len(f.Notes) != 1 || f.Notes[0] != "results that have no transcript here: 1" {
				t.Fatalf("%d connections, notes %q", len(f.Connections), f.Notes)
			}
			c := f.Connections[0]
			var got []string
			for _, v := range c.Violations {
				got = append(got, fmt.Sprintf("%s %s %d", v.Sender, v.Requirement, v.Octet))
			}
			for _, n := range c.NotJudged {
				got = append(got, fmt.Sprintf("%s %d: %s", n.Sender, n.Octet, n.Why))
			}
			if c.Ended[0] != "open at the end of the transcript" {
				got = append(got, c.Ended...)
			}
			if diff := cmp.Diff(tt.want, strings.Join(got, ", ")); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			if c.Case != "1.1" || c.Verdict != "fail" || !c.Opened || (c.Client == "mine") != (tt.role == verdict.Client) {
				t.Errorf("%+v", c)
			}
		})
	}
}

// A client has to draw a key for each connection; what the harness draws is not judged.
func TestKeysOfSeveralConnections(t *testing.T) {
	for role, want := range map[verdict.Role]int64{verdict.Client: 1, verdict.Server: 0} {
		entries := []reports.Entry{received(request), sent(accept)}
		if role == verdict.Server {
			entries = []reports.Entry{sent(request), received(accept)}
		}
		r := &reports.Report{Results: []reports.Result{
			{Agent: "mine", Role: role, ID: "1", Verdict: verdict.Pass, Transcript: entries},
			{Agent: "mine", Role: role, ID: "2", Verdict: verdict.Pass, Transcript: entries},
		}}
		f, err := review.Report("", r, check.Options{Only: wire.RoleClient})
		if err != nil || f.Violations() != want {
			t.Errorf("%s: %d violations, want %d; %v", role, f.Violations(), want, err)
		}
	}
}
