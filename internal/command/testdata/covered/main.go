// Command covered is an echo server for a test of coverage. Some of its branches are deep: no
// answer shows which of them was run.
package main

import (
	"bytes"
	"encoding/binary"
	"flag"
	"net"
	"net/http"
	"os"
	"os/signal"
	"syscall"

	"github.com/wsspec/wsspec/ref"
)

func main() {
	addr := flag.String("addr", "", "where it listens")
	abrupt := flag.Bool("abrupt", false, "end by the signal, and not in order")
	flag.Parse()
	l, err := net.Listen("tcp", *addr)
	if err != nil {
		os.Exit(1)
	}
	ended := make(chan os.Signal, 1)
	if !*abrupt {
		signal.Notify(ended, syscall.SIGTERM)
	}
	go func() { _ = http.Serve(watching{l}, ref.EchoHandler(nil)) }()
	<-ended // and return, so that the counters are written
}

// watching is a listener whose connections are watched.
type watching struct{ net.Listener }

func (w watching) Accept() (net.Conn, error) {
	c, err := w.Listener.Accept()
	return &watched{Conn: c}, err
}

// watched is a connection that looks at the sizes of control frames.
type watched struct {
	net.Conn
	octets []byte
	opened bool // the opening request has ended
}

func (c *watched) Read(p []byte) (int, error) {
	n, err := c.Conn.Read(p)
	c.octets = append(c.octets, p[:n]...)
	if !c.opened {
		_, rest, found := bytes.Cut(c.octets, []byte("\r\n\r\n"))
		if !found {
			return n, err
		}
		c.octets, c.opened = rest, true
	}
	for c.frame() {
	}
	return n, err
}

// frame takes a masked frame from the octets, if there is one.
func (c *watched) frame() bool {
	if len(c.octets) < 2 {
		return false
	}
	size, head := int(c.octets[1]&0x7f), 6
	if size == 126 && len(c.octets) >= 4 {
		size, head = int(binary.BigEndian.Uint16(c.octets[2:])), 8
	}
	if len(c.octets) < head+size {
		return false
	}
	if c.octets[0]&0x08 != 0 {
		control(size)
	}
	c.octets = c.octets[head+size:]
	return true
}

// deeps counts what nobody sees.
var deeps [256]int

// control has a branch for each of some sizes of control frames: those from 40 to 115 that are
// multiples of 5. Most of these are rare.
func control(size int) {
	switch size {
	case 40:
		deeps[40]++
	case 45:
		deeps[45]++
	case 50:
		deeps[50]++
	case 55:
		deeps[55]++
	case 60:
		deeps[60]++
	case 65:
		deeps[65]++
	case 70:
		deeps[70]++
	case 75:
		deeps[75]++
	case 80:
		deeps[80]++
	case 85:
		deeps[85]++
	case 90:
		deeps[90]++
	case 95:
		deeps[95]++
	case 100:
		deeps[100]++
	case 105:
		deeps[105]++
	case 110:
		deeps[110]++
	case 115:
		deeps[115]++
	}
}
