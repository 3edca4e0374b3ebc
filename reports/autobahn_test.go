package reports

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// autobahnFolder writes a report in Autobahn's form and returns the folder.
func autobahnFolder(t *testing.T, r *Report) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "made", "when missing")
	if err := WriteAutobahn(dir, r); err != nil {
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
func servers() *Report {
	r := sample()
	r.Targets = r.Targets[:2]
	r.Results = slices.DeleteFunc(r.Results, func(res Result) bool { return res.Role == Client })
	return r
}

func TestAutobahnIndex(t *testing.T) {
	r := servers()
	r.Results = append(r.Results, broken("alpha", Server, "1.1.2"))
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
	dir := autobahnFolder(t, r)
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

// What a script finds in the file of a case: the sample's conversation is one
// with a server, whose octets are known.
func TestAutobahnCase(t *testing.T) {
	r := servers()
	got := members(t, filepath.Join(autobahnFolder(t, r), "alpha_case_1_1_1.json"))
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
		"duration": 1., "reportTime": false, "trafficStats": nil, "createWirelog": true,
		"wasClean": true, "closedByMe": true, "droppedByMe": false,
		"localCloseCode": 1000., "localCloseReason": nil, "remoteCloseCode": 1000., "remoteCloseReason": nil,
		"rxFrameStats": map[string]any{"1": 1., "8": 1.}, "txFrameStats": map[string]any{"1": 1., "8": 1.},
	}, got); d != "" {
		t.Errorf("all else (-want +got):\n%s", d)
	}
}

// Messages are put together as Autobahn tells them; what cannot be, is left out.
func TestAutobahnReceived(t *testing.T) {
	frame := func(opcode int, fin bool, payload string) Entry {
		octets := append([]byte{0, byte(len(payload))}, payload...)
		return Entry{Dir: Received, Kind: KindFrame, Frame: &Frame{Fin: fin, Opcode: opcode, Form: 7, Length: uint64(len(payload))}, Octets: octets, Length: int64(len(octets))}
	}
	compressed := frame(1, true, "\xf2\x48")
	compressed.Frame.RSV = 4
	begins := frame(1, false, "\xf2")
	begins.Frame.RSV = 4
	closing := frame(8, true, "\x03\xeaRSV2 set")
	dropped := Entry{Dir: Note, Kind: KindDrop, Text: "TCP closed by the harness"}
	for _, tt := range []struct {
		name       string
		transcript []Entry
		received   []any
	}{
		{"nothing", nil, []any{}},
		{"an empty text", []Entry{frame(1, true, "")}, []any{[]any{"message", "", false}}},
		{"octets that are no text", []Entry{frame(2, true, "\xfe\xfe")}, []any{[]any{"message", "0xfefe", true}}},
		{"binary that could be text", []Entry{frame(2, true, "abc")}, []any{[]any{"message", "abc", true}}},
		{
			"fragments with a pong between", []Entry{frame(1, false, "frag"), frame(10, true, "p"), frame(0, false, "ment"), frame(0, true, "ed")},
			[]any{[]any{"pong", "p"}, []any{"message", "fragmented", false}},
		},
		{"a ping", []Entry{frame(9, true, "")}, []any{[]any{"ping", ""}}},
		{"a message that does not end", []Entry{frame(1, false, "frag")}, []any{}},
		{"a continuation of nothing", []Entry{frame(0, true, "frag")}, []any{}},
		{"one compressed, one not", []Entry{compressed, frame(1, true, "plain")}, []any{[]any{"message", "plain", false}}},
		{"a message whose beginning is compressed", []Entry{begins, frame(0, true, "rest")}, []any{}},
		{"one cut, one whole", []Entry{cut(1, 100<<20), frame(1, true, "plain")}, []any{[]any{"message", "plain", false}}},
		{"a Close with a reason", []Entry{closing, dropped}, []any{}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := servers()
			r.Results[0].Transcript = tt.transcript
			got := members(t, filepath.Join(autobahnFolder(t, r), "alpha_case_1_1_1.json"))
			if d := cmp.Diff(tt.received, got["received"]); d != "" {
				t.Errorf("received (-want +got):\n%s", d)
			}
			closed := len(tt.transcript) > 1 && tt.transcript[1].Kind == KindDrop
			if closed != (got["remoteCloseReason"] == "RSV2 set") || closed != got["droppedByMe"] || got["wasClean"] != false || got["closedByMe"] != false {
				t.Errorf("reason %v, dropped %v, clean %v, closed %v", got["remoteCloseReason"], got["droppedByMe"], got["wasClean"], got["closedByMe"])
			}
		})
	}
}

// The files stay small, whatever a peer sent, and hold what it sent as text.
func TestAutobahnHostile(t *testing.T) {
	r := servers()
	for i := range r.Results {
		if res := &r.Results[i]; res.Agent == "beta" && res.ID == "2.7" {
			res.Transcript = append(res.Transcript, Entry{Dir: Sent, Kind: KindFrame, Frame: &Frame{Opcode: 1, Masked: true, MaskKey: "zz", Form: 7}, Octets: []byte{1}, Length: 1})
		}
	}
	path := filepath.Join(autobahnFolder(t, r), "beta_case_2_7.json")
	got := members(t, path)
	if info, err := os.Stat(path); err != nil || info.Size() > 16<<10 {
		t.Errorf("%d octets (%v), want few", info.Size(), err)
	}
	if d := got["description"]; !strings.Contains(d.(string), "<script>alert(1)</script>") {
		t.Errorf("description %q", d)
	}
}

func TestAutobahnAgentsKeepApart(t *testing.T) {
	r := servers()
	r.Targets[0].Agent, r.Targets[1].Agent = "My Client/1", "my-client_1"
	for i := range r.Results {
		r.Results[i].Agent = map[string]string{"alpha": "My Client/1", "beta": "my-client_1"}[r.Results[i].Agent]
	}
	dir := autobahnFolder(t, r)
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
		r         *Report
	}{
		{"beta in both roles", "beta is there as a server and as a client", sample()},
		{"no result", "has no result", empty},
	} {
		t.Run(tt.name, func(t *testing.T) {
			dir := filepath.Join(t.TempDir(), "out")
			if err := WriteAutobahn(dir, tt.r); err == nil || !strings.Contains(err.Error(), tt.err) {
				t.Errorf("error %v, want one with %q", err, tt.err)
			}
			if _, err := os.Stat(dir); err == nil {
				t.Error("the folder was made")
			}
		})
	}
}

// A folder that cannot be filled has no new index to be read by mistake.
func TestAutobahnIndexComesLast(t *testing.T) {
	dir := t.TempDir()
	if err := os.Mkdir(filepath.Join(dir, "beta_case_9_1_1.json"), 0o777); err != nil {
		t.Fatal(err)
	}
	if err := WriteAutobahn(dir, servers()); err == nil {
		t.Error("no error")
	}
	if _, err := os.Stat(filepath.Join(dir, "index.json")); err == nil {
		t.Error("index.json was written")
	}
}
