package opening

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/wsspec/wsspec/ref/wire"
)

func TestParseTarget(t *testing.T) {
	type read struct{ Agent, Host, Resource, Address string }
	for raw, want := range map[string]read{
		"ws://localhost:9001":              {"localhost:9001", "localhost:9001", "/", "localhost:9001"},
		"ws://localhost:9001/":             {"localhost:9001", "localhost:9001", "/", "localhost:9001"},
		"ws://example.org/echo?deflate=no": {"example.org", "example.org", "/echo?deflate=no", "example.org:80"},
		"wss://example.org":                {"example.org", "example.org", "/", "example.org:443"},
		"WSS://example.org":                {"example.org", "example.org", "/", "example.org:443"},
		// RFC6455-4.1-24: the port is named if it is not the scheme's own.
		"ws://example.org:80/":   {"example.org:80", "example.org", "/", "example.org:80"},
		"wss://example.org:443/": {"example.org:443", "example.org", "/", "example.org:443"},
		"ws://example.org:443/":  {"example.org:443", "example.org:443", "/", "example.org:443"},
		"ws://[::1]:9001/a%20b":  {"[::1]:9001", "[::1]:9001", "/a%20b", "[::1]:9001"},
		"ws://[::1]/":            {"[::1]", "[::1]", "/", "[::1]:80"},
		// The zone is for this machine alone.
		"ws://[fe80::1%25eth0]:9001/": {"[fe80::1%eth0]:9001", "[fe80::1]:9001", "/", "[fe80::1%eth0]:9001"},
		"ws://[fe80::1%25eth0]/":      {"[fe80::1%eth0]", "[fe80::1]", "/", "[fe80::1%eth0]:80"},
		"http://localhost:9001/x":     {"localhost:9001", "localhost:9001", "/x", "localhost:9001"},
		"https://localhost:9001/x":    {"localhost:9001", "localhost:9001", "/x", "localhost:9001"},
	} {
		target, err := ParseTarget(raw)
		if err != nil {
			t.Errorf("%s: %v", raw, err)
			continue
		}
		if diff := cmp.Diff(want, read{target.Agent, target.HostField(), target.RequestTarget(), target.address()}); diff != "" {
			t.Errorf("%s (-want +got):\n%s", raw, diff)
		}
	}
}

func TestParseTargetRefuses(t *testing.T) {
	for raw, why := range map[string]string{
		"":                        "ws://",
		"localhost:9001":          "ws://",
		"example.org/echo":        "ws://",
		"ftp://example.org":       "ws://",
		"ws:///path":              "no host",
		"ws://":                   "no host",
		"ws://example.org/#part":  "fragment",
		"ws://example.org:port/":  "no URL",
		"ws://exa mple.org/":      "no URL",
		"ws://example.org:0/":     "ports are 1 to 65535",
		"ws://example.org:65536/": "ports are 1 to 65535",
	} {
		target, err := ParseTarget(raw)
		if err == nil {
			t.Errorf("%q was taken as %s", raw, target.URL)
		} else if !strings.Contains(err.Error(), why) {
			t.Errorf("%q: %q does not say %q", raw, err, why)
		}
	}
}

func TestTargetFields(t *testing.T) {
	target := &Target{Origin: "https://example.org", Subprotocols: []string{"b", "a"}, Fields: wire.Fields{{Name: "X-One", Value: "1"}, {Name: "X-One", Value: "2"}}}
	want := wire.Fields{
		{Name: "Origin", Value: "https://example.org"}, {Name: "Sec-WebSocket-Protocol", Value: "b, a"},
		{Name: "X-One", Value: "1"}, {Name: "X-One", Value: "2"},
	}
	if diff := cmp.Diff(want, target.RequestFields()); diff != "" {
		t.Errorf("fields (-want +got):\n%s", diff)
	}
	if none := (&Target{}).RequestFields(); len(none) != 0 {
		t.Errorf("fields without wishes: %v, want none", none)
	}
}
