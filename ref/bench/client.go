package main

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"strings"

	"github.com/wsspec/wsspec/ref/wire"
)

// A client is the other end of a connection in all benchmarks: the same for every
// library, and as cheap as can be, so that what differs is the server.
type client struct {
	conn   net.Conn
	reader *bufio.Reader
}

func newReader(r io.Reader, size int) *bufio.Reader { return bufio.NewReaderSize(r, size) }

// dial opens a connection with an offer of extensions, "" for none.
func dial(address, extensions string) (*client, error) {
	conn, err := net.Dial("tcp", address)
	if err != nil {
		return nil, err
	}
	request := "GET / HTTP/1.1\r\nHost: " + address + "\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n" +
		"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\nOrigin: http://" + address + "\r\n"
	if extensions != "" {
		request += "Sec-WebSocket-Extensions: " + extensions + "\r\n"
	}
	if _, err := io.WriteString(conn, request+"\r\n"); err != nil {
		conn.Close()
		return nil, err
	}
	c := &client{conn: conn, reader: bufio.NewReaderSize(conn, 16<<10)}
	first := true
	for {
		line, err := c.reader.ReadString('\n')
		if err != nil {
			conn.Close()
			return nil, err
		}
		if first && !strings.Contains(line, " 101 ") {
			conn.Close()
			return nil, fmt.Errorf("answered %q", line)
		}
		first = false
		if line == "\r\n" {
			return c, nil
		}
	}
}

// frame is a message as a client sends it.
func frame(op wire.Opcode, rsv wire.RSV, payload []byte) []byte {
	key := [4]byte{1, 2, 3, 4}
	out := wire.AppendHeader(nil, wire.Header{Fin: true, RSV: rsv, Opcode: op, Masked: true, MaskKey: key, Length: uint64(len(payload))})
	out = append(out, payload...)
	wire.Mask(key, 0, out[len(out)-len(payload):])
	return out
}

// skip reads one message and returns the length of its payload on the wire.
func (c *client) skip() (n int, err error) {
	for {
		head, err := c.reader.Peek(2)
		if err != nil {
			return n, err
		}
		size := 2
		switch head[1] & 0x7F {
		case 126:
			size = 4
		case 127:
			size = 10
		}
		if head, err = c.reader.Peek(size); err != nil {
			return n, err
		}
		h, size, err := wire.ParseHeader(head)
		if err != nil {
			return n, err
		}
		if _, err := c.reader.Discard(size); err != nil {
			return n, err
		}
		if h.Opcode == wire.OpClose {
			return n, io.EOF
		}
		if _, err := c.reader.Discard(int(h.Length)); err != nil {
			return n, err
		}
		n += int(h.Length)
		if h.Fin {
			return n, nil
		}
	}
}
