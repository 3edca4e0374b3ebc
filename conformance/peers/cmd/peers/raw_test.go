package main

import (
	"bufio"
	"bytes"
	"compress/flate"
	"crypto/sha1"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"testing"
	"time"
)

// patience limits every wait of a test. The result of a test does not depend on it.
const patience = 20 * time.Second

// The first octet of a frame: FIN, RSV1 and the opcode (RFC 6455 5.2).
const (
	fin        = 0x80
	rsv1       = 0x40
	textFrame  = 0x1
	binFrame   = 0x2
	closeFrame = 0x8
	pingFrame  = 0x9
	pongFrame  = 0xa
)

// A raw is the test's end of a connection. It has its own framing, to be independent of
// the libraries under test.
type raw struct {
	t    *testing.T
	conn net.Conn
	in   *bufio.Reader

	client    bool   // this end is the client, so it masks its frames
	extension string // the peer's Sec-WebSocket-Extensions
}

// dialRaw opens a WebSocket connection to a server and offers the extensions.
func dialRaw(t *testing.T, addr, extensions string, header ...string) *raw {
	t.Helper()
	conn, err := net.Dial("tcp", addr)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	conn.SetDeadline(time.Now().Add(patience))

	const key = "dGhlIHNhbXBsZSBub25jZQ=="
	request := "GET / HTTP/1.1\r\nHost: " + addr + "\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n" +
		"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: " + key + "\r\n"
	if extensions != "" {
		request += "Sec-WebSocket-Extensions: " + extensions + "\r\n"
	}
	for _, field := range header {
		request += field + "\r\n"
	}
	if _, err := io.WriteString(conn, request+"\r\n"); err != nil {
		t.Fatal(err)
	}
	in := bufio.NewReader(conn)
	response, err := http.ReadResponse(in, nil)
	if err != nil {
		t.Fatal(err)
	}
	if response.StatusCode != http.StatusSwitchingProtocols {
		t.Fatalf("status %s, want 101", response.Status)
	}
	if got, want := response.Header.Get("Sec-WebSocket-Accept"), acceptOf(key); got != want {
		t.Fatalf("Sec-WebSocket-Accept: %q, want %q", got, want)
	}
	return &raw{t: t, conn: conn, in: in, client: true, extension: response.Header.Get("Sec-WebSocket-Extensions")}
}

// acceptRaw accepts one client with the extension. It sends the octets of first in one
// write with the response.
func acceptRaw(t *testing.T, listener net.Listener, extension string, first []byte) *raw {
	t.Helper()
	listener.(*net.TCPListener).SetDeadline(time.Now().Add(patience))
	conn, err := listener.Accept()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	conn.SetDeadline(time.Now().Add(patience))

	in := bufio.NewReader(conn)
	request, err := http.ReadRequest(in)
	if err != nil {
		t.Fatal(err)
	}
	response := "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n" +
		"Sec-WebSocket-Accept: " + acceptOf(request.Header.Get("Sec-WebSocket-Key")) + "\r\n"
	if extension != "" {
		response += "Sec-WebSocket-Extensions: " + extension + "\r\n"
	}
	if _, err := conn.Write(append([]byte(response+"\r\n"), first...)); err != nil {
		t.Fatal(err)
	}
	return &raw{t: t, conn: conn, in: in, extension: request.Header.Get("Sec-WebSocket-Extensions")}
}

