//go:build unix

package ref

import (
	"io"
	"net"
	"os"
	"syscall"
)

// A rawReader reads from a TCP or Unix socket. It takes a buffer from the pool
// only when there are octets to read, so that an idle connection holds none, and
// makes no more system calls than net.Conn.Read.
type rawReader struct {
	conn *Conn
	raw  syscall.RawConn
	try  func(fd uintptr) (done bool) // readOnce; made once, because making it allocates
	n    int
	err  error
}

// newRawReader returns nil for other kinds of connection. What wraps a
// connection is one: its own Read has to be called.
func newRawReader(c *Conn) *rawReader {
	var raw syscall.RawConn
	var err error
	switch tcp := c.tcp.(type) {
	case *net.TCPConn:
		raw, err = tcp.SyscallConn()
	case *net.UnixConn:
		raw, err = tcp.SyscallConn()
	default:
		return nil
	}
	if err != nil {
		return nil
	}
	r := &rawReader{conn: c, raw: raw}
	r.try = r.readOnce
	return r
}

// read waits for octets and reads them into the Conn's buffer.
func (r *rawReader) read() (n int, err error) {
	r.n, r.err = 0, nil
	if err := r.raw.Read(r.try); err != nil {
		return 0, err
	}
	return r.n, r.err
}

// readOnce reads what is there. It returns false if it is to be called again
// when the socket is readable.
func (r *rawReader) readOnce(fd uintptr) (done bool) {
	buffer := r.conn.takeReadBuffer()
	for {
		n, err := syscall.Read(int(fd), buffer)
		switch {
		case err == syscall.EINTR:
			continue
		case err == syscall.EAGAIN:
			r.conn.giveReadBuffer()
			return false
		case err != nil:
			r.err = os.NewSyscallError("read", err)
		case n == 0:
			r.err = io.EOF
		}
		r.n = max(n, 0)
		return true
	}
}
