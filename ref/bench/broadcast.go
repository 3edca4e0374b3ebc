package main

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"runtime"
	"sync"
	"time"

	coder "github.com/coder/websocket"
	"github.com/gorilla/websocket"
	"github.com/lxzan/gws"

	"github.com/wsspec/wsspec/ref"
)

// members is how many connections a broadcast goes to.
const members = 1000

// A hub collects the connections of a server, whatever they are.
type hub[C any] struct {
	mu    sync.Mutex
	conns []C
	full  chan struct{}
}

func newHub[C any]() *hub[C] { return &hub[C]{full: make(chan struct{})} }

func (h *hub[C]) join(c C) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.conns = append(h.conns, c); len(h.conns) == members {
		close(h.full)
	}
}

// broadcasters serve on a listener until it has all members, and return what
// sends a message to all of them.
var broadcasters = map[string]func(l net.Listener) (wait func(), send func(p []byte)){
	"ref": func(l net.Listener) (func(), func([]byte)) {
		h := newHub[*ref.Conn]()
		s := &ref.Server{Handler: func(c *ref.Conn, r *http.Request) {
			h.join(c)
			<-c.CloseRead(context.Background()).Done()
		}}
		go func() { _ = s.Serve(l) }()
		return func() { <-h.full }, func(p []byte) {
			m, _ := ref.NewPreparedMessage(ref.Binary, p)
			for _, c := range h.conns {
				_ = c.WritePrepared(context.Background(), m)
			}
		}
	},
	"gorilla": func(l net.Listener) (func(), func([]byte)) {
		h := newHub[*websocket.Conn]()
		upgrader := websocket.Upgrader{}
		go serveHTTP(l, func(w http.ResponseWriter, r *http.Request) {
			if c, err := upgrader.Upgrade(w, r, nil); err == nil {
				h.join(c)
				_, _, _ = c.ReadMessage()
			}
		})
		return func() { <-h.full }, func(p []byte) {
			m, _ := websocket.NewPreparedMessage(websocket.BinaryMessage, p)
			for _, c := range h.conns {
				_ = c.WritePreparedMessage(m)
			}
		}
	},
	"coder": func(l net.Listener) (func(), func([]byte)) {
		h := newHub[*coder.Conn]()
		go serveHTTP(l, func(w http.ResponseWriter, r *http.Request) {
			if c, err := coder.Accept(w, r, nil); err == nil {
				h.join(c)
				<-c.CloseRead(context.Background()).Done()
			}
		})
		return func() { <-h.full }, func(p []byte) {
			for _, c := range h.conns {
				_ = c.Write(context.Background(), coder.MessageBinary, p)
			}
		}
	},
	"gws": func(l net.Listener) (func(), func([]byte)) {
		h := newHub[*gws.Conn]()
		upgrader := gws.NewUpgrader(gws.BuiltinEventHandler{}, nil)
		go serveHTTP(l, func(w http.ResponseWriter, r *http.Request) {
			if c, err := upgrader.Upgrade(w, r); err == nil {
				h.join(c)
				go c.ReadLoop()
			}
		})
		return func() { <-h.full }, func(p []byte) {
			b := gws.NewBroadcaster(gws.OpcodeBinary, p)
			for _, c := range h.conns {
				_ = b.Broadcast(c)
			}
			_ = b.Close()
		}
	},
}

// broadcast measures one message of 128 octets to all members, until all have it.
// Its rate is that of single messages.
func broadcast(name string, lasting time.Duration) (r result, err error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return r, err
	}
	defer l.Close()
	wait, send := broadcasters[name](l)
	clients := make([]*client, members)
	for i := range clients {
		if clients[i], err = dial(l.Addr().String(), ""); err != nil {
			return r, fmt.Errorf("%s: %w", name, err)
		}
		defer clients[i].conn.Close()
	}
	wait()
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	began, used := time.Now(), processorTime()
	total := 0
	for total == 0 || time.Since(began) < lasting {
		send(make([]byte, 128))
		for _, c := range clients {
			if _, err := c.skip(); err != nil {
				return r, fmt.Errorf("%s: %w", name, err)
			}
		}
		total += members
	}
	runtime.ReadMemStats(&after)
	r.rate = float64(total) / time.Since(began).Seconds()
	r.processor = float64((processorTime() - used).Nanoseconds()) / float64(total)
	r.allocations = float64(after.Mallocs-before.Mallocs) / float64(total)
	return r, nil
}

func init() {
	works = append(works, work{"broadcast", "one message of 128 octets to 1,000 connections", func(lib library, lasting time.Duration) (result, error) {
		return broadcast(lib.name, lasting)
	}, func(lib library) bool { return broadcasters[lib.name] != nil }})
}
