package wire

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const sampleRequest = "GET /chat HTTP/1.1\r\n" +
	"Host: server.example.com\r\n" +
	"Upgrade: websocket\r\n" +
	"Connection: Upgrade\r\n" +
	"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n" +
	"Origin: http://example.com\r\n" +
	"Sec-WebSocket-Protocol: chat, superchat\r\n" +
	"Sec-WebSocket-Version: 13\r\n\r\n"

const sampleResponse = "HTTP/1.1 101 Switching Protocols\r\n" +
	"Upgrade: websocket\r\n" +
	"Connection: Upgrade\r\n" +
	"Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n" +
	"Sec-WebSocket-Protocol: chat\r\n\r\n"

func TestParseRequest(t *testing.T) {
	for _, tt := range []struct {
		name string
		in   string
		want Request
	}{
		{"RFC 6455 1.2", sampleRequest, Request{"GET", "/chat", "HTTP/1.1", Fields{
			{"Host", "server.example.com"},
			{"Upgrade", "websocket"},
			{"Connection", "Upgrade"},
			{"Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ=="},
			{"Origin", "http://example.com"},
			{"Sec-WebSocket-Protocol", "chat, superchat"},
			{"Sec-WebSocket-Version", "13"},
		}}},
		{"no fields", "GET / HTTP/1.1\r\n\r\n", Request{"GET", "/", "HTTP/1.1", Fields{}}},
		{"white space around a value", "GET / HTTP/1.1\r\na:b\r\nC: \t d e\t \r\nf:\r\n\r\n",
			Request{"GET", "/", "HTTP/1.1", Fields{{"a", "b"}, {"C", "d e"}, {"f", ""}}}},
		{"a colon in a value", "GET / HTTP/1.1\r\nHost: [::1]:80\r\n\r\n",
			Request{"GET", "/", "HTTP/1.1", Fields{{"Host", "[::1]:80"}}}},
		{"octets above ASCII in a value", "GET / HTTP/1.1\r\nCookie: \xff\xc3\xa4\r\n\r\n",
			Request{"GET", "/", "HTTP/1.1", Fields{{"Cookie", "\xff\xc3\xa4"}}}},
		{"a space in the target is left to CheckRequest", "GET /a b HTTP/1.1\r\n\r\n",
			Request{"GET", "/a b", "HTTP/1.1", Fields{}}},
		{"an empty target and another version, too", "foo  ICY\r\n\r\n", Request{"foo", "", "ICY", Fields{}}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			// RFC6455-4.2.2-30: what follows the head is not the head's.
			got, n, err := ParseRequest([]byte(tt.in + "\x81\x00"))
			if err != nil || n != len(tt.in) {
				t.Fatalf("n = %d, %v, want %d", n, err, len(tt.in))
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Error(diff)
			}
			everyPrefixIsShort(t, tt.in, func(b []byte) error { _, _, err := ParseRequest(b); return err })
		})
	}
}

func TestParseResponse(t *testing.T) {
	for _, tt := range []struct {
		name string
		in   string
		want Response
	}{
		{"RFC 6455 1.3", sampleResponse, Response{"HTTP/1.1", 101, "Switching Protocols", Fields{
			{"Upgrade", "websocket"},
			{"Connection", "Upgrade"},
			{"Sec-WebSocket-Accept", "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="},
			{"Sec-WebSocket-Protocol", "chat"},
		}}},
		{"empty reason", "HTTP/1.1 404 \r\n\r\n", Response{"HTTP/1.1", 404, "", Fields{}}},
		{"a status of small numbers", "HTTP/1.1 007 x\r\n\r\n", Response{"HTTP/1.1", 7, "x", Fields{}}},
		{"a folded line joins by a space", "HTTP/1.1 101 x\r\na: b,\r\n \t c\r\n\td\r\nE:\r\n f\r\n\r\n",
			Response{"HTTP/1.1", 101, "x", Fields{{"a", "b, c d"}, {"E", "f"}}}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, n, err := ParseResponse([]byte(tt.in + "\x81\x00"))
			if err != nil || n != len(tt.in) {
				t.Fatalf("n = %d, %v, want %d", n, err, len(tt.in))
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Error(diff)
			}
			everyPrefixIsShort(t, tt.in, func(b []byte) error { _, _, err := ParseResponse(b); return err })
		})
	}
}

