package ref

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"testing"

	"github.com/wsspec/wsspec/ref/wire"
)

// Without context takeover an idle connection keeps neither compressor nor
// window: it takes the memory of a plain one. The two are measured in one run,
// each with the server's half.
func TestIdleCompressedConnectionsTakeNoMoreMemory(t *testing.T) {
	noLeaks(t)
	const conns = 60
	held := func(c *Compression) uint64 {
		server := httptest.NewServer(EchoHandler(&AcceptOptions{Compression: c}))
		defer server.Close()
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		var before, after runtime.MemStats
		settle(&before)
		var all []*Conn
		for range conns {
			conn, _, err := Dial(ctx, strings.Replace(server.URL, "http", "ws", 1), &DialOptions{Compression: c})
			if err != nil {
				t.Fatal(err)
			}
			all = append(all, conn)
			defer conn.CloseNow()
			if conn.Compressed() != (c != nil) {
				t.Fatalf("compressed is %t", conn.Compressed())
			}
			if err := conn.Write(ctx, Text, []byte(strings.Repeat("compress me ", 100))); err != nil {
				t.Fatal(err)
			}
			if _, _, err := conn.Read(ctx); err != nil {
				t.Fatal(err)
			}
		}
		settle(&after)
		runtime.KeepAlive(all)
		return (after.HeapAlloc - min(before.HeapAlloc, after.HeapAlloc)) / conns
	}
	plain := held(nil)
	compressed := held(&Compression{ServerNoContextTakeover: true, ClientNoContextTakeover: true})
	t.Logf("%d octets a plain connection, %d a compressed one", plain, compressed)
	// A compressor is above 1 MiB, a window 32 KiB: kept by either half, either
	// would show.
	if compressed > plain+16<<10 {
		t.Errorf("an idle compressed connection holds %d octets, a plain one %d", compressed, plain)
	}
}

// A goroutine that waits for a message needs so little of its stack that Go shrinks it to
// 4 KiB again, whatever the messages before needed: also while it waits for a context.
func TestIdleHandlersHaveSmallStacks(t *testing.T) {
	noLeaks(t)
	if raceEnabled {
		t.Skip("the race detector makes frames larger")
	}
	const conns = 200
	for name, handler := range map[string]func(*Conn, *http.Request) error{
		"Echo":              func(c *Conn, r *http.Request) error { return Echo(context.Background(), c) },
		"Echo with context": func(c *Conn, r *http.Request) error { return Echo(r.Context(), c) },
		"Read": func(c *Conn, r *http.Request) error {
			for {
				typ, data, err := c.Read(r.Context())
				if err != nil {
					return err
				}
				if err := c.Write(r.Context(), typ, data); err != nil {
					return err
				}
			}
		},
	} {
		s := &Server{ErrorHandler: handler, Options: &AcceptOptions{Compression: &Compression{ServerNoContextTakeover: true}}}
		uri, _ := startServer(t, s)
		var before, after runtime.MemStats
		settle(&before)
		for range conns {
			_, _, tcp := exchange(t, strings.TrimPrefix(uri, "ws://"), opening+"Sec-WebSocket-Extensions: permessage-deflate\r\n\r\n")
			p := &peer{t: t, role: wire.RoleClient, Conn: tcp}
			p.send(whole(wire.OpText, deflated(strings.Repeat("compress me ", 100))).rsv(wire.RSV1))
			if _, err := p.next(); err != nil {
				t.Fatal(err)
			}
		}
		for range 5 { // each halves the stacks that are mostly unused
			settle(&after)
		}
		each := (after.StackInuse - min(before.StackInuse, after.StackInuse)) / conns
		t.Logf("%s: %d octets of stack a connection", name, each)
		if each > 6<<10 {
			t.Errorf("%s: a goroutine that waits has a stack of %d octets", name, each)
		}
		must(t, s.Close())
	}
}

// A client that begins messages and does not end them takes no compressor for each
// connection of a server that compresses its answers while it reads.
func TestUnfinishedCompressedMessagesTakeLittleMemory(t *testing.T) {
	noLeaks(t)
	const conns = 150
	for _, c := range []*Compression{{}, {ServerNoContextTakeover: true}} {
		answered := make(chan struct{}, conns)
		s := &Server{Options: &AcceptOptions{Compression: c}, ErrorHandler: func(conn *Conn, _ *http.Request) error {
			typ, r, err := conn.NextReader(context.Background())
			if err != nil {
				return err
			}
			w, err := conn.NextWriter(context.Background(), typ)
			if err != nil {
				return err
			}
			if _, err := io.CopyN(w, r, 9000); err != nil {
				return err
			}
			answered <- struct{}{}
			_, err = io.Copy(w, r) // waits for the rest
			return err
		}}
		uri, _ := startServer(t, s)
		var before, after runtime.MemStats
		settle(&before)
		for range conns {
			conn, _, err := Dial(testContext(t), uri, &DialOptions{Compression: c, NoProxy: true})
			must(t, err)
			defer conn.CloseNow()
			p := &peer{t: t, role: wire.RoleClient, Conn: conn.tcp}
			p.send(part(wire.OpText, strings.Repeat("compress me ", 1000)))
			<-answered
		}
		settle(&after)
		held := (after.HeapAlloc - min(before.HeapAlloc, after.HeapAlloc)) / conns
		t.Logf("%+v: %d octets a connection", *c, held)
		// 32 compressors of 800 KiB are 170 KiB for each of the connections.
		if held > 300<<10 {
			t.Errorf("%+v: %d octets for a connection with an unfinished message", *c, held)
		}
		must(t, s.Close())
	}
}

// settle empties the pools, which give up what two collections found unused.
func settle(m *runtime.MemStats) {
	for range 3 {
		runtime.GC()
	}
	runtime.ReadMemStats(m)
}
