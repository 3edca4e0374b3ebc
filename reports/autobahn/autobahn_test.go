package autobahn

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/wsspec/wsspec/conformance/verdict"
	"github.com/wsspec/wsspec/reports"
	"github.com/wsspec/wsspec/reports/internal/fixture"
)

// folderOf writes a report in Autobahn's form and returns the folder.
func folderOf(t *testing.T, r *reports.Report) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "made", "when missing")
	if err := Write(dir, r); err != nil {
		t.Fatal(err)
	}
	return dir
}

// members reads a JSON object as a script would.
func members(t *testing.T, path string) map[string]any {
	t.Helper()
	octets, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var v map[string]any
	if err := json.Unmarshal(octets, &v); err != nil {
		t.Fatalf("%s: %v", path, err)
	}
	return v
}

// servers is the sample without its client.
func servers() *reports.Report {
	r := fixture.Sample()
	r.Targets = r.Targets[:2]
	r.Results = slices.DeleteFunc(r.Results, func(res reports.Result) bool { return res.Role == verdict.Client })
	return r
}

func TestAutobahnIndex(t *testing.T) {
	r := servers()
	r.Results = append(r.Results, fixture.Broken("alpha", verdict.Server, "1.1.2"))
	want := map[string]any{
		"alpha": map[string]any{
			"1.1.1":           map[string]any{"behavior": "OK", "behaviorClose": "OK", "remoteCloseCode": 1000., "duration": 1., "reportfile": "alpha_case_1_1_1.json"},
			"1.1.10":          map[string]any{"behavior": "OK", "behaviorClose": "OK", "remoteCloseCode": 1000., "duration": 1., "reportfile": "alpha_case_1_1_10.json"},
			"2.7":             map[string]any{"behavior": "FAILED", "behaviorClose": "WRONG CODE", "remoteCloseCode": 1000., "duration": 1., "reportfile": "alpha_case_2_7.json"},
			"3.2":             map[string]any{"behavior": "NON-STRICT", "behaviorClose": "OK", "remoteCloseCode": nil, "duration": 1., "reportfile": "alpha_case_3_2.json"},
			"rfc6455/4.2.1/3": map[string]any{"behavior": "FAILED", "behaviorClose": "WRONG CODE", "remoteCloseCode": 1000., "duration": 1., "reportfile": "alpha_case_rfc6455_4_2_1_3.json"},
		},
		"beta": map[string]any{
			"1.1.1":  map[string]any{"behavior": "OK", "behaviorClose": "OK", "remoteCloseCode": 1000., "duration": 1., "reportfile": "beta_case_1_1_1.json"},
			"2.7":    map[string]any{"behavior": "FAILED", "behaviorClose": "WRONG CODE", "remoteCloseCode": 1000., "duration": 1., "reportfile": "beta_case_2_7.json"},
			"12.1.1": map[string]any{"behavior": "UNIMPLEMENTED", "behaviorClose": "", "remoteCloseCode": nil, "duration": 0., "reportfile": "beta_case_12_1_1.json"},
			"9.1.1":  map[string]any{"behavior": "INFORMATIONAL", "behaviorClose": "INFORMATIONAL", "remoteCloseCode": 1000., "duration": 1., "reportfile": "beta_case_9_1_1.json"},
		},
	}
	dir := folderOf(t, r)
	if d := cmp.Diff(want, members(t, filepath.Join(dir, "index.json"))); d != "" {
		t.Errorf("index.json (-want +got):\n%s", d)
	}
	var files []string
	for _, cases := range want {
		for id, c := range cases.(map[string]any) {
			name := c.(map[string]any)["reportfile"].(string)
			files = append(files, name)
			if got := members(t, filepath.Join(dir, name))["id"]; got != id {
				t.Errorf("%s is about %v, want %s", name, got, id)
			}
		}
	}
	entries, err := os.ReadDir(dir)
	if err != nil || len(entries) != len(files)+2 {
		t.Errorf("%d files (%v), want one a case, index.json and index.html", len(entries), err)
	}
	page, err := os.ReadFile(filepath.Join(dir, "index.html"))
	if err != nil || !strings.Contains(string(page), "alpha") {
		t.Errorf("index.html is no page of the report (%v)", err)
	}
}

