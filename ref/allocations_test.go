package ref

import (
	"context"
	"io"
	"strings"
	"testing"

	"github.com/wsspec/wsspec/ref/wire"
)

// An echo allocates nothing with a buffer that is used again, and one message with
// Read: also for a client, which masks, and for long messages.
func TestAllocationsOfAnEcho(t *testing.T) {
	noLeaks(t)
	ctx := context.Background()
	for _, size := range []int{0, 128, 5000, 60_000} {
		bothRoles(t, config{}, func(t *testing.T, conn *Conn, p *peer) {
			sent := p.octets(whole(wire.OpText, strings.Repeat("x", size)))
			// The answer has a mask if the question has none.
			length := len(sent) - 4
			if p.role == wire.RoleServer {
				length = len(sent) + 4
			}
			answer := make([]byte, length)
			buf := make([]byte, 0, 64<<10)
			back := func(typ MessageType, data []byte) error { return conn.Write(ctx, typ, data) }
			for _, tt := range []struct {
				name string
				echo func() error
				most float64
			}{
				{"ReadFunc", func() error { return conn.ReadFunc(ctx, back) }, 0},
				{"AppendRead", func() error {
					typ, data, err := conn.AppendRead(ctx, buf[:0])
					if err != nil {
						return err
					}
					return conn.Write(ctx, typ, data)
				}, 0},
				{"Read", func() error {
					typ, data, err := conn.Read(ctx)
					if err != nil {
						return err
					}
					return conn.Write(ctx, typ, data)
				}, 1},
			} {
				got := testing.AllocsPerRun(100, func() {
					if _, err := p.Write(sent); err != nil {
						t.Fatal(err)
					}
					if err := tt.echo(); err != nil {
						t.Fatal(err)
					}
					if _, err := io.ReadFull(p, answer); err != nil {
						t.Fatal(err)
					}
				})
				// The race detector makes pools forget some.
				if !raceEnabled && got > tt.most {
					t.Errorf("%d octets, %s: %v allocations, want at most %v", size, tt.name, got, tt.most)
				}
			}
		})
	}
}
