package wire

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const sampleKey = "dGhlIHNhbXBsZSBub25jZQ=="

func TestAcceptKey(t *testing.T) {
	for key, want := range map[string]string{
		sampleKey: "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=", // RFC 6455 1.3
		"":        "Kfh9QIsMVZcl6xEPYxPHzW8SZ8w=", // SHA-1 of the GUID alone: the key is not looked at
	} {
		if got := AcceptKey(key); got != want {
			t.Errorf("AcceptKey(%q) = %q, want %q", key, got, want)
		}
	}
}

func TestNewKey(t *testing.T) {
	if got := NewKey([16]byte([]byte("the sample nonce"))); got != sampleKey { // RFC 6455 1.3
		t.Errorf("got %q, want %q", got, sampleKey)
	}
	// RFC 6455 4.1 as erratum 3150 corrects it.
	if got, want := NewKey([16]byte{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16}), "AQIDBAUGBwgJCgsMDQ4PEA=="; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestNewRequest(t *testing.T) {
	r := NewRequest("/chat?a=b", "example.com:8080", sampleKey, Fields{{"Origin", "http://example.com"}})
	want := "GET /chat?a=b HTTP/1.1\r\nHost: example.com:8080\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n" +
		"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\nOrigin: http://example.com\r\n\r\n"
	if got := string(r.Append(nil)); got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

// with returns a good request with the named field taken out and put in again
// with each of the values.
func with(name string, values ...string) Request {
	r := NewRequest("/", "example.com", sampleKey, nil)
	r.Fields = slices.DeleteFunc(r.Fields, func(f Field) bool { return f.Name == name })
	for _, v := range values {
		r.Fields = append(r.Fields, Field{name, v})
	}
	return r
}

func withLine(method, target, version string) Request {
	r := NewRequest(target, "example.com", sampleKey, nil)
	r.Method, r.Version = method, version
	return r
}

func TestCheckRequestAccepts(t *testing.T) {
	shuffled := NewRequest("/", "example.com", sampleKey, nil)
	slices.Reverse(shuffled.Fields)
	odd := NewRequest("/", "example.com", sampleKey, nil)
	for i := range odd.Fields {
		odd.Fields[i].Name = strings.ToUpper(odd.Fields[i].Name)
	}
	for _, tt := range []struct {
		name string
		req  Request
	}{
		{"a plain request", NewRequest("/", "example.com", sampleKey, nil)},
		{"fields in another order (RFC6455-4.2.1-21)", shuffled},
		{"field names in capitals", odd},
		{"a query", withLine("GET", "/a/b?c=d&e=%C3%A4", "HTTP/1.1")},
		{"octets that browsers do not escape", withLine("GET", `/a?b={"c":|^100%`, "HTTP/1.1")},
		{"absolute http (RFC6455-4.2.1-5)", withLine("GET", "http://example.com/chat", "HTTP/1.1")},
		{"absolute https, no path", withLine("GET", "HTTPS://example.com:443?a", "HTTP/1.1")},
		{"HTTP above 1.1", withLine("GET", "/", "HTTP/1.2")},
		{"HTTP/2.0 by its number", withLine("GET", "/", "HTTP/2.0")},
		{"Host with a port", with("Host", "example.com:8080")},
		{"Host that is an address", with("Host", "127.0.0.1:80")},
		{"Host that is an IPv6 address", with("Host", "[::1]:8080")},
		{"Host without port behind the colon", with("Host", "a_b.example:")},
		{"Upgrade in capitals (RFC6455-4.2.1-9)", with("Upgrade", "WebSocket")},
		{"Upgrade in a list", with("Upgrade", "foo/1.0, WEBSOCKET")},
		{"Connection in a list (RFC6455-4.2.1-11)", with("Connection", "keep-alive, upgrade")},
		{"Connection in two lines", with("Connection", "keep-alive", "Upgrade")},
		{"Connection with empty members", with("Connection", ",keep-alive ,,\tUPGRADE,")},
		{"a key whose unused bits are set, RFC 6455's own", with("Sec-WebSocket-Key", "AQIDBAUGBwgJCgsMDQ4PEC==")},
		{"a key with + and /", with("Sec-WebSocket-Key", "+/+/+/+/+/+/+/+/+/+/+w==")},
		{"subprotocols", with("Sec-WebSocket-Protocol", "chat, superchat")},
		{"subprotocols in two lines", with("Sec-WebSocket-Protocol", "chat", "superchat")},
		{"a subprotocol twice is the client's fault only", with("Sec-WebSocket-Protocol", "chat, chat")},
		{"extensions in two lines", with("Sec-WebSocket-Extensions", "foo", `bar; baz="2"`)},
		{"extensions nobody knows", with("Sec-WebSocket-Extensions", "x-unknown; y")},
		{"an unknown field (RFC6455-4.2.1-20)", with("X-Odd", "\xff;;,\"")},
		{"a long cookie", with("Cookie", strings.Repeat("c", 8000))},
		{"no Origin (RFC6455-4.2.1-16)", with("Origin")},
	} {
		t.Run(tt.name, func(t *testing.T) {
			for _, v := range CheckRequest(tt.req) {
				t.Error(v)
			}
		})
	}
}

func TestCheckRequestRefuses(t *testing.T) {
	for _, tt := range []struct {
		name string
		req  Request
		// server and client are the ids that the two checks name.
		server, client string
		status         int
	}{
		{"POST", withLine("POST", "/", "HTTP/1.1"), "RFC6455-4.2.1-3", "RFC6455-4.1-21", 405},
		{"get", withLine("get", "/", "HTTP/1.1"), "RFC6455-4.2.1-3", "RFC6455-4.1-21", 405},
		{"no method", withLine("", "/", "HTTP/1.1"), "RFC6455-4.2.1-3", "RFC6455-4.1-21", 405},
		{"HTTP/1.0", withLine("GET", "/", "HTTP/1.0"), "RFC6455-4.2.1-4", "RFC6455-4.1-22", 400},
		{"HTTP/0.9", withLine("GET", "/", "HTTP/0.9"), "RFC6455-4.2.1-4", "RFC6455-4.1-22", 400},
		{"HTTP/1", withLine("GET", "/", "HTTP/1"), "RFC6455-4.2.1-4", "RFC6455-4.1-22", 400},
		{"HTTP/1.10", withLine("GET", "/", "HTTP/1.10"), "RFC6455-4.2.1-4", "RFC6455-4.1-22", 400},
		{"http/1.1", withLine("GET", "/", "http/1.1"), "RFC6455-4.2.1-4", "RFC6455-4.1-22", 400},
		{"no version", withLine("GET", "/", ""), "RFC6455-4.2.1-4", "RFC6455-4.1-22", 400},
		{"letters for a version", withLine("GET", "/", "HTTP/x.y"), "RFC6455-4.2.1-4", "RFC6455-4.1-22", 400},
		{"a fragment", withLine("GET", "/a#b", "HTTP/1.1"), "RFC6455-4.2.1-6", "RFC6455-4.1-23", 400},
		{"a space", withLine("GET", "/a b", "HTTP/1.1"), "RFC6455-4.2.1-6", "RFC6455-4.1-23", 400},
		{"not ASCII", withLine("GET", "/\xc3\xa4", "HTTP/1.1"), "RFC6455-4.2.1-6", "RFC6455-4.1-23", 400},
		{"no leading slash", withLine("GET", "chat", "HTTP/1.1"), "RFC6455-4.2.1-6", "RFC6455-4.1-23", 400},
		{"an empty target", withLine("GET", "", "HTTP/1.1"), "RFC6455-4.2.1-6", "RFC6455-4.1-23", 400},
		{"an asterisk", withLine("GET", "*", "HTTP/1.1"), "RFC6455-4.2.1-6", "RFC6455-4.1-23", 400},
		{"a ws URI", withLine("GET", "ws://example.com/", "HTTP/1.1"), "RFC6455-4.2.1-6", "RFC6455-4.1-23", 400},
		{"http without a host", withLine("GET", "http:///", "HTTP/1.1"), "RFC6455-4.2.1-6", "RFC6455-4.1-23", 400},
		{"http with user information", withLine("GET", "http://a@b/", "HTTP/1.1"), "RFC6455-4.2.1-6", "RFC6455-4.1-23", 400},
		{"no Host", with("Host"), "RFC6455-4.2.1-7", "RFC6455-4.1-24", 400},
		{"two Hosts", with("Host", "example.com", "example.com"), "RFC6455-4.2.1-7", "RFC6455-4.1-24", 400},
		{"an empty Host", with("Host", ""), "RFC6455-4.2.1-7", "RFC6455-4.1-24", 400},
		{"a Host with a path", with("Host", "example.com/"), "RFC6455-4.2.1-7", "RFC6455-4.1-24", 400},
		{"a port that is no number", with("Host", "example.com:http"), "RFC6455-4.2.1-7", "RFC6455-4.1-24", 400},
		{"an open bracket", with("Host", "[::1"), "RFC6455-4.2.1-7", "RFC6455-4.1-24", 400},
		{"an IPv4 address in brackets", with("Host", "[127.0.0.1]"), "RFC6455-4.2.1-7", "RFC6455-4.1-24", 400},
		{"something behind the bracket", with("Host", "[::1]x"), "RFC6455-4.2.1-7", "RFC6455-4.1-24", 400},
		{"a port behind the bracket without a colon", with("Host", "[::1]80"), "RFC6455-4.2.1-7", "RFC6455-4.1-24", 400},
		{"no Upgrade", with("Upgrade"), "RFC6455-4.2.1-8", "RFC6455-4.1-25", 426},
		{"Upgrade: h2c", with("Upgrade", "h2c"), "RFC6455-4.2.1-8", "RFC6455-4.1-25", 426},
		{"Upgrade: websocket2", with("Upgrade", "websocket2"), "RFC6455-4.2.1-8", "RFC6455-4.1-25", 426},
		{"Upgrade: websocket/13", with("Upgrade", "websocket/13"), "RFC6455-4.2.1-8", "RFC6455-4.1-25", 426},
		{"Upgrade with a bad member", with("Upgrade", "websocket, (x)"), "RFC6455-4.2.1-22", "RFC6455-4.1-20", 400},
		{"Upgrade with a product of no version", with("Upgrade", "websocket, x/"), "RFC6455-4.2.1-22", "RFC6455-4.1-20", 400},
		{"no Connection", with("Connection"), "RFC6455-4.2.1-10", "RFC6455-4.1-26", 400},
		{"Connection: keep-alive", with("Connection", "keep-alive"), "RFC6455-4.2.1-10", "RFC6455-4.1-26", 400},
		{"Connection: upgradex", with("Connection", "upgradex"), "RFC6455-4.2.1-10", "RFC6455-4.1-26", 400},
		{"Connection: xupgradey", with("Connection", "xupgradey"), "RFC6455-4.2.1-10", "RFC6455-4.1-26", 400},
		{"Connection with a bad member", with("Connection", "Upgrade, a b"), "RFC6455-4.2.1-22", "RFC6455-4.1-20", 400},
		{"no key", with("Sec-WebSocket-Key"), "RFC6455-4.2.1-12", "RFC6455-4.1-27", 400},
		{"an empty key", with("Sec-WebSocket-Key", ""), "RFC6455-4.2.1-13", "RFC6455-4.1-28", 400},
		{"15 octets", with("Sec-WebSocket-Key", "AAAAAAAAAAAAAAAAAAAA"), "RFC6455-4.2.1-13", "RFC6455-4.1-28", 400},
		{"17 octets", with("Sec-WebSocket-Key", "AAAAAAAAAAAAAAAAAAAAAAA="), "RFC6455-4.2.1-13", "RFC6455-4.1-28", 400},
		{"18 octets, as many characters", with("Sec-WebSocket-Key", "AAAAAAAAAAAAAAAAAAAAAAAA"), "RFC6455-4.2.1-13", "RFC6455-4.1-28", 400},
		{"no padding", with("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ"), "RFC6455-4.2.1-13", "RFC6455-4.1-28", 400},
		{"another alphabet", with("Sec-WebSocket-Key", "_-_-_-_-_-_-_-_-_-_-_w=="), "RFC6455-4.2.1-13", "RFC6455-4.1-28", 400},
		{"not base64", with("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25j!Q=="), "RFC6455-4.2.1-13", "RFC6455-4.1-28", 400},
		{"a line end that decoders skip", with("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25\nZQ=="), "RFC6455-4.2.1-13", "RFC6455-4.1-28", 400},
		{"two equal keys", with("Sec-WebSocket-Key", sampleKey, sampleKey), "RFC6455-11.3.1-2", "RFC6455-11.3.1-1", 400},
		{"no version field", with("Sec-WebSocket-Version"), "RFC6455-4.2.1-14", "RFC6455-4.1-33", 400},
		{"version 0", with("Sec-WebSocket-Version", "0"), "RFC6455-4.2.1-15", "RFC6455-4.1-34", 426},
		{"version 8", with("Sec-WebSocket-Version", "8"), "RFC6455-4.2.1-15", "RFC6455-4.1-34", 426},
		{"version 14", with("Sec-WebSocket-Version", "14"), "RFC6455-4.2.1-15", "RFC6455-4.1-34", 426},
		{"version 255", with("Sec-WebSocket-Version", "255"), "RFC6455-4.2.1-15", "RFC6455-4.1-34", 426},
		{"version 256", with("Sec-WebSocket-Version", "256"), "RFC6455-4.3-2", "RFC6455-4.1-34", 400},
		{"version 99999", with("Sec-WebSocket-Version", "99999"), "RFC6455-4.3-2", "RFC6455-4.1-34", 400},
		{"version 013", with("Sec-WebSocket-Version", "013"), "RFC6455-4.3-2", "RFC6455-4.1-34", 400},
		{"version +13", with("Sec-WebSocket-Version", "+13"), "RFC6455-4.3-2", "RFC6455-4.1-34", 400},
		{"version 13.0", with("Sec-WebSocket-Version", "13.0"), "RFC6455-4.3-2", "RFC6455-4.1-34", 400},
		{"a list of versions", with("Sec-WebSocket-Version", "13, 8"), "RFC6455-4.3-2", "RFC6455-4.1-34", 400},
		{"an empty version", with("Sec-WebSocket-Version", ""), "RFC6455-4.3-2", "RFC6455-4.1-34", 400},
		{"two versions", with("Sec-WebSocket-Version", "13", "8"), "RFC6455-11.3.5-3", "RFC6455-11.3.5-2", 400},
		{"two equal versions", with("Sec-WebSocket-Version", "13", "13"), "RFC6455-11.3.5-3", "RFC6455-11.3.5-2", 400},
		{"a subprotocol with a space", with("Sec-WebSocket-Protocol", "a b"), "RFC6455-4.3-3", "RFC6455-4.1-36", 400},
		{"a subprotocol with a semicolon", with("Sec-WebSocket-Protocol", "a;b"), "RFC6455-4.3-3", "RFC6455-4.1-36", 400},
		{"an empty subprotocol list", with("Sec-WebSocket-Protocol", ""), "RFC6455-4.3-3", "RFC6455-4.1-36", 400},
		{"extensions that begin with a semicolon", with("Sec-WebSocket-Extensions", ";x"), "RFC6455-9.1-1", "RFC6455-9-4", 400},
		{"extensions with a space in quotes", with("Sec-WebSocket-Extensions", `a; b="c d"`), "RFC6455-9.1-1", "RFC6455-9-4", 400},
		{"empty extensions", with("Sec-WebSocket-Extensions", ""), "RFC6455-9.1-1", "RFC6455-9-4", 400},
		{"a bad line among good ones", with("Sec-WebSocket-Extensions", "a", "b;"), "RFC6455-9.1-1", "RFC6455-9-4", 400},
	} {
		t.Run(tt.name, func(t *testing.T) {
			found := CheckRequest(tt.req)
			if got := ids(found); !cmp.Equal(got, []string{tt.server}) {
				t.Errorf("CheckRequest: %v, want %s", found, tt.server)
			}
			if got := CheckClientRequest(tt.req); !cmp.Equal(ids(got), []string{tt.client}) {
				t.Errorf("CheckClientRequest: %v, want %s", got, tt.client)
			}
			refusal := NewRefusal(found)
			if refusal.Status != tt.status {
				t.Errorf("refused with %d, want %d", refusal.Status, tt.status)
			}
			if refusal.Reason != http.StatusText(tt.status) {
				t.Errorf("reason %q, want %q", refusal.Reason, http.StatusText(tt.status))
			}
			// RFC6455-4.2.2-11; harmless with the other refusals.
			if got := refusal.Fields.Values("Sec-WebSocket-Version"); !cmp.Equal(got, []string{"13"}) {
				t.Errorf("Sec-WebSocket-Version %q, want 13", got)
			}
		})
	}
}

func TestCheckRequestFindsEveryMistake(t *testing.T) {
	got := ids(CheckRequest(Request{}))
	want := []string{"RFC6455-4.2.1-3", "RFC6455-4.2.1-4", "RFC6455-4.2.1-6", "RFC6455-4.2.1-7",
		"RFC6455-4.2.1-8", "RFC6455-4.2.1-10", "RFC6455-4.2.1-12", "RFC6455-4.2.1-14"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestCheckClientRequestIsStricter(t *testing.T) {
	for _, tt := range []struct {
		name string
		req  Request
		want string
	}{
		{"unused bits of the key set", with("Sec-WebSocket-Key", "AQIDBAUGBwgJCgsMDQ4PEC=="), "RFC6455-4.1-E3150"},
		{"a subprotocol twice", with("Sec-WebSocket-Protocol", "a, b", "a"), "RFC6455-4.1-37"},
	} {
		if got := CheckClientRequest(tt.req); !cmp.Equal(ids(got), []string{tt.want}) {
			t.Errorf("%s: %v, want %s", tt.name, got, tt.want)
		}
	}
	for _, v := range CheckClientRequest(NewRequest("/", "example.com", sampleKey, nil)) {
		t.Errorf("a good request: %v", v)
	}
}

func ids(violations []*Violation) []string {
	var list []string
	for _, v := range violations {
		list = append(list, v.Rule.ID)
	}
	return list
}

func TestNewResponse(t *testing.T) {
	req, _, err := ParseRequest([]byte(sampleRequest))
	if err != nil {
		t.Fatal(err)
	}
	if got := string(NewResponse(req, "chat", nil, nil).Append(nil)); got != sampleResponse {
		t.Errorf("got %q, want %q", got, sampleResponse)
	}
	full := NewResponse(req, "", []Extension{{Name: "a"}, {Name: "b", Params: []Param{{Name: "c"}}}}, Fields{{"Server", "x"}})
	if got, want := full.Fields[3:], (Fields{{"Sec-WebSocket-Extensions", "a, b; c"}, {"Server", "x"}}); !cmp.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

// opening is what the client of the response tables had sent.
var opening = NewRequest("/", "example.com", sampleKey, Fields{
	{"Sec-WebSocket-Protocol", "chat"},
	{"Sec-WebSocket-Protocol", "superchat"},
	{"Sec-WebSocket-Extensions", "permessage-deflate; client_max_window_bits"},
	{"Sec-WebSocket-Extensions", "foo"},
})

// answer returns a good response with the named field taken out and put in
// again with each of the values.
func answer(name string, values ...string) Response {
	r := NewResponse(opening, "", nil, nil)
	r.Fields = slices.DeleteFunc(r.Fields, func(f Field) bool { return f.Name == name })
	for _, v := range values {
		r.Fields = append(r.Fields, Field{name, v})
	}
	return r
}

func TestCheckResponseAccepts(t *testing.T) {
	odd := NewResponse(opening, "chat", nil, nil)
	for i := range odd.Fields {
		odd.Fields[i].Name = strings.ToLower(odd.Fields[i].Name)
	}
	for _, tt := range []struct {
		name string
		resp Response
	}{
		{"a plain response", NewResponse(opening, "", nil, nil)},
		{"field names in small letters (RFC6455-4.1-58)", odd},
		{"Upgrade: WebSocket (RFC6455-4.1-48)", answer("Upgrade", "WebSocket")},
		{"Connection in a list (RFC6455-4.1-51)", answer("Connection", "keep-alive, UPGRADE")},
		{"padding around the accept value (RFC6455-4.1-54)", answer("Sec-WebSocket-Accept", " \ts3pPLMBiTxaQ9kYGzzhZRbK+xOo= \t")},
		{"the second subprotocol asked for", answer("Sec-WebSocket-Protocol", "superchat")},
		{"one extension", answer("Sec-WebSocket-Extensions", "permessage-deflate")},
		{"two lines of extensions (RFC6455-11.3.2-E3433)", answer("Sec-WebSocket-Extensions", "foo; x=1", "permessage-deflate")},
		{"unknown fields", answer("X-Odd", "y")},
		{"another reason", Response{"HTTP/1.1", 101, "Web Socket Protocol Handshake", answer("Server", "x").Fields}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			for _, v := range CheckResponse(tt.resp, opening) {
				t.Error(v)
			}
		})
	}
}

func TestCheckResponseRefuses(t *testing.T) {
	status := func(code int, version string) Response {
		r := NewResponse(opening, "", nil, nil)
		r.Status, r.Version = code, version
		return r
	}
	for _, tt := range []struct {
		name string
		resp Response
		want string
	}{
		{"200", status(200, "HTTP/1.1"), "RFC6455-4.1-43"},
		{"302", status(302, "HTTP/1.1"), "RFC6455-4.1-43"},
		{"404", status(404, "HTTP/1.1"), "RFC6455-4.1-43"},
		{"404 with nothing right is one finding", Response{Status: 404}, "RFC6455-4.1-43"},
		{"HTTP/1.0", status(101, "HTTP/1.0"), "RFC6455-4.1-57"},
		{"a version of another kind", status(101, "ICY/1.1"), "RFC6455-4.1-57"},
		{"no Upgrade", answer("Upgrade"), "RFC6455-4.1-46"},
		{"Upgrade: h2c", answer("Upgrade", "h2c"), "RFC6455-4.1-47"},
		{"Upgrade: websockets", answer("Upgrade", "websockets"), "RFC6455-4.1-47"},
		{"an empty Upgrade", answer("Upgrade", ""), "RFC6455-4.1-47"},
		{"Upgrade in a list", answer("Upgrade", "foo, websocket"), "RFC6455-4.1-47"},
		{"two Upgrades", answer("Upgrade", "websocket", "websocket"), "RFC6455-4.1-47"},
		{"no Connection", answer("Connection"), "RFC6455-4.1-49"},
		{"Connection: close", answer("Connection", "close"), "RFC6455-4.1-50"},
		{"Connection: upgradex", answer("Connection", "upgradex"), "RFC6455-4.1-50"},
		{"no accept value", answer("Sec-WebSocket-Accept"), "RFC6455-4.1-52"},
		{"an empty accept value", answer("Sec-WebSocket-Accept", ""), "RFC6455-4.1-53"},
		{"the key itself", answer("Sec-WebSocket-Accept", sampleKey), "RFC6455-4.1-53"},
		{"another key's", answer("Sec-WebSocket-Accept", AcceptKey(NewKey([16]byte{}))), "RFC6455-4.1-53"},
		{"of the key in another case", answer("Sec-WebSocket-Accept", AcceptKey(strings.ToLower(sampleKey))), "RFC6455-4.1-53"},
		{"in another case", answer("Sec-WebSocket-Accept", "S3PPLMBITXAQ9KYGZZHZRBK+XOO="), "RFC6455-4.1-53"},
		{"cut short", answer("Sec-WebSocket-Accept", "s3pPLMBiTxaQ9kYGzzhZRbK+xOo"), "RFC6455-4.1-53"},
		{"two equal accept values", answer("Sec-WebSocket-Accept", AcceptKey(sampleKey), AcceptKey(sampleKey)), "RFC6455-11.3.3-2"},
		{"right and wrong", answer("Sec-WebSocket-Accept", AcceptKey(sampleKey), "x"), "RFC6455-11.3.3-2"},
		{"an extension nobody offered", answer("Sec-WebSocket-Extensions", "foo, x-unknown"), "RFC6455-4.1-55"},
		{"its case differs", answer("Sec-WebSocket-Extensions", "Foo"), "RFC6455-4.1-55"},
		{"malformed extensions", answer("Sec-WebSocket-Extensions", "foo;;"), "RFC6455-9.1-2"},
		{"empty extensions", answer("Sec-WebSocket-Extensions", ""), "RFC6455-9.1-2"},
		{"a subprotocol nobody asked for", answer("Sec-WebSocket-Protocol", "nope"), "RFC6455-4.1-56"},
		{"its case differs too", answer("Sec-WebSocket-Protocol", "Chat"), "RFC6455-4.1-56"},
		{"an empty subprotocol", answer("Sec-WebSocket-Protocol", ""), "RFC6455-4.3-4"},
		{"a list of subprotocols", answer("Sec-WebSocket-Protocol", "chat, superchat"), "RFC6455-4.3-4"},
		{"two subprotocols", answer("Sec-WebSocket-Protocol", "chat", "superchat"), "RFC6455-11.3.4-3"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := CheckResponse(tt.resp, opening); !cmp.Equal(ids(got), []string{tt.want}) {
				t.Errorf("got %v, want %s", got, tt.want)
			}
		})
	}
	t.Run("nothing was asked for", func(t *testing.T) {
		plain := NewRequest("/", "example.com", sampleKey, nil)
		resp := NewResponse(plain, "chat", []Extension{{Name: DeflateName}}, nil)
		want := []string{"RFC6455-4.1-55", "RFC6455-4.1-56"}
		if got := CheckResponse(resp, plain); !cmp.Equal(ids(got), want) {
			t.Errorf("got %v, want %v", got, want)
		}
	})
}

func TestListsAreReadOverAllLines(t *testing.T) {
	if diff := cmp.Diff([]string{"chat", "superchat"}, opening.Subprotocols()); diff != "" {
		t.Error(diff)
	}
	want := []Extension{{Name: DeflateName, Params: []Param{{Name: "client_max_window_bits"}}}, {Name: "foo"}}
	if diff := cmp.Diff(want, opening.Extensions()); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(want[1:], answer("Sec-WebSocket-Extensions", "foo").Extensions()); diff != "" {
		t.Error(diff)
	}
	if got := with("Sec-WebSocket-Protocol", "a;").Subprotocols(); got != nil {
		t.Errorf("malformed list read as %q", got)
	}
}