// The members of a case's file, for the conversation with a server in the sample.
func TestAutobahnCase(t *testing.T) {
	r := servers()
	got := members(t, filepath.Join(folderOf(t, r), "alpha_case_1_1_1.json"))
	request, response := got["httpRequest"].(string), got["httpResponse"].(string)
	if !strings.HasPrefix(request, "GET /echo HTTP/1.1\r\n") || !strings.HasPrefix(response, "HTTP/1.1 101 Switching Protocols\r\n") {
		t.Errorf("handshake %q, %q; want both whole", request, response)
	}
	wirelog := got["wirelog"].([]any)
	if len(wirelog) != 10 {
		t.Fatalf("%d entries in the wire log, want the handshake's two, and two a frame: %v", len(wirelog), wirelog)
	}
	if d := cmp.Diff([]any{
		[]any{"TF", []any{5., "Hello"}, 1., true, 0., "37fa213d", nil, nil, false},
		[]any{"TO", []any{11., "818537fa213d7f9f4d5158"}, false},
		[]any{"RO", []any{7., "810548656c6c6f"}},
		[]any{"RF", []any{5., "Hello"}, 1., true, 0., false, nil},
		[]any{"TF", []any{2., "0x03e8"}, 8., true, 0., "00000000", nil, nil, false},
		[]any{"TO", []any{8., "88820000000003e8"}, false},
		[]any{"RO", []any{4., "880203e8"}},
		[]any{"RF", []any{2., "0x03e8"}, 8., true, 0., false, nil},
	}, wirelog[2:]); d != "" {
		t.Errorf("the wire log behind the handshake (-want +got):\n%s", d)
	}
	delete(got, "httpRequest")
	delete(got, "httpResponse")
	delete(got, "wirelog")
	if d := cmp.Diff(map[string]any{
		"agent": "alpha", "id": "1.1.1", "description": "an empty text message", "expectation": "OK: text message of 0 octets",
		"isServer": false, "behavior": "OK", "behaviorClose": "OK",
		"result": "The message came back as it was sent.", "resultClose": "The connection ended as it should.",
		"expected": map[string]any{"OK": []any{"text message of 0 octets"}},
		"received": []any{[]any{"message", "Hello", false}},
		"duration": 1., "reportTime": false, "reportCompressionRatio": false, "trafficStats": nil, "createWirelog": true, "createStats": true,
		"wasServerConnectionDropTimeout": false, "wasCloseHandshakeTimeout": false, "wasOpenHandshakeTimeout": false, "wasNotCleanReason": nil,
		"wasClean": true, "closedByMe": true, "droppedByMe": false,
		"localCloseCode": 1000., "localCloseReason": nil, "remoteCloseCode": 1000., "remoteCloseReason": nil,
		"rxFrameStats": map[string]any{"1": 1., "8": 1.}, "txFrameStats": map[string]any{"1": 1., "8": 1.},
	}, got); d != "" {
		t.Errorf("all else (-want +got):\n%s", d)
	}
}

