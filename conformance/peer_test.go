package conformance_test

import (
	"bufio"
	"crypto/sha1"
	"encoding/base64"
	"encoding/binary"
	"io"
	"net"
	"net/http"
	"slices"
	"sync"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/wsspec/wsspec/conformance"
)

// serve starts a server on the loopback that gives each connection to handle,
// which may do what it likes with it. When the test ends, everything is closed
// and every handler has to return.
func serve(t *testing.T, handle func(net.Conn)) *conformance.Target {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	return serveOn(t, l, handle)
}

func serveOn(t *testing.T, l net.Listener, handle func(net.Conn)) *conformance.Target {
	t.Helper()
	var mu sync.Mutex
	var conns []net.Conn
	var wg sync.WaitGroup
	wg.Go(func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			mu.Lock()
			conns = append(conns, conn)
			mu.Unlock()
			wg.Go(func() {
				defer conn.Close()
				handle(conn)
			})
		}
	})
	t.Cleanup(func() {
		l.Close()
		mu.Lock()
		for _, conn := range conns {
			conn.Close()
		}
		mu.Unlock()
		wg.Wait()
	})
	target, err := conformance.ParseTarget("ws://" + l.Addr().String() + "/")
	if err != nil {
		t.Fatal(err)
	}
	return target
}

// shaken answers the opening handshake as it has to be and then hands over.
func shaken(then func(net.Conn, *bufio.Reader)) func(net.Conn) {
	return func(conn net.Conn) {
		if r, ok := shake(conn, ""); ok {
			then(conn, r)
		}
	}
}

// shake answers an opening request with 101 and the octets behind in one write.
func shake(conn net.Conn, behind string) (*bufio.Reader, bool) {
	r := bufio.NewReader(conn)
	req, err := http.ReadRequest(r)
	if err != nil {
		return r, false
	}
	_, err = io.WriteString(conn, "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: "+
		accept(req)+"\r\n\r\n"+behind)
	return r, err == nil
}

func accept(req *http.Request) string {
	sum := sha1.Sum([]byte(req.Header.Get("Sec-WebSocket-Key") + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"))
	return base64.StdEncoding.EncodeToString(sum[:])
}

// drain reads until the harness has gone.
func drain(conn net.Conn) { _, _ = io.Copy(io.Discard, conn) }

// echo is a correct echo server, written here from RFC 6455 alone: it shares no
// line with the harness's own codec or with the reference.
func echo(conn net.Conn, r *bufio.Reader) { (&echoPeer{r: r, w: conn}).run(conn.(*net.TCPConn)) }

type echoPeer struct {
	r *bufio.Reader
	w io.Writer
	// kind is the opcode of the open message, 0 if none is; valid is how many
	// octets of a text message are known to be UTF-8.
	kind    byte
	message []byte
	valid   int
	// alter, if set, changes a message before it is sent back.
	alter func([]byte) []byte
	// refuses, if set, says on which data frames the server closes with 1003.
	refuses func(fin bool) bool
}

// run echoes until a Close frame was sent, closes TCP first, as a server has to
// (RFC 6455 7.1.1), and waits for the other side.
func (p *echoPeer) run(conn *net.TCPConn) {
	for p.frame() {
	}
	_ = conn.CloseWrite()
	_ = conn.SetReadDeadline(time.Now().Add(10 * time.Second))
	drain(conn)
}

// fail sends Close with a code.
func (p *echoPeer) fail(code uint16) bool {
	p.send(8, binary.BigEndian.AppendUint16(nil, code))
	return false
}

func (p *echoPeer) send(opcode byte, payload []byte) {
	b := []byte{0x80 | opcode}
	switch n := len(payload); {
	case n < 126:
		b = append(b, byte(n))
	case n < 1<<16:
		b = binary.BigEndian.AppendUint16(append(b, 126), uint16(n))
	default:
		b = binary.BigEndian.AppendUint64(append(b, 127), uint64(n))
	}
	_, _ = p.w.Write(append(b, payload...))
}

// frame reads one frame and acts on it; it returns false when the connection is
// over.
func (p *echoPeer) frame() bool {
	var head [2]byte
	if _, err := io.ReadFull(p.r, head[:]); err != nil {
		return false
	}
	fin, rsv, opcode := head[0]&0x80 != 0, head[0]&0x70, head[0]&0x0f
	length := uint64(head[1] & 0x7f)
	control := opcode >= 8
	switch {
	case rsv != 0, !slices.Contains([]byte{0, 1, 2, 8, 9, 10}, opcode), head[1]&0x80 == 0,
		control && (!fin || length > 125), opcode == 0 && p.kind == 0, (opcode == 1 || opcode == 2) && p.kind != 0:
		return p.fail(1002)
	}
	if length >= 126 {
		b := make([]byte, map[uint64]int{126: 2, 127: 8}[length])
		if _, err := io.ReadFull(p.r, b); err != nil {
			return false
		}
		length = 0
		for _, o := range b {
			length = length<<8 | uint64(o)
		}
	}
	var key [4]byte
	if _, err := io.ReadFull(p.r, key[:]); err != nil {
		return false
	}
	if control {
		return p.control(opcode, key, int(length))
	}
	if p.refuses != nil && p.refuses(fin) {
		return p.fail(1003)
	}
	if opcode != 0 {
		p.kind, p.message, p.valid = opcode, nil, 0
	}
	return p.data(fin, key, length)
}

func (p *echoPeer) control(opcode byte, key [4]byte, length int) bool {
	payload := make([]byte, length)
	if _, err := io.ReadFull(p.r, payload); err != nil {
		return false
	}
	for i := range payload {
		payload[i] ^= key[i%4]
	}
	switch opcode {
	case 9:
		p.send(10, payload)
	case 8:
		if length == 0 {
			p.send(8, nil)
			return false
		}
		if length == 1 {
			return p.fail(1002)
		}
		code := binary.BigEndian.Uint16(payload)
		switch {
		case code < 1000, code >= 1004 && code <= 1006, code >= 1015 && code < 3000, code >= 5000:
			return p.fail(1002)
		case !utf8.Valid(payload[2:]):
			return p.fail(1007)
		}
		return p.fail(code)
	}
	return true
}

// data reads a data frame's payload as it comes, and fails at the first octet
// that no text can have there.
func (p *echoPeer) data(fin bool, key [4]byte, length uint64) bool {
	buf := make([]byte, 32<<10)
	for at := uint64(0); at < length; {
		n, err := p.r.Read(buf[:min(uint64(len(buf)), length-at)])
		if err != nil {
			return false
		}
		for i := range n {
			p.message = append(p.message, buf[i]^key[(at+uint64(i))%4])
		}
		at += uint64(n)
		if p.kind == 1 && !p.text(false) {
			return p.fail(1007)
		}
	}
	if !fin {
		return true
	}
	if p.kind == 1 && !p.text(true) {
		return p.fail(1007)
	}
	if p.alter != nil {
		p.message = p.alter(p.message)
	}
	p.send(p.kind, p.message)
	p.kind = 0
	return true
}

// text reports whether the message so far can still become UTF-8, or is it if
// it is whole.
func (p *echoPeer) text(whole bool) bool {
	for p.valid < len(p.message) {
		rest := p.message[p.valid:]
		if !utf8.FullRune(rest) {
			return !whole
		}
		r, n := utf8.DecodeRune(rest)
		if r == utf8.RuneError && n == 1 {
			return false
		}
		p.valid += n
	}
	return true
}
