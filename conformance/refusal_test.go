package conformance_test

import (
	"bufio"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"

	"github.com/wsspec/wsspec/conformance"
	"github.com/wsspec/wsspec/conformance/script"
	"github.com/wsspec/wsspec/conformance/verdict"
)

// answeringRefused answers any request with the same words and stays, or
// leaves.
func answeringRefused(answer string, stays bool) func(net.Conn) {
	return func(conn net.Conn) {
		r := bufio.NewReader(conn)
		if _, err := http.ReadRequest(r); err != nil {
			return
		}
		_, _ = io.WriteString(conn, answer)
		if !stays {
			_ = conn.(*net.TCPConn).CloseWrite()
		}
		drain(conn)
	}
}

// What counts as a refusal of an opening handshake, and what does not
// (RFC6455-4.2.1-2, RFC6455-7.2.2-1).
func TestARefusal(t *testing.T) {
	const badRequest, hello = "HTTP/1.1 400 Bad Request\r\nContent-Length: 2\r\n\r\nno", "\x81\x05hello"
	refused := script.Outcome{Behavior: verdict.OK, Events: []script.Expect{script.Refused()}, Ending: script.NotOpened()}
	dropped := script.Outcome{Behavior: verdict.NonStrict, Ending: script.NotOpened()}
	ended := refused
	ended.Ending = script.NotOpened().WithFIN()
	refusal := []script.Outcome{refused, dropped}
	end := []script.Outcome{ended, dropped}
	for _, tt := range []struct {
		name     string
		server   func(net.Conn)
		outcomes []script.Outcome
		want     verdict.Behavior
		says     string
	}{
		{"an HTTP error", answeringRefused(badRequest, false), refusal, verdict.OK, ""},
		{"an HTTP error, and TCP stays", answeringRefused(badRequest, true), refusal, verdict.OK, ""},
		{"an HTTP error without a length", answeringRefused("HTTP/1.1 400 Bad Request\r\n\r\nno"+hello, false), refusal, verdict.OK, ""},
		{"two HTTP errors", answeringRefused(badRequest+badRequest, true), refusal, verdict.OK, ""},
		{"an HTTP error in chunks", answeringRefused("HTTP/1.1 400 Bad Request\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nno\r\n0\r\n\r\n", true), refusal, verdict.OK, ""},
		{"TCP closed", func(conn net.Conn) { _, _ = http.ReadRequest(bufio.NewReader(conn)) }, refusal, verdict.NonStrict, "Allowed, but not preferred"},
		{"half an answer", answeringRefused("HTTP/1.1 400 Bad", false), refusal, verdict.NonStrict, ""},
		{"a page", answeringRefused("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", false), refusal, verdict.Failed, "200 OK came"},
		{"silence", drain, refusal, verdict.Failed, "nothing came within # s. --slow gives more time."},
		{"half an answer, then silence", answeringRefused("HTTP/1.1 400 Bad", true), refusal, verdict.Failed, "nothing came within # s. --slow gives more time."},
		{"no HTTP", answeringRefused("no\r\n", false), refusal, verdict.Failed, ""},
		{"a frame behind the HTTP error", answeringRefused(badRequest+hello, true), refusal, verdict.Failed, "7 octets behind the HTTP error"},
		{"the connection opened", shaken(echo), refusal, verdict.Failed, "HTTP/1.1 101 Switching Protocols came"},
		{"the connection opened, with a wrong accept value", answeringRefused("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: x\r\n\r\n", false), refusal, verdict.Failed, "101 Switching Protocols came"},
		{"the end of TCP behind an HTTP error", answeringRefused(badRequest, false), end, verdict.OK, ""},
		{"no end of TCP behind an HTTP error", answeringRefused(badRequest, true), end, verdict.Failed, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			c := &script.Case{ID: "test/refusal", Script: script.Script{
				Opening: &script.Opening{Edits: []script.Edit{script.Remove("Sec-WebSocket-Version")}}, Outcomes: tt.outcomes,
			}}
			r := play(t, serve(t, tt.server), []*script.Case{c}, conformance.Options{Deadlines: short})[0]
			if r.Behavior != tt.want || !strings.Contains(timeless(r.Explanation), tt.says) {
				t.Errorf("%s; want %s and a sentence with %q", describe(r), tt.want, tt.says)
			}
		})
	}
}

// An extension that was not offered beside one that was opens no connection
// (RFC6455-4.1-55).
func TestAnExtensionBesideTheOneOffered(t *testing.T) {
	target := answering(t, switching+upgrade+upgrades+accepts+"Sec-WebSocket-Extensions: permessage-deflate, x-other\r\n\r\n")
	r := play(t, target, named(t, "12.1.1"), conformance.Options{Deadlines: short})[0]
	if r.Verdict != verdict.Fail || !strings.Contains(r.Explanation, `"x-other", which was not offered`) {
		t.Errorf("%s; want a failure of the handshake", describe(r))
	}
}