// Messages are assembled from frames. Compressed or incomplete ones are left out.
func TestAutobahnReceived(t *testing.T) {
	frame := func(opcode int, fin bool, payload string) reports.Entry {
		octets := append([]byte{0, byte(len(payload))}, payload...)
		return reports.Entry{Dir: reports.Received, Kind: reports.KindFrame, Frame: &reports.Frame{Fin: fin, Opcode: opcode, Form: 7, Length: uint64(len(payload))}, Octets: octets, Length: int64(len(octets))}
	}
	compressed := frame(1, true, "\xf2\x48")
	compressed.Frame.RSV = 4
	begins := frame(1, false, "\xf2")
	begins.Frame.RSV = 4
	closing := frame(8, true, "\x03\xeaRSV2 set")
	dropped := reports.Entry{Dir: reports.Note, Kind: reports.KindDrop, Text: "TCP closed by the harness"}
	for _, tt := range []struct {
		name       string
		transcript []reports.Entry
		received   []any
	}{
		{"nothing", nil, []any{}},
		{"an empty text", []reports.Entry{frame(1, true, "")}, []any{[]any{"message", "", false}}},
		{"octets that are no text", []reports.Entry{frame(2, true, "\xfe\xfe")}, []any{[]any{"message", "0xfefe", true}}},
		{"binary that could be text", []reports.Entry{frame(2, true, "abc")}, []any{[]any{"message", "abc", true}}},
		{
			"fragments with a pong between", []reports.Entry{frame(1, false, "frag"), frame(10, true, "p"), frame(0, false, "ment"), frame(0, true, "ed")},
			[]any{[]any{"pong", "p"}, []any{"message", "fragmented", false}},
		},
		{"a ping", []reports.Entry{frame(9, true, "")}, []any{[]any{"ping", ""}}},
		{"a message that does not end", []reports.Entry{frame(1, false, "frag")}, []any{}},
		{"a continuation of nothing", []reports.Entry{frame(0, true, "frag")}, []any{}},
		{"one compressed, one not", []reports.Entry{compressed, frame(1, true, "plain")}, []any{[]any{"message", "plain", false}}},
		{"a message whose beginning is compressed", []reports.Entry{begins, frame(0, true, "rest")}, []any{}},
		{"one cut, one whole", []reports.Entry{fixture.Cut(1, 100<<20), frame(1, true, "plain")}, []any{[]any{"message", "plain", false}}},
		{"a Close with a reason", []reports.Entry{closing, dropped}, []any{}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := servers()
			r.Results[0].Transcript = tt.transcript
			got := members(t, filepath.Join(folderOf(t, r), "alpha_case_1_1_1.json"))
			if d := cmp.Diff(tt.received, got["received"]); d != "" {
				t.Errorf("received (-want +got):\n%s", d)
			}
			closed := len(tt.transcript) > 1 && tt.transcript[1].Kind == reports.KindDrop
			if closed != (got["remoteCloseReason"] == "RSV2 set") || closed != got["droppedByMe"] || got["wasClean"] != false || got["closedByMe"] != false {
				t.Errorf("reason %v, dropped %v, clean %v, closed %v", got["remoteCloseReason"], got["droppedByMe"], got["wasClean"], got["closedByMe"])
			}
		})
	}
}

// The files stay small whatever a peer sends, and text in them is escaped.
func TestAutobahnHostile(t *testing.T) {
	r := servers()
	for i := range r.Results {
		if res := &r.Results[i]; res.Agent == "beta" && res.ID == "2.7" {
			res.Transcript = append(res.Transcript, reports.Entry{Dir: reports.Sent, Kind: reports.KindFrame, Frame: &reports.Frame{Opcode: 1, Masked: true, MaskKey: "zz", Form: 7}, Octets: []byte{1}, Length: 1})
		}
	}
	path := filepath.Join(folderOf(t, r), "beta_case_2_7.json")
	got := members(t, path)
	if info, err := os.Stat(path); err != nil || info.Size() > 16<<10 {
		t.Errorf("%d octets (%v), want few", info.Size(), err)
	}
	if d := got["description"]; !strings.Contains(d.(string), "<script>alert(1)</script>") {
		t.Errorf("description %q", d)
	}
}

