package main

import (
	"math/rand/v2"
	"net"
	"time"
)

// A proxy passes octets on in pieces of any size, sometimes late, and cuts or
// resets some connections at any octet.
type proxy struct {
	listener net.Listener
	target   string
	n        *counts
}

func startProxy(target string, n *counts) (*proxy, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	p := &proxy{l, target, n}
	go p.run()
	return p, nil
}

func (p *proxy) address() string { return p.listener.Addr().String() }

func (p *proxy) close() { _ = p.listener.Close() }

func (p *proxy) run() {
	for {
		client, err := p.listener.Accept()
		if err != nil {
			return
		}
		go p.pass(client)
	}
}

// pass connects the client with the target.
func (p *proxy) pass(client net.Conn) {
	server, err := net.Dial("tcp", p.target)
	if err != nil {
		_ = client.Close()
		return
	}
	go p.copy(server, client)
	p.copy(client, server)
}

// copy passes one direction on until it ends or is cut.
func (p *proxy) copy(dst, src net.Conn) {
	buffer := make([]byte, 32<<10)
	cut := -1 // after so many octets, -1 for never
	if rand.IntN(4) == 0 {
		cut = rand.IntN(200 << 10)
	}
	for {
		size := len(buffer)
		if rand.IntN(4) == 0 {
			size = 1 + rand.IntN(100)
		}
		n, err := src.Read(buffer[:size])
		if cut >= 0 && n >= cut {
			_, _ = dst.Write(buffer[:cut])
			p.cut(dst, src)
			return
		}
		if cut >= 0 {
			cut -= n
		}
		if rand.IntN(200) == 0 {
			time.Sleep(time.Duration(rand.IntN(30)) * time.Millisecond)
		}
		if n > 0 {
			if _, err := dst.Write(buffer[:n]); err != nil {
				_ = src.Close()
				return
			}
		}
		if err != nil {
			_ = dst.(*net.TCPConn).CloseWrite()
			return
		}
	}
}

// cut ends both sides, by a FIN or a reset.
func (p *proxy) cut(a, b net.Conn) {
	p.n.cuts.Add(1)
	if rand.IntN(2) == 0 {
		p.n.resets.Add(1)
		_ = a.(*net.TCPConn).SetLinger(0)
		_ = b.(*net.TCPConn).SetLinger(0)
	}
	_ = a.Close()
	_ = b.Close()
}
