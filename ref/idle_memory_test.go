package ref

import (
	"context"
	"net/http/httptest"
	"runtime"
	"strings"
	"testing"
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

// settle empties the pools, which give up what two collections found unused.
func settle(m *runtime.MemStats) {
	for range 3 {
		runtime.GC()
	}
	runtime.ReadMemStats(m)
}
