package conformance_test

import (
	"bufio"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"

	"github.com/wsspec/wsspec/conformance"
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
	refused := conformance.Outcome{Behavior: conformance.OK, Events: []conformance.Expect{conformance.Refused()}, Ending: conformance.NotOpened()}
	dropped := conformance.Outcome{Behavior: conformance.NonStrict, Ending: conformance.NotOpened()}
	ended := refused
	ended.Ending = conformance.NotOpened().WithFIN()
	refusal := []conformance.Outcome{refused, dropped}
	end := []conformance.Outcome{ended, dropped}
	for _, tt := range []struct {
		name     string
		server   func(net.Conn)
		outcomes []conformance.Outcome
		want     conformance.Behavior
		says     string
	}{
		{"an HTTP error", answeringRefused(badRequest, false), refusal, conformance.OK, ""},
		{"an HTTP error, and TCP stays", answeringRefused(badRequest, true), refusal, conformance.OK, ""},
		{"an HTTP error without a length", answeringRefused("HTTP/1.1 400 Bad Request\r\n\r\nno"+hello, false), refusal, conformance.OK, ""},
		{"two HTTP errors", answeringRefused(badRequest+badRequest, true), refusal, conformance.OK, ""},
		{"an HTTP error in chunks", answeringRefused("HTTP/1.1 400 Bad Request\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nno\r\n0\r\n\r\n", true), refusal, conformance.OK, ""},
		{"TCP closed", func(conn net.Conn) { _, _ = http.ReadRequest(bufio.NewReader(conn)) }, refusal, conformance.NonStrict, "the best outcome is"},
		{"half an answer", answeringRefused("HTTP/1.1 400 Bad", false), refusal, conformance.NonStrict, ""},
		{"a page", answeringRefused("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", false), refusal, conformance.Failed, "200 OK came"},
		{"silence", drain, refusal, conformance.Failed, "nothing came in time"},
		{"half an answer, then silence", answeringRefused("HTTP/1.1 400 Bad", true), refusal, conformance.Failed, "nothing came in time"},
		{"no HTTP", answeringRefused("no\r\n", false), refusal, conformance.Failed, ""},
		{"a frame behind the HTTP error", answeringRefused(badRequest+hello, true), refusal, conformance.Failed, "7 octets behind the HTTP error"},
		{"the connection opened", shaken(echo), refusal, conformance.Failed, "HTTP/1.1 101 Switching Protocols came"},
		{"the connection opened, with a wrong accept value", answeringRefused("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: x\r\n\r\n", false), refusal, conformance.Failed, "101 Switching Protocols came"},
		{"the end of TCP behind an HTTP error", answeringRefused(badRequest, false), end, conformance.OK, ""},
		{"no end of TCP behind an HTTP error", answeringRefused(badRequest, true), end, conformance.Failed, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			c := &conformance.Case{ID: "test/refusal", Script: conformance.Script{
				Opening: &conformance.Opening{Edits: []conformance.Edit{conformance.Remove("Sec-WebSocket-Version")}}, Outcomes: tt.outcomes,
			}}
			r := play(t, serve(t, tt.server), []*conformance.Case{c}, conformance.Options{Deadlines: short})[0]
			if r.Behavior != tt.want || !strings.Contains(r.Explanation, tt.says) {
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
	if r.Verdict != conformance.Fail || !strings.Contains(r.Explanation, `"x-other", which was not offered`) {
		t.Errorf("%s; want a failure of the handshake", describe(r))
	}
}