func everyPrefixIsShort(t *testing.T, in string, parse func([]byte) error) {
	t.Helper()
	for n := range in {
		if err := parse([]byte(in[:n])); err != ErrShort {
			t.Fatalf("after %d octets: %v, want ErrShort", n, err)
		}
	}
}

// Each of these is found out at the octet after which the mark ◆ stands: short
// before, broken from there on whatever follows.
func TestParseRequestRefuses(t *testing.T) {
	for _, tt := range []struct {
		name, in, detail string
	}{
		{"a TLS ClientHello", "\x16◆\x03\x01", "control character 0x16 at octet 0"},
		{"a masked frame", "\x81◆\x85", "octet 0x81 in the start line"},
		{"NUL in the request line", "GET /\x00◆", "control character 0x00"},
		{"DEL in a value", "GET / HTTP/1.1\r\na: \x7f◆", "control character 0x7f"},
		{"NUL in a value", "GET / HTTP/1.1\r\na: b\x00◆", "control character 0x00"},
		{"bare LF behind the request line", "GET / HTTP/1.1\n◆", "bare LF"},
		{"bare LF behind a field", "GET / HTTP/1.1\r\na: b\n◆", `line "a: b" ends in a bare LF`},
		{"bare LF as the empty line", "GET / HTTP/1.1\r\na: b\r\n\n◆", "bare LF"},
		{"bare CR in a value", "GET / HTTP/1.1\r\na: b\rc◆", `bare CR after "a: b"`},
		{"CR CR LF", "GET / HTTP/1.1\r\r◆\n", "bare CR"},
		{"an empty line first", "\r\n◆GET / HTTP/1.1\r\n\r\n", `request line ""`},
		{"HTTP/0.9", "GET /\r\n◆", `request line "GET /"`},
		{"one word", "GET\r\n◆", `request line "GET"`},
		{"no method", " / HTTP/1.1\r\n◆", `request line " / HTTP/1.1"`},
		{"a folded line", "GET / HTTP/1.1\r\na: b\r\n c\r\n◆", `folded line " c"`},
		{"a space before the first field", "GET / HTTP/1.1\r\n a: b\r\n◆", `folded line " a: b"`},
		{"a space before the colon", "GET / HTTP/1.1\r\nHost : a\r\n◆", `field name "Host " is no token`},
		{"an empty name", "GET / HTTP/1.1\r\n: a\r\n◆", `field name "" is no token`},
		{"a name with a separator", "GET / HTTP/1.1\r\na/b: c\r\n◆", `field name "a/b" is no token`},
		{"a name above ASCII", "GET / HTTP/1.1\r\n\xc3\xa4: c\r\n◆", "is no token"},
		{"no colon", "GET / HTTP/1.1\r\nHost\r\n◆", `field line "Host" has no colon`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			refusedAtMark(t, tt.in, tt.detail, RuleRequestForm, func(b []byte) error { _, _, err := ParseRequest(b); return err })
		})
	}
}

func TestParseResponseRefuses(t *testing.T) {
	for _, tt := range []struct {
		name, in, detail string
	}{
		{"another protocol's greeting", "SSH-2.0-x\r\n◆", `status line "SSH-2.0-x"`},
		{"a frame", "\x81◆\x00", "octet 0x81 in the start line"},
		{"an octet above ASCII in the version", "HTTP/1.1\xe9◆ 101 x", "octet 0xe9 in the start line"},
		{"an octet above ASCII in the status", "HTTP/1.1 1\xe9◆01 x", "octet 0xe9 in the start line"},
		{"no reason and no space", "HTTP/1.1 101\r\n◆", "three digits and reason"},
		{"two digits", "HTTP/1.1 10 x\r\n◆", "three digits"},
		{"four digits", "HTTP/1.1 1010 x\r\n◆", "three digits"},
		{"a sign", "HTTP/1.1 +10 x\r\n◆", "three digits"},
		{"no version", " 101 x\r\n◆", "status line"},
		{"bare LF", "HTTP/1.1 101 x\n◆", "bare LF"},
		{"a folded line with nothing before it", "HTTP/1.1 101 x\r\n a\r\n◆", "folded line"},
		{"a space before the colon", "HTTP/1.1 101 x\r\nUpgrade : a\r\n◆", `"Upgrade " is no token`},
		{"NUL", "HTTP/1.1 101 x\r\nUpgrade: a\x00◆", "control character"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			refusedAtMark(t, tt.in, tt.detail, RuleResponseForm, func(b []byte) error { _, _, err := ParseResponse(b); return err })
		})
	}
}

