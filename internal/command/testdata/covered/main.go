// Command covered is an echo server for a test of coverage. One of its branches is deep: no
// answer shows that it was run.
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

// watched is a connection that looks for a reserved opcode behind a message in fragments.
type watched struct {
	net.Conn
	octets []byte
	// opened: the opening request has ended. fragments: a message of several frames has ended.
	opened, within, fragments bool
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
	final, opcode := c.octets[0]&0x80 != 0, c.octets[0]&0x0f
	c.look(final, opcode)
	if len(c.octets) < head+size {
		return false
	}
	c.octets = c.octets[head+size:]
	return true
}

// look looks at the beginning of a frame.
func (c *watched) look(final bool, opcode byte) {
	switch {
	case opcode == 0 && final && c.within:
		c.within, c.fragments = false, true
	case opcode < 3 && !final:
		c.within = true
	case opcode > 10 && c.fragments:
		deep()
	}
}

// deeps counts what nobody sees.
var deeps int

func deep() { deeps++ }
