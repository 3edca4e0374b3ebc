package http3

import (
	"net"
	"syscall"
	"time"
)

// A connected is a socket of UDP that is connected to one peer, as a [net.PacketConn]. It
// learns by ICMP that the peer listens no more, which an unconnected one does not.
type connected struct{ udp *net.UDPConn }

func (c connected) ReadFrom(p []byte) (int, net.Addr, error) {
	n, err := c.udp.Read(p)
	return n, c.udp.RemoteAddr(), err
}

func (c connected) WriteTo(p []byte, _ net.Addr) (int, error) { return c.udp.Write(p) }
func (c connected) Close() error                              { return c.udp.Close() }
func (c connected) LocalAddr() net.Addr                       { return c.udp.LocalAddr() }
func (c connected) SetDeadline(t time.Time) error             { return c.udp.SetDeadline(t) }
func (c connected) SetReadDeadline(t time.Time) error         { return c.udp.SetReadDeadline(t) }
func (c connected) SetWriteDeadline(t time.Time) error        { return c.udp.SetWriteDeadline(t) }

// The methods by which quic-go makes the buffers larger.

func (c connected) SyscallConn() (syscall.RawConn, error) { return c.udp.SyscallConn() }
func (c connected) SetReadBuffer(n int) error             { return c.udp.SetReadBuffer(n) }
func (c connected) SetWriteBuffer(n int) error            { return c.udp.SetWriteBuffer(n) }
