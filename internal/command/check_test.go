package command

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/wsspec/wsspec/conformance/check"
	"github.com/wsspec/wsspec/reports"
)

// checked is what --format json says of files.
func checked(t *testing.T, want int, args ...string) []*check.File {
	t.Helper()
	o := wsspec(t, append([]string{"check", "--format", "json"}, args...)...)
	o.want(t, want)
	var out struct {
		Schema string
		Files  []*check.File
	}
	if err := json.Unmarshal([]byte(o.stdout), &out); err != nil || out.Schema != checkSchema {
		t.Fatalf("%v: schema %q in %s", err, out.Schema, o.stdout)
	}
	return out.Files
}

// captureOf writes the transcripts of a run as a capture.
func captureOf(t *testing.T, journal string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "run.pcapng")
	wsspec(t, "report", journal, "-o", path).want(t, exitPass)
	return path
}

// fastCases are cases whose transcripts have a bit of all: what they leave out and cut, too.
var fastCases = []string{
	"--run", "1.1.[1-6]", "--run", "2.[1-9]", "--run", "3.2", "--run", "5.[1-9]", "--run", "7.7.[1-3]", "--run", "13.3.1",
	"--run", "rfc6455/4.2.1/?", "--run", "rfc7692/7.2/?",
}

// Of a correct peer no run and no capture of one has a violation, and of the harness they
// have those that it makes on purpose.
func TestCheckOfACorrectPeer(t *testing.T) {
	out := t.TempDir()
	wsspec(t, append([]string{"server", reference(t), "--out", out, "--keep-journal"}, fastCases...)...).want(t, exitPass)
	journal := filepath.Join(out, reports.JournalFile)
	capture := captureOf(t, journal)
	for _, args := range [][]string{{journal}, {capture, "--only", "server"}, {capture, journal, "--only", "server"}} {
		for _, f := range checked(t, exitPass, args...) {
			if n := f.Violations(); n > 0 || len(f.Connections) < 40 {
				t.Errorf("%s: %d violations in %d connections", f.Form, n, len(f.Connections))
			}
			cut, left := 0, 0
			for _, c := range f.Connections {
				for _, n := range c.NotJudged {
					switch n.Why {
					case "the capture has lost a packet", "the transcript leaves entries out":
						left++
						if n.Rest || n.Why == "the capture has lost a packet" {
							t.Errorf("%s: judging ends where frames are left out: %+v", f.Form, n)
						}
					case "the capture cut off the end of a packet", "the transcript has only the beginning of what was sent":
						cut++
					}
				}
			}
			if cut == 0 || left == 0 {
				t.Errorf("%s: %d octets cut, %d entries left out: what a transcript lacks is not said", f.Form, cut, left)
			}
		}
	}
	text := wsspec(t, "check", "-v", capture)
	text.want(t, exitNonconformant, "VIOLATION", " client: RFC 6455 5.2, MUST, RFC6455-5.2-3: ", `server: text "Hello, world!"`)
	if strings.Contains(text.stdout, "server: RFC ") {
		t.Error("the text has a violation of the server")
	}
	for _, c := range checked(t, exitNonconformant, journal, "--only", "client")[0].Connections {
		if c.Case == "3.2" && (len(c.Violations) != 1 || c.Violations[0].Requirement != "RFC6455-5.2-3" || c.Verdict != "pass" || c.Harness != "client") {
			t.Errorf("3.2: %+v", c)
		}
	}
}