// A reason phrase may have octets above ASCII, in whatever encoding (RFC 9112 4).
func TestParseResponseTakesAnyReason(t *testing.T) {
	for _, reason := range []string{"Bascul\xe9", "切り替え", "a b\xff", "\x80"} {
		in := "HTTP/1.1 101 " + reason + "\r\n\r\n"
		r, n, err := ParseResponse([]byte(in))
		if err != nil || n != len(in) || r.Reason != reason {
			t.Errorf("%q: reason %q, %v", in, r.Reason, err)
		}
	}
	if _, _, err := ParseRequest([]byte("GET /a b\xff HTTP/1.1\r\n\r\n")); err == nil || err == ErrShort {
		t.Errorf("a request line: %v", err)
	}
}

func refusedAtMark(t *testing.T, in, detail string, rule *Rule, parse func([]byte) error) {
	t.Helper()
	short, rest, marked := strings.Cut(in, "◆")
	if !marked {
		t.Fatal("the row has no mark")
	}
	everyPrefixIsShort(t, short, parse)
	for _, more := range []string{short, short + rest, short + rest + "\r\na: b\r\n\r\n"} {
		var v *Violation
		if err := parse([]byte(more)); !errors.As(err, &v) || v.Rule != rule || !strings.Contains(v.Detail, detail) {
			t.Errorf("%q: %v, want %s of %s", more, err, detail, rule.ID)
		}
	}
}

func TestHandshakeSizeIsLimited(t *testing.T) {
	request := func(total int) string {
		head, end := "GET / HTTP/1.1\r\nX: ", "\r\n\r\n"
		return head + strings.Repeat("x", total-len(head)-len(end)) + end
	}
	parse := func(s string) error { _, _, err := ParseRequest([]byte(s)); return err }
	tooLong := func(name, s string) {
		t.Helper()
		var v *Violation
		if err := parse(s); !errors.As(err, &v) || v.Rule != RuleHandshakeSize {
			t.Errorf("%s: %v, want a violation of %s", name, err, RuleHandshakeSize.ID)
		}
	}
	largest := request(MaxHandshakeLen)
	if err := parse(largest); err != nil {
		t.Errorf("a head of exactly the limit: %v", err)
	}
	if err := parse(largest + "\x81\x00"); err != nil {
		t.Errorf("frames behind it count too: %v", err)
	}
	if err := parse(largest[:MaxHandshakeLen-1]); err != ErrShort {
		t.Errorf("one octet before the limit: %v, want ErrShort", err)
	}
	over := request(MaxHandshakeLen + 1)
	tooLong("one octet more", over)
	tooLong("the same, its last octet still to come", over[:MaxHandshakeLen])
	tooLong("an endless line", strings.Repeat("x", MaxHandshakeLen))
	tooLong("endless fields", "GET / HTTP/1.1\r\n"+strings.Repeat("a: b\r\n", MaxHandshakeLen))
	if _, _, err := ParseResponse([]byte(strings.Repeat("x", MaxHandshakeLen))); err == nil || err == ErrShort {
		t.Errorf("a response has no limit: %v", err)
	}
}

func TestAppendIsParsedBack(t *testing.T) {
	req, _, err := ParseRequest([]byte(sampleRequest))
	if err != nil {
		t.Fatal(err)
	}
	if got := string(req.Append([]byte("x"))); got != "x"+sampleRequest {
		t.Errorf("request written as %q", got)
	}
	resp, _, err := ParseResponse([]byte(sampleResponse))
	if err != nil {
		t.Fatal(err)
	}
	if got := string(resp.Append([]byte("x"))); got != "x"+sampleResponse {
		t.Errorf("response written as %q", got)
	}
	small := Response{Version: "HTTP/1.1", Status: 7}
	if got, want := string(small.Append(nil)), "HTTP/1.1 007 \r\n\r\n"; got != want {
		t.Errorf("status 7 written as %q, want %q", got, want)
	}
}

func TestAppendCanSayIllegalThings(t *testing.T) {
	got := string(Request{"", "/a b", "HTTP/1.0", Fields{{"Host ", " \x00"}, {"", "x\r\n y"}}}.Append(nil))
	if want := " /a b HTTP/1.0\r\nHost :  \x00\r\n: x\r\n y\r\n\r\n"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}