func TestAutobahnAgentsHaveFilesOfTheirOwn(t *testing.T) {
	r := servers()
	r.Targets[0].Agent, r.Targets[1].Agent = "My Client/1", "my-client_1"
	for i := range r.Results {
		r.Results[i].Agent = map[string]string{"alpha": "My Client/1", "beta": "my-client_1"}[r.Results[i].Agent]
	}
	dir := folderOf(t, r)
	for file, agent := range map[string]string{"my_client_1_case_1_1_1.json": "My Client/1", "my_client_1_2_case_1_1_1.json": "my-client_1"} {
		if got := members(t, filepath.Join(dir, file))["agent"]; got != agent {
			t.Errorf("%s is about %v, want %s", file, got, agent)
		}
	}
}

func TestAutobahnRefuses(t *testing.T) {
	empty := servers()
	empty.Results = nil
	for _, tt := range []struct {
		name, err string
		r         *reports.Report
	}{
		{"beta in both roles", "beta is in the report as a server and as a client", fixture.Sample()},
		{"no result", "has no result", empty},
	} {
		t.Run(tt.name, func(t *testing.T) {
			dir := filepath.Join(t.TempDir(), "out")
			if err := Write(dir, tt.r); err == nil || !strings.Contains(err.Error(), tt.err) {
				t.Errorf("error %v, want one with %q", err, tt.err)
			}
			if _, err := os.Stat(dir); err == nil {
				t.Error("the folder was made")
			}
		})
	}
}

// If a file cannot be written, there is no index.
func TestAutobahnIndexComesLast(t *testing.T) {
	dir := t.TempDir()
	if err := os.Mkdir(filepath.Join(dir, "beta_case_9_1_1.json"), 0o777); err != nil {
		t.Fatal(err)
	}
	if err := Write(dir, servers()); err == nil {
		t.Error("no error")
	}
	if _, err := os.Stat(filepath.Join(dir, "index.json")); err == nil {
		t.Error("index.json was written")
	}
}

// TestAutobahnFilesAreAsTheyWere compares the index and the files of two cases
// with their golden files.
func TestAutobahnFilesAreAsTheyWere(t *testing.T) {
	dir := folderOf(t, servers())
	for _, name := range []string{"index.json", "alpha_case_2_7.json", "beta_case_2_7.json", "beta_case_9_1_1.json"} {
		octets, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		fixture.Golden(t, name, octets)
	}
}

// Autobahn has no word for a case that was not run: it is left out.
func TestCasesThatWereNotRunAreLeftOut(t *testing.T) {
	r := fixture.Part("alpha", verdict.Server, "1.1.1")
	gap := fixture.NotRun("alpha", verdict.Server, "7.1.1", "The server is gone.")
	gap.Behavior, gap.BehaviorClose = verdict.Unimplemented, verdict.CloseInformational
	r.Results = append(r.Results, gap)
	dir := folderOf(t, r)
	cases := members(t, filepath.Join(dir, "index.json"))["alpha"].(map[string]any)
	if _, ok := cases["1.1.1"]; !ok || len(cases) != 1 {
		t.Errorf("the index has %v", cases)
	}
}