// What a run saw the peer break, check sees in the run's journal and in the capture of it.
func TestCheckFindsWhatTheRunFound(t *testing.T) {
	for _, fault := range []string{"rsv2-on-close", "compresses-badly", "answers-undefined-parameter", "echo-begins-with-continuation"} {
		t.Run(fault, func(t *testing.T) {
			t.Parallel()
			s := serves(t, "echo", "--addr", "127.0.0.1:0", "--fault", fault)
			out := t.TempDir()
			args := []string{"server", strings.TrimSpace(s.url), "--out", out, "--keep-journal", "--timeout", "300ms", "--run", "2.[1-4]", "--run", "5.[3-6]", "--run", "9.7.1", "--run", "rfc7692/7.2/[1-4]"}
			wsspec(t, args...).want(t, exitNonconformant)
			journal := filepath.Join(out, reports.JournalFile)
			found := map[string][]string{}
			var byRun, byCapture []string
			for _, c := range checked(t, exitNonconformant, journal)[0].Connections {
				for _, v := range c.Violations {
					found[c.Case] = append(found[c.Case], v.Requirement)
					byRun = append(byRun, v.Requirement)
				}
			}
			for _, c := range checked(t, exitNonconformant, "--only", "server", captureOf(t, journal))[0].Connections {
				for _, v := range c.Violations {
					byCapture = append(byCapture, v.Requirement)
				}
			}
			broken := 0
			for _, res := range readReport(t, out).Results {
				if res.Broken != "" {
					broken++
					if !slices.Contains(found[res.ReplayID()], res.Broken) {
						t.Errorf("%s: the run saw that %s is broken, check saw %q", res.ReplayID(), res.Broken, found[res.ReplayID()])
					}
				}
			}
			if slices.Sort(byRun); broken == 0 || len(byRun) < broken {
				t.Errorf("the run saw %d violations, check %d", broken, len(byRun))
			}
			if slices.Sort(byCapture); !slices.Equal(byRun, byCapture) {
				t.Errorf("in the journal there are %q, in the capture %q", byRun, byCapture)
			}
		})
	}
}

// realCapture was made by dumpcap; see conformance/check.
const realCapture = "../../conformance/check/testdata/exchange.pcapng.gz"

func TestCheckText(t *testing.T) {
	o := wsspec(t, "check", realCapture)
	o.want(t, exitNonconformant,
		realCapture+" (captured packets): 3 WebSocket connections, 1 violation\n",
		"#1 127.0.0.1:46276 → 127.0.0.1:19400 2026-11-26 21:46:07.435518Z; /; extensions permessage-deflate; client 6 frames, 326 octets; server 6 frames, 249 octets; close 1000 \"done\" from the client; ",
		"\n    VIOLATION +0.000871s server: RFC 6455 5.2, MUST, RFC6455-5.2-3: a close frame with RSV bits 010 that no extension gave a meaning (octet 1010)\n",
		"\nnot judged: 1 connection: TLS (127.0.0.1:46298 → 127.0.0.1:19400)\n",
	)
	wsspec(t, "check", "--only", "client", realCapture).want(t, exitPass, "0 violations")
	cut := filepath.Join(t.TempDir(), "cut.pcapng.gz")
	octets := []byte(read(t, realCapture))
	if err := os.WriteFile(cut, octets[:len(octets)*3/4], 0o600); err != nil {
		t.Fatal(err)
	}
	wsspec(t, "check", "--only", "client", cut).want(t, exitPass, "warning: "+cut+": judged up to an error: the file is cut off within packet", "note: judged up to an error")
}

