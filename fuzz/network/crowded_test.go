package network

import (
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"github.com/wsspec/wsspec/internal/conntrack"
	"github.com/wsspec/wsspec/ref/wire"
)

// A connection that the server has ended is closed in order, and by a reset where the kernel's
// table of connections is half full.
func TestEndedConnectionsAreResetInACrowd(t *testing.T) {
	for count, want := range map[string]error{"49": io.EOF, "51": syscall.ECONNRESET} {
		table := &conntrack.Table{Folder: t.TempDir()}
		for name, text := range map[string]string{"nf_conntrack_count": count, "nf_conntrack_max": "100"} {
			if err := os.WriteFile(filepath.Join(table.Folder, name), []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		last := make(chan error, 1)
		s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			conn, both, err := http.NewResponseController(w).Hijack()
			if err != nil {
				last <- err
				return
			}
			defer conn.Close()
			_, _ = io.WriteString(conn, "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: "+
				wire.AcceptKey(r.Header.Get("Sec-WebSocket-Key"))+"\r\n\r\n")
			last <- untilTheEnd(conn.(*net.TCPConn), both)
		}))
		p := newPlayer(serverAt(s.Listener.Addr().String()))
		p.table, p.patience = table, patience{answer: time.Second, pause: leastPause}
		p.play(t.Context(), &Script{})
		if err := <-last; !errors.Is(err, want) {
			t.Errorf("%s of 100 places are taken: the server reads %v, want %v", count, err, want)
		}
		s.Close()
	}
}

// untilTheEnd answers pings and the Close frame, ends its half of TCP, and returns how the
// other half ends.
func untilTheEnd(conn *net.TCPConn, from io.Reader) error {
	for {
		var head [6]byte // the frames are short, and masked
		if _, err := io.ReadFull(from, head[:]); err != nil {
			return err
		}
		payload := make([]byte, head[1]&0x7f)
		if _, err := io.ReadFull(from, payload); err != nil {
			return err
		}
		wire.Mask([4]byte(head[2:]), 0, payload)
		opcode := wire.Opcode(head[0] & 0xf)
		if opcode == wire.OpPing {
			opcode = wire.OpPong
		}
		if _, err := conn.Write(append([]byte{0x80 | byte(opcode), byte(len(payload))}, payload...)); err != nil {
			return err
		}
		if opcode == wire.OpClose {
			_ = conn.CloseWrite()
		}
	}
}
