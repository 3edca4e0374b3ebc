package pcapng

import (
	"bytes"
	"encoding/hex"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/wsspec/wsspec/conformance/verdict"
	"github.com/wsspec/wsspec/reports"
	"github.com/wsspec/wsspec/reports/internal/fixture"
)

// tshark dissects the capture of a report with Wireshark's dissectors, and returns the
// fields of each packet that matches the filter, separated by tabs.
func tshark(t *testing.T, r *reports.Report, filter string, fields ...string) []string {
	t.Helper()
	program, err := exec.LookPath("tshark")
	if err != nil {
		t.Skip("NOT TESTED with Wireshark's dissectors: tshark is not installed")
	}
	file := filepath.Join(t.TempDir(), "report.pcapng")
	if err := os.WriteFile(file, []byte(fixture.Drawn(t, Write, r)), 0o600); err != nil {
		t.Fatal(err)
	}
	args := []string{"-n", "-r", file, "-o", "tcp.check_checksum:TRUE", "-o", "ip.check_checksum:TRUE", "-Y", filter, "-T", "fields"}
	for _, f := range fields {
		args = append(args, "-e", f)
	}
	cmd := exec.CommandContext(t.Context(), program, args...)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("tshark: %v: %s", err, stderr.String())
	}
	// A line may end with an empty field.
	lines := strings.Split(string(out), "\n")
	return lines[:len(lines)-1]
}

// oneTranscript is a report of one passed case with this transcript.
func oneTranscript(entries []reports.Entry) *reports.Report {
	r := fixture.Part("alpha", verdict.Server, "1.1.1")
	r.Results[0].Transcript = entries
	return r
}

func TestCaptureIsWebSocketToWireshark(t *testing.T) {
	for _, role := range verdict.Roles() {
		t.Run(string(role), func(t *testing.T) {
			r := fixture.Part("alpha", role, "1.1.1")
			client, server := "10.0.0.1", "10.1.0.1"
			if role == verdict.Client {
				// The same conversation, seen from the other end.
				client, server = server, client
				for i := range r.Results[0].Transcript {
					e := &r.Results[0].Transcript[i]
					switch e.Dir {
					case reports.Sent:
						e.Dir = reports.Received
					case reports.Received:
						e.Dir = reports.Sent
					}
				}
			}
			got := tshark(t, r, "http || websocket", "frame.time_relative", "ip.src", "http.request.uri", "http.response.code", "websocket.opcode", "websocket.fin", "websocket.mask", "websocket.payload_length", "websocket.payload.close.status_code")
			want := []string{
				"0.000040000\t" + client + "\t/echo\t\t\t\t\t\t",
				"0.000310000\t" + server + "\t\t101\t\t\t\t\t",
				"0.000350000\t" + client + "\t\t\t1\t1\t1\t5\t",
				"0.000520000\t" + server + "\t\t\t1\t1\t0\t5\t",
				"0.000560000\t" + client + "\t\t\t8\t1\t1\t2\t1000",
				"0.000720000\t" + server + "\t\t\t8\t1\t0\t2\t1000",
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("packets (-want +tshark):\n%s", diff)
			}
			if port := tshark(t, r, "http.request", "tcp.dstport"); !cmp.Equal(port, []string{"80"}) {
				t.Errorf("the request goes to port %q", port)
			}
			if text := tshark(t, r, "websocket.opcode == 1 && websocket.mask == 1", "websocket.payload.text", "text"); len(text) != 1 || !strings.Contains(text[0], "Hello") {
				t.Errorf("the unmasked text is %q", text)
			}
		})
	}
}

// TestCaptureIsValidTCP: complete packets have valid checksums, and Wireshark marks
// nothing as lost, duplicate or out of order.
func TestCaptureIsValidTCP(t *testing.T) {
	r := fixture.Part("alpha", verdict.Server, "1.1.1", "1.1.2")
	odd := fixture.Conversation()
	// An odd number of octets in many segments, and a sum that carries twice.
	for _, n := range []int{1, mostSegment, mostSegment + 1, 3*mostSegment - 1} {
		octets := bytes.Repeat([]byte{0xff}, n)
		odd = append(odd, reports.Entry{T: 800, Dir: reports.Sent, Kind: reports.KindOctets, Text: "octets", Octets: octets, Length: int64(n)})
	}
	r.Results[1].Transcript = odd
	if packets := tshark(t, r, "tcp", "ip.checksum.status", "tcp.checksum.status"); len(packets) < 25 || strings.Join(packets, "") != strings.Repeat("1\t1", len(packets)) {
		t.Errorf("checksums of %d packets, 1 is good: %q", len(packets), packets)
	}
	if bad := tshark(t, r, "tcp.analysis.flags || tcp.stream == 0 && _ws.malformed", "frame.number", "_ws.col.Info"); len(bad) > 0 {
		t.Errorf("Wireshark complains: %q", bad)
	}
	if streams := tshark(t, r, "tcp.flags.syn == 1 && tcp.flags.ack == 0", "tcp.srcport"); !cmp.Equal(streams, []string{"1025", "1026"}) {
		t.Errorf("connections are from the ports %q", streams)
	}
}

