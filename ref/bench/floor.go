package main

import (
	"bytes"
	"crypto/sha1"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"io"
	"net"
)

// The floor is an echo server written by hand for these benchmarks and nothing
// else: no checks, no limits, no control frames, no compression. What it takes is
// what the network and the unmasking cost, so that no library can take less.

// serveFloor echoes on every connection of the listener.
func serveFloor(l net.Listener) {
	for {
		conn, err := l.Accept()
		if err != nil {
			return
		}
		go func() {
			defer conn.Close()
			_ = floorEcho(conn)
		}()
	}
}

func floorEcho(conn net.Conn) error {
	buffer := make([]byte, 16<<10)
	n := 0
	for !bytes.Contains(buffer[:n], []byte("\r\n\r\n")) {
		m, err := conn.Read(buffer[n:])
		if err != nil {
			return err
		}
		n += m
	}
	key, ok := headerValue(buffer[:n], "Sec-WebSocket-Key: ")
	if !ok {
		return errors.New("no key")
	}
	if _, err := io.WriteString(conn, "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: "+acceptKey(key)+"\r\n\r\n"); err != nil {
		return err
	}
	start, end := 0, 0 // what is read and not yet used
	for {
		h, payload := 0, 0
		for {
			if h, payload = floorHeader(buffer[start:end]); h > 0 && end-start >= h+payload {
				break
			}
			if start > 0 {
				end = copy(buffer, buffer[start:end])
				start = 0
			}
			if h > 0 && h+payload > len(buffer) {
				grown := make([]byte, h+payload)
				copy(grown, buffer[:end])
				buffer = grown
			}
			m, err := conn.Read(buffer[end:])
			if err != nil {
				return err
			}
			end += m
		}
		frame := buffer[start : start+h+payload]
		floorUnmask([4]byte(frame[h-4:h]), frame[h:])
		// The answer's header, without mask, goes where the end of this one was.
		frame[1] &^= 0x80
		copy(frame[4:h], frame[:h-4])
		if isSunk(payload) {
			start += h + payload
			continue
		}
		if _, err := conn.Write(frame[4:]); err != nil {
			return err
		}
		start += h + payload
	}
}

// floorHeader returns the lengths of a masked frame's header and payload, zero
// while the header is not there.
func floorHeader(p []byte) (header, payload int) {
	if len(p) < 2 {
		return 0, 0
	}
	header, payload = 6, int(p[1]&0x7F)
	switch payload {
	case 126:
		header = 8
	case 127:
		header = 14
	}
	if len(p) < header {
		return 0, 0
	}
	switch header {
	case 8:
		payload = int(binary.BigEndian.Uint16(p[2:]))
	case 14:
		payload = int(binary.BigEndian.Uint64(p[2:]))
	}
	return header, payload
}

func floorUnmask(key [4]byte, p []byte) {
	k := uint64(binary.LittleEndian.Uint32(key[:]))
	k |= k << 32
	for len(p) >= 32 {
		q := p[:32:32]
		binary.LittleEndian.PutUint64(q, binary.LittleEndian.Uint64(q)^k)
		binary.LittleEndian.PutUint64(q[8:], binary.LittleEndian.Uint64(q[8:])^k)
		binary.LittleEndian.PutUint64(q[16:], binary.LittleEndian.Uint64(q[16:])^k)
		binary.LittleEndian.PutUint64(q[24:], binary.LittleEndian.Uint64(q[24:])^k)
		p = p[32:]
	}
	for len(p) >= 8 {
		binary.LittleEndian.PutUint64(p, binary.LittleEndian.Uint64(p)^k)
		p = p[8:]
	}
	for i := range p {
		p[i] ^= key[i&3]
	}
}

func headerValue(head []byte, name string) (string, bool) {
	_, rest, ok := bytes.Cut(head, []byte("\r\n"+name))
	value, _, _ := bytes.Cut(rest, []byte("\r\n"))
	return string(value), ok
}

func acceptKey(key string) string {
	sum := sha1.Sum([]byte(key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"))
	return base64.StdEncoding.EncodeToString(sum[:])
}