// The members that say how the connection ended, and the peer's Close code also where
// it came after the peer had broken a rule.
func TestAutobahnSaysHowTheConnectionEnded(t *testing.T) {
	all := fixture.Conversation()
	closes, end := all[5:7], all[7]
	dropped := reports.Entry{T: 10_000_000, Dir: reports.Note, Kind: reports.KindDrop, Text: "TCP closed by wsspec"}
	after := func(octets string) reports.Entry {
		return reports.Entry{T: 800, Dir: reports.Received, Kind: reports.KindOctets, Text: "octets after a violation", Octets: []byte(octets), Length: int64(len(octets))}
	}
	const clean, dropTimeout, closeTimeout, code, why = "wasClean", "wasServerConnectionDropTimeout", "wasCloseHandshakeTimeout", "remoteCloseCode", "wasNotCleanReason"
	for _, tt := range []struct {
		name       string
		role       verdict.Role
		transcript []reports.Entry
		want       map[string]any
	}{
		{"both closed, the server ends TCP", verdict.Server, []reports.Entry{closes[0], closes[1], end, dropped}, map[string]any{clean: true, dropTimeout: false, closeTimeout: false, why: nil}},
		{"both closed, the server leaves TCP open", verdict.Server, []reports.Entry{closes[0], closes[1], dropped}, map[string]any{clean: false, dropTimeout: true, closeTimeout: false, why: "the server had not closed TCP 10.0 s after the closing handshake (--slow gives more time)"}},
		{"both closed, wsspec is the server and ends TCP", verdict.Client, []reports.Entry{closes[0], closes[1], dropped}, map[string]any{clean: true, dropTimeout: false, closeTimeout: false, why: nil}},
		{"the Close is not answered", verdict.Server, []reports.Entry{closes[0], dropped}, map[string]any{clean: false, dropTimeout: false, closeTimeout: true, why: "the peer had not answered the Close frame 10.0 s after it (--slow gives more time)"}},
		{"the peer ends TCP", verdict.Server, []reports.Entry{closes[0], end, dropped}, map[string]any{clean: false, dropTimeout: false, closeTimeout: false, why: "the peer ended TCP without a whole closing handshake"}},
		{"wsspec drops the connection", verdict.Server, []reports.Entry{dropped}, map[string]any{clean: false, closeTimeout: false, why: "wsspec closed TCP without a closing handshake"}},
		{"a Close after a violation", verdict.Server, []reports.Entry{closes[0], after("\x88\x02\x03\xef"), end}, map[string]any{clean: true, code: 1007.}},
		{"a masked Close after a violation", verdict.Client, []reports.Entry{closes[0], after("\x88\x82\x01\x01\x01\x01\x02\xe8"), dropped}, map[string]any{clean: true, code: 1001.}},
		{"an empty Close after a violation", verdict.Server, []reports.Entry{closes[0], after("\x88\x00"), end}, map[string]any{clean: true, code: nil}},
		{"other octets after a violation", verdict.Server, []reports.Entry{closes[0], after("\x81\x02\x03\xef"), end}, map[string]any{clean: false, code: nil}},
		{"a part of a Close after a violation", verdict.Server, []reports.Entry{closes[0], after("\x88\x02\x03"), end}, map[string]any{clean: false, code: nil}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := fixture.Part("alpha", tt.role, "1.1.1")
			r.Results[0].Transcript, r.Results[0].RemoteCloseCode = tt.transcript, nil
			dir := folderOf(t, r)
			got := members(t, filepath.Join(dir, "alpha_case_1_1_1.json"))
			for member, want := range tt.want {
				if got[member] != want {
					t.Errorf("%s is %v, want %v", member, got[member], want)
				}
			}
			if got["wasOpenHandshakeTimeout"] != false || got["createStats"] != true {
				t.Errorf("wasOpenHandshakeTimeout is %v, createStats %v", got["wasOpenHandshakeTimeout"], got["createStats"])
			}
			index := members(t, filepath.Join(dir, "index.json"))["alpha"].(map[string]any)["1.1.1"].(map[string]any)
			if index[code] != got[code] {
				t.Errorf("index.json has the code %v, the case %v", index[code], got[code])
			}
		})
	}
}

func TestAutobahnReportsCompressionRatios(t *testing.T) {
	r := fixture.Part("alpha", verdict.Server, "1.1.1", "12.1.1", "13.1.1", "9.1.1")
	dir := folderOf(t, r)
	for file, want := range map[string]bool{"1_1_1": false, "12_1_1": true, "13_1_1": true, "9_1_1": false} {
		if got := members(t, filepath.Join(dir, "alpha_case_"+file+".json"))["reportCompressionRatio"]; got != want {
			t.Errorf("%s: reportCompressionRatio is %v", file, got)
		}
	}
}