// TestCaptureGoesOnAfterOctetsThatWereCut: frames of which the report has only the
// beginning leave a gap, and the frames after the gap can be read.
func TestCaptureGoesOnAfterOctetsThatWereCut(t *testing.T) {
	for _, length := range []int64{300, 40_000, 100 << 20, 1 << 40} {
		entries := fixture.Conversation()
		big := fixture.Cut(600, length)
		big.Octets = append([]byte{0x82, 127, 0, 0, 0, 0, 0, 0, 0, 0}, big.Octets[10:]...)
		for i := range 8 {
			big.Octets[2+i] = byte(uint64(length-10) >> (56 - 8*i))
		}
		entries = append(entries[:6:6], append([]reports.Entry{big}, entries[6:]...)...)
		got := tshark(t, oneTranscript(entries), "websocket && ip.src == 10.1.0.1", "websocket.opcode", "websocket.payload.close.status_code")
		if len(got) < 2 || got[0] != "1\t" || got[len(got)-1] != "8\t1000" {
			t.Errorf("after a frame of %d octets: %q", length, got)
		}
	}
}

// TestCaptureOfALongTranscriptHasBothEnds: the frames after the gap can be read, and a
// packet says how much is missing.
func TestCaptureOfALongTranscriptHasBothEnds(t *testing.T) {
	entries := fixture.Conversation()
	long := slices.Clone(entries[:3])
	for range 2996 {
		long = append(long, entries[4])
	}
	long = append(long, entries[6])
	got := tshark(t, oneTranscript(long), "websocket", "websocket.opcode")
	if n := len(got); n != headEntries+tailEntries-3 || got[n-1] != "8" {
		t.Errorf("%d frames, the last one %q", n, got[n-1])
	}
	note := tshark(t, oneTranscript(long), `frame.comment contains "1,000 of the transcript's entries are left out here"`, "tcp.seq")
	// The response of the handshake, 1,497 frames before the gap and 1,000 in it.
	want := 1 + len(entries[2].Octets) + (1497+1000)*len(entries[4].Octets)
	if len(note) != 1 || note[0] != fmt.Sprint(want) {
		t.Errorf("the note is in the packets %q, want the one at %d", note, want)
	}
}

func TestCaptureShowsHowTheConnectionEnded(t *testing.T) {
	open := fixture.Conversation()[:5]
	note := reports.Entry{T: 900, Dir: reports.Note, Kind: reports.KindNote, Text: "said at the end"}
	for _, c := range []struct {
		name string
		end  reports.Entry
		want string
	}{
		{"the peer closed", reports.Entry{T: 600, Dir: reports.Received, Kind: reports.KindEOF, Text: "closed"}, "10.1.0.1\t1\t0"},
		{"the peer reset", reports.Entry{T: 600, Dir: reports.Received, Kind: reports.KindReset, Text: "reset"}, "10.1.0.1\t0\t1"},
		{"the harness gave up", reports.Entry{T: 600, Dir: reports.Note, Kind: reports.KindDrop, Text: "dropped"}, "10.0.0.1\t1\t0"},
	} {
		r := oneTranscript(append(open[:5:5], c.end, note))
		if got := tshark(t, r, "tcp.flags.fin == 1 || tcp.flags.reset == 1", "ip.src", "tcp.flags.fin", "tcp.flags.reset"); !cmp.Equal(got, []string{c.want}) {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
		if got := tshark(t, oneTranscript(append(open[:5:5], c.end, c.end)), "tcp.flags.fin == 1", "ip.src"); len(got) > 1 {
			t.Errorf("%s, twice: %d packets with FIN", c.name, len(got))
		}
		if got := tshark(t, r, "frame.comment contains \"said at the end\"", "frame.number"); len(got) != 1 {
			t.Errorf("%s: the last note is in %d packets", c.name, len(got))
		}
	}
}

func TestCaptureNamesTheCaseAndSurvivesHostileText(t *testing.T) {
	got := tshark(t, fixture.Sample(), "tcp.flags.syn == 1 && tcp.flags.ack == 0", "ip.dst", "frame.comment")
	if len(got) != 9 { // one case has the verdict skip, one error
		t.Errorf("%d connections", len(got))
	}
	if !strings.HasPrefix(got[2], "10.1.0.1\talpha as a server, case 2.7 (fail): a ping of 126 octets,The peer answered") {
		t.Errorf("the first packet of a failure says %q", got[2])
	}
	if strings.ContainsAny(strings.Join(got, ""), "\x00\x1b") {
		t.Error("a comment has control characters")
	}
}

func TestCaptureOfNothingIsACapture(t *testing.T) {
	text := fixture.Drawn(t, Write, &reports.Report{})
	if !strings.HasPrefix(text, "\x0a\x0d\x0d\x0a") || len(text)%4 != 0 {
		t.Errorf("begins with %s", hex.EncodeToString([]byte(text[:8])))
	}
	if got := tshark(t, &reports.Report{}, "ip", "frame.number"); len(got) != 0 {
		t.Errorf("%d packets", len(got))
	}
}

func TestFormOfTheSample(t *testing.T) { fixture.Form(t, Form) }
