package watch_test

import (
	"math/rand/v2"
	"net"
	"runtime"
	"testing"

	"github.com/wsspec/wsspec/conformance/passive"
	"github.com/wsspec/wsspec/conformance/watch"
	"github.com/wsspec/wsspec/ref/wire"
)

// What a connection may take when both windows are full: the windows, in which an octet takes
// half of one, and for the rest the stacks of two goroutines, two sockets, and what is known of
// both sides.
const (
	mostOfWindows = 2 * 16 << 10
	mostOfTheRest = 20 << 10
)

// Each connection takes a bounded amount of memory while nothing comes, also when both sides
// have sent more compressed octets than their windows hold. It is measured as what is in use
// behind a collection of garbage, so that it depends on no machine and no time.
func TestMemoryOfAConnection(t *testing.T) {
	const connections = 200
	judged := make(chan struct{}, 2*connections)
	l := listen(t)
	proxy, s, end := watching(t, l.Addr().String(), func(w *watch.Watcher) {
		w.Judge = func(int) passive.Options {
			return passive.Options{HeadsOnly: true, Violation: func(passive.Violation) { judged <- struct{}{} }}
		}
	})
	message := func(masked bool) string {
		text := make([]byte, 40<<10)
		rnd := rand.New(rand.NewPCG(1, 2))
		for i := range text {
			text[i] = byte(' ' + rnd.IntN(90))
		}
		deflater, err := wire.NewDeflater(wire.DeflaterOptions{})
		if err != nil {
			t.Fatal(err)
		}
		defer deflater.Release()
		payload := deflater.AppendMessage(nil, text)
		h := wire.Header{Fin: true, RSV: wire.RSV1, Opcode: wire.OpText, Length: uint64(len(payload)), Masked: masked}
		return string(append(wire.AppendHeader(nil, h), payload...))
	}
	fromClient, fromServer := message(true), message(false) // the masking key is 00000000
	const offer = "Sec-WebSocket-Extensions: permessage-deflate\r\n\r\n"
	before := inUse()
	for i := range connections {
		client := dial(t, proxy)
		server, err := l.Accept()
		if err != nil {
			t.Fatal(err)
		}
		defer server.Close()
		key := wire.NewKey([16]byte{byte(i), byte(i >> 8)})
		say(t, client, server, "GET / HTTP/1.1\r\nHost: h\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: "+key+"\r\nSec-WebSocket-Version: 13\r\n"+offer)
		say(t, server, client, "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: "+wire.AcceptKey(key)+"\r\n"+offer)
		for _, way := range []struct {
			from, to net.Conn
			octets   string
			// wrong is a ping that breaks a rule: when it is told, the message is judged.
			wrong string
		}{
			{client, server, fromClient, "\x89\x00"},
			{server, client, fromServer, "\x89\x80\x00\x00\x00\x00"},
		} {
			gone := make(chan struct{})
			go func() {
				defer close(gone)
				_, _ = way.from.Write([]byte(way.octets + way.wrong))
			}()
			takes(t, way.to, way.octets+way.wrong)
			<-gone
		}
	}
	for range cap(judged) {
		<-judged
	}
	each := int(inUse()-before) / connections
	t.Logf("a connection takes %d octets", each)
	if most := mostOfWindows + mostOfTheRest; each > most {
		t.Errorf("a connection takes %d octets, want %d at most", each, most)
	}
	if each < mostOfWindows {
		t.Errorf("a connection takes %d octets: the windows were not full", each)
	}
	end()
	if len(s.unjudged) > 0 || len(s.ended) != connections {
		t.Errorf("not judged %q, %d connections", s.unjudged, len(s.ended))
	}
	for _, c := range s.ended {
		if c.Client.Messages != 1 || c.Server.Messages != 1 || c.Client.Violations != 1 || c.Server.Violations != 1 {
			t.Fatalf("%+v", c.Summary)
		}
	}
}

// inUse is the memory in use, heap and stacks. A stack shrinks by half with each collection.
func inUse() uint64 {
	for range 4 {
		runtime.GC()
	}
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc + m.StackInuse
}
