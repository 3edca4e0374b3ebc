package command

import (
	"context"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/wsspec/wsspec/ref"
)

// What clients sent in a capture is played.
func TestFuzzPlaysCaptures(t *testing.T) {
	har := textFile(t, `{"log":{"entries":[{"_resourceType":"websocket","request":{"method":"GET","url":"ws://localhost/","httpVersion":"HTTP/1.1","headers":[
		{"name":"Host","value":"localhost"},{"name":"Upgrade","value":"websocket"},{"name":"Connection","value":"Upgrade"},
		{"name":"Sec-WebSocket-Key","value":"dGhlIHNhbXBsZSBub25jZQ=="},{"name":"Sec-WebSocket-Version","value":"13"}]},
		"response":{"status":101,"httpVersion":"HTTP/1.1","headers":[{"name":"Upgrade","value":"websocket"},{"name":"Connection","value":"Upgrade"},
		{"name":"Sec-WebSocket-Accept","value":"s3pPLMBiTxaQ9kYGzzhZRbK+xOo="}]},
		"_webSocketMessages":[{"type":"send","time":1,"opcode":1,"data":"from an archive"},{"type":"receive","time":2,"opcode":1,"data":"from the server"}]}]}}`)
	var mu sync.Mutex
	var got []string
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		c, err := ref.Accept(w, r, nil)
		if err != nil {
			return
		}
		defer c.CloseNow()
		for {
			kind, p, err := c.Read(context.WithoutCancel(r.Context()))
			if err != nil || c.Write(context.WithoutCancel(r.Context()), kind, p) != nil {
				return
			}
			mu.Lock()
			got = append(got, string(p))
			mu.Unlock()
		}
	}))
	defer server.Close()
	url := "ws" + strings.TrimPrefix(server.URL, "http")
	wsspec(t, "fuzz", url, "--seed", "1", "--scripts", "1", "--seed-capture", har, "--seed-capture", realCapture).want(t, exitPass, har+": 1 scripts", realCapture+": ")
	if !slices.Contains(got, "from an archive") || slices.Contains(got, "from the server") {
		t.Errorf("the server got %q", got[:min(len(got), 5)])
	}
	for _, test := range []struct{ file, says string }{
		{textFile(t, "\x7fELF"), "it is none of pcap"},
		{textFile(t, `{"log":{"entries":[]}}`), "no WebSocket connection on which a client sent something"},
		{har + ".not", "no such file"},
	} {
		wsspec(t, "fuzz", url, "--seed-capture", test.file).want(t, exitUsage, "--seed-capture "+test.file, test.says)
	}
}