// acceptOf returns the Sec-WebSocket-Accept value for the key (RFC 6455 4.2.2).
func acceptOf(key string) string {
	sum := sha1.Sum([]byte(key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"))
	return base64.StdEncoding.EncodeToString(sum[:])
}

// frame returns the octets of one frame, masked if this end is the client.
func frame(first byte, payload []byte, masked bool) []byte {
	octets := []byte{first}
	var maskBit byte
	if masked {
		maskBit = 0x80
	}
	switch n := len(payload); {
	case n < 126:
		octets = append(octets, maskBit|byte(n))
	case n < 1<<16:
		octets = binary.BigEndian.AppendUint16(append(octets, maskBit|126), uint16(n))
	default:
		octets = binary.BigEndian.AppendUint64(append(octets, maskBit|127), uint64(n))
	}
	if !masked {
		return append(octets, payload...)
	}
	key := [4]byte{0x37, 0xfa, 0x21, 0x3d}
	octets = append(octets, key[:]...)
	head := len(octets)
	octets = append(octets, payload...)
	mask(octets[head:], key)
	return octets
}

// mask applies the masking key (RFC 6455 5.3).
func mask(payload []byte, key [4]byte) {
	for i := range payload {
		payload[i] ^= key[i%4]
	}
}

func (r *raw) send(first byte, payload []byte) {
	r.t.Helper()
	if _, err := r.conn.Write(frame(first, payload, r.client)); err != nil {
		r.t.Fatalf("sending: %v", err)
	}
}

// receive reads one frame.
func (r *raw) receive() (first byte, payload []byte, err error) {
	var head [2]byte
	if _, err := io.ReadFull(r.in, head[:]); err != nil {
		return 0, nil, err
	}
	if masked := head[1]&0x80 != 0; masked == r.client {
		return 0, nil, fmt.Errorf("frame %x has its mask bit %t: only clients mask", head, masked)
	}
	length := uint64(head[1] & 0x7f)
	if extended := map[uint64]int{126: 2, 127: 8}[length]; extended != 0 {
		var octets [8]byte
		if _, err := io.ReadFull(r.in, octets[8-extended:]); err != nil {
			return 0, nil, err
		}
		length = binary.BigEndian.Uint64(octets[:])
	}
	var key [4]byte
	if !r.client {
		if _, err := io.ReadFull(r.in, key[:]); err != nil {
			return 0, nil, err
		}
	}
	payload = make([]byte, length)
	if _, err := io.ReadFull(r.in, payload); err != nil {
		return 0, nil, err
	}
	if !r.client {
		mask(payload, key)
	}
	return head[0], payload, nil
}

// message reads frames until FIN and returns their message, decompressed if necessary.
func (r *raw) message() (opcode byte, payload []byte) {
	r.t.Helper()
	var compressed bool
	for begun := false; ; begun = true {
		first, part, err := r.receive()
		if err != nil {
			r.t.Fatalf("receiving a message: %v", err)
		}
		if !begun {
			opcode, compressed = first&0x0f, first&rsv1 != 0
		}
		payload = append(payload, part...)
		if first&fin != 0 {
			break
		}
	}
	if compressed {
		// RFC 7692 7.2.2; the empty block with BFINAL ends the DEFLATE stream.
		tail := []byte{0x00, 0x00, 0xff, 0xff, 0x01, 0x00, 0x00, 0xff, 0xff}
		inflated, err := io.ReadAll(flate.NewReader(bytes.NewReader(append(payload, tail...))))
		if err != nil {
			r.t.Fatalf("inflating %x: %v", payload, err)
		}
		payload = inflated
	}
	return opcode, payload
}

func (r *raw) wantMessage(opcode byte, payload []byte) {
	r.t.Helper()
	gotOpcode, got := r.message()
	if gotOpcode != opcode || !bytes.Equal(got, payload) {
		r.t.Fatalf("got opcode %d with %d octets %.40q, want opcode %d with %d octets %.40q",
			gotOpcode, len(got), got, opcode, len(payload), payload)
	}
}

// wantEcho sends one message in one frame, and fails the test unless it is echoed.
func (r *raw) wantEcho(opcode byte, payload []byte) {
	r.t.Helper()
	written := make(chan error, 1)
	go func() { // a streaming echo starts before the whole message is sent
		_, err := r.conn.Write(frame(fin|opcode, payload, r.client))
		written <- err
	}()
	r.wantMessage(opcode, payload)
	if err := <-written; err != nil {
		r.t.Fatalf("sending: %v", err)
	}
}

// wantClose fails the test unless a Close frame with the code comes next and, from a
// server, the end of TCP follows (RFC 6455 7.1.1).
func (r *raw) wantClose(code uint16) {
	r.t.Helper()
	first, payload, err := r.receive()
	if err != nil {
		r.t.Fatalf("receiving a Close frame: %v", err)
	}
	if first != fin|closeFrame || len(payload) < 2 || binary.BigEndian.Uint16(payload) != code {
		r.t.Fatalf("got frame %#x with %q, want a Close frame with code %d", first, payload, code)
	}
	if r.client {
		r.wantEnd()
	}
}

// wantEnd fails the test unless the end of TCP comes next.
func (r *raw) wantEnd() {
	r.t.Helper()
	if first, payload, err := r.receive(); err == nil {
		r.t.Fatalf("got frame %#x with %q, want the end of the connection", first, payload)
	} else if timeout := net.Error(nil); errors.As(err, &timeout) && timeout.Timeout() {
		r.t.Fatalf("the connection is still open")
	}
}

// status returns the payload of a Close frame with the code.
func status(code uint16) []byte {
	return binary.BigEndian.AppendUint16(nil, code)
}
