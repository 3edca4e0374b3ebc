package tunnel

import (
	"bytes"
	"io"
	"net"
	"time"
)

// preface is what a client of HTTP/2 sends first: the magic octets and an empty SETTINGS
// frame (RFC 9113 3.4).
const preface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + "\x00\x00\x00\x04\x00\x00\x00\x00\x00"

// An Answer is how a server answers the preface of HTTP/2.
type Answer uint8

// The answers.
const (
	// NoHTTP is none that is of HTTP.
	NoHTTP Answer = iota
	// HTTP1 begins as a response of HTTP/1.1 does.
	HTTP1
	// HTTP2 begins with a SETTINGS frame, as it has to.
	HTTP2
)

// AsksHTTP2 sends the preface of HTTP/2 and returns what the answer is, and its first octets.
func AsksHTTP2(conn net.Conn, atMost time.Duration) (Answer, []byte) {
	_ = conn.SetDeadline(time.Now().Add(atMost))
	_, _ = conn.Write([]byte(preface))
	const header = 9 // of a frame
	got := make([]byte, header)
	n, _ := io.ReadFull(conn, got)
	got = got[:n]
	switch {
	case bytes.HasPrefix(got, []byte("HTTP/1.")):
		return HTTP1, got
	case n == header && got[3] == 4 && got[4]&1 == 0 && bytes.Equal(got[5:], make([]byte, 4)): // RFC 9113 6.5
		return HTTP2, got
	}
	return NoHTTP, got
}