func TestCheckExitCodes(t *testing.T) {
	har := textFile(t, `{"log":{"entries":[{"request":{"url":"http://localhost/"}}]}}`)
	for _, tt := range []struct {
		args []string
		want int
		text string
	}{
		{nil, exitUsage, "which file?"},
		{[]string{"nowhere.pcap"}, exitUsage, "nowhere.pcap"},
		{[]string{"--only", "both", realCapture}, exitUsage, "it has to be server or client"},
		{[]string{"--format", "jsn", realCapture}, exitUsage, `did you mean "json"?`},
		{[]string{textFile(t, "")}, exitHarness, "it is empty"},
		{[]string{textFile(t, "garbage")}, exitHarness, "it is none of pcap, pcapng, HAR, report.json and journal.jsonl"},
		{[]string{textFile(t, "{")}, exitHarness, "it is cut off"},
		{[]string{textFile(t, `{"name":1}`)}, exitHarness, `it is JSON that begins with "name"`},
		{[]string{textFile(t, `{"log":{"entries":[`)}, exitHarness, "the file is cut off within its JSON"},
		{[]string{textFile(t, "\x1f\x8bgarbage")}, exitHarness, "gzip"},
		{[]string{textFile(t, "\xd4\xc3\xb2\xa1\x02\x00")}, exitHarness, "the file is cut off within its header"},
		{[]string{har}, exitHarness, "it has no WebSocket connection to judge: 1 connection: HTTP without WebSocket"},
		{[]string{"--only", "client", realCapture, har}, exitHarness, "3 WebSocket connections"},
		{[]string{realCapture, har}, exitNonconformant, "it has no WebSocket connection to judge"},
	} {
		t.Run(strings.Join(tt.args, " "), func(t *testing.T) {
			wsspec(t, append([]string{"check"}, tt.args...)...).want(t, tt.want, tt.text)
		})
	}
}

func TestCheckReadsStandardInput(t *testing.T) {
	octets := read(t, realCapture)
	var stdout, stderr bytes.Buffer
	if code := run(context.Background(), []string{"check", "-"}, strings.NewReader(octets), &stdout, &stderr); code != exitNonconformant || !strings.HasPrefix(stdout.String(), "standard input (captured packets): 3 ") {
		t.Errorf("%d: %s%s", code, stdout.String(), stderr.String())
	}
}

// An input from which nothing comes keeps nobody waiting who interrupts the command.
func TestCheckEndsWhenItIsInterrupted(t *testing.T) {
	mute, w := io.Pipe()
	defer w.Close()
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	var stdout, stderr bytes.Buffer
	if code := run(ctx, []string{"check", "-"}, mute, &stdout, &stderr); code != exitHarness || !strings.Contains(stderr.String(), "interrupted") {
		t.Errorf("%d: %s%s", code, stdout.String(), stderr.String())
	}
}

// Secrets that are in a capture are in nothing that is printed.
func TestCheckHidesSecrets(t *testing.T) {
	const cookie, token, word = "c00kie-S3cret-value", "t0ken-S3cret-value", "Qu3ryOfOneWord"
	har := textFile(t, `{"log":{"entries":[{"_resourceType":"websocket","request":{"method":"GET","url":"ws://localhost/?access_token=`+token+`","httpVersion":"HTTP/1.1","headers":[
		{"name":"Host","value":"localhost"},{"name":"Upgrade","value":"websocket"},{"name":"Connection","value":"Upgrade"},{"name":"Sec-WebSocket-Version","value":"13"},
		{"name":"Sec-WebSocket-Key","value":"dGhlIHNhbXBsZSBub25jZQ=="},{"name":"Cookie","value":"session=`+cookie+`"}]},
		"response":{"status":101,"headers":[{"name":"Upgrade","value":"websocket"},{"name":"Connection","value":"Upgrade"},{"name":"Sec-WebSocket-Accept","value":"`+cookie+`"}]},
		"_webSocketMessages":[{"type":"send","opcode":1,"data":"my cookie is `+cookie+`"}]},
		{"_resourceType":"websocket","request":{"method":"GET","url":"ws://localhost/?`+word+`"},"response":{"status":101},"_webSocketMessages":[]}]}}`)
	for _, format := range []string{"text", "json"} {
		o := wsspec(t, "check", "-v", "--format", format, har)
		o.want(t, exitNonconformant, "REDACTED", "my cookie is REDACTED", "RFC6455-4.1-53")
		for _, secret := range []string{cookie, token, word} {
			if strings.Contains(o.stdout+o.stderr, secret) {
				t.Errorf("%s: %s is there: %s", format, secret, o.stdout)
			}
		}
		o = wsspec(t, "check", "-v", "--keep-secrets", "--format", format, har)
		o.want(t, exitNonconformant, cookie, token, word, "warning: --keep-secrets")
	}
}
