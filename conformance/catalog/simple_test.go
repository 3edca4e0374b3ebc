package catalog_test

import (
	"bufio"
	"crypto/rand"
	"io"
	"net"

	"github.com/wsspec/wsspec/ref/wire"
)

// simple is an endpoint that echoes short messages of one frame. This is enough for
// the cases about the opening handshake.
type simple struct {
	conn net.Conn
	role wire.Role
	// ignoresPongs: it echoes what comes, but no pong.
	ignoresPongs bool
}

// echo runs until it has answered a Close frame, or until the TCP connection ends.
func (s *simple) echo() {
	r := bufio.NewReader(s.conn)
	for {
		var head [2]byte
		if _, err := io.ReadFull(r, head[:]); err != nil {
			return
		}
		opcode, length := head[0]&0x0f, int(head[1]&0x7f)
		var key [4]byte
		if head[1]&0x80 != 0 {
			if _, err := io.ReadFull(r, key[:]); err != nil {
				return
			}
		}
		payload := make([]byte, length)
		if _, err := io.ReadFull(r, payload); err != nil || length > 125 {
			return
		}
		wire.Mask(key, 0, payload)
		if opcode == 10 && s.ignoresPongs {
			continue
		}
		if opcode == 9 {
			opcode = 10
		}
		s.send(opcode, payload)
		if opcode == 8 {
			return
		}
	}
}

func (s *simple) send(opcode byte, payload []byte) {
	frame := []byte{0x80 | opcode, byte(len(payload))}
	if s.role == wire.RoleClient {
		key := nonce()
		frame[1] |= 0x80
		frame = append(frame, key[:4]...)
		wire.Mask([4]byte(key[:4]), 0, payload)
	}
	_, _ = s.conn.Write(append(frame, payload...))
}

// replayed is a connection from which some octets were already read.
type replayed struct {
	net.Conn
	first []byte
}

func (r *replayed) Read(p []byte) (int, error) {
	if len(r.first) > 0 {
		n := copy(p, r.first)
		r.first = r.first[n:]
		return n, nil
	}
	return r.Conn.Read(p)
}

func nonce() (n [16]byte) {
	_, _ = rand.Read(n[:])
	return n
}
