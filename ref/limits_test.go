package ref

import (
	"io"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/wsspec/wsspec/ref/wire"
)

func TestLimits(t *testing.T) {
	noLeaks(t)
	x := func(n int) string { return strings.Repeat("x", n) }
	agreed := &wire.DeflateParams{}
	for _, tt := range []struct {
		name    string
		limits  Limits
		within  []frame // a message that passes
		beyond  []frame // and one that does not
		deflate bool
		rule    *wire.Rule
	}{
		{"message", Limits{Message: 10}, []frame{whole(wire.OpText, x(10))}, []frame{whole(wire.OpText, x(11))}, false, wire.RuleMessageLimit},
		{"message in fragments", Limits{Message: 10}, []frame{part(wire.OpText, x(9)), whole(wire.OpContinuation, x(1))}, []frame{part(wire.OpText, x(9)), part(wire.OpContinuation, x(2))}, false, wire.RuleMessageLimit},
		{"frame", Limits{Frame: 10}, []frame{part(wire.OpText, x(10)), whole(wire.OpContinuation, x(10))}, []frame{whole(wire.OpText, x(11))}, false, wire.RuleFrameLimit},
		{"fragments", Limits{Fragments: 2}, []frame{part(wire.OpText, ""), whole(wire.OpContinuation, "")}, []frame{part(wire.OpText, ""), part(wire.OpContinuation, ""), part(wire.OpContinuation, "")}, false, wire.RuleFragmentLimit},
		{"inflated message", Limits{Message: 1000}, []frame{whole(wire.OpText, deflated(x(1000))).rsv(wire.RSV1)}, []frame{whole(wire.OpText, deflated(x(1001))).rsv(wire.RSV1)}, true, wire.RuleMessageLimit},
		{"a bomb", Limits{Message: 1000}, []frame{whole(wire.OpBinary, deflated("")).rsv(wire.RSV1)}, []frame{whole(wire.OpBinary, deflated(x(5<<20))).rsv(wire.RSV1)}, true, wire.RuleMessageLimit},
		{"a compressed message that inflates to nothing and does not end", Limits{Message: 10},
			[]frame{whole(wire.OpBinary, deflated("x")).rsv(wire.RSV1)},
			[]frame{part(wire.OpBinary, strings.Repeat("\x00\x00\x00\xff\xff", 250)).rsv(wire.RSV1)}, true, wire.RuleMessageLimit},
		{"the default message limit", Limits{}, nil, []frame{whole(wire.OpBinary, x(DefaultMessageLimit+1))}, false, wire.RuleMessageLimit},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c := config{limits: tt.limits, compression: &Compression{}}
			if tt.deflate {
				c.agreed = agreed
			}
			bothRoles(t, c, func(t *testing.T, conn *Conn, p *peer) {
				if tt.within != nil {
					p.send(tt.within...)
					_, _, err := conn.Read(testContext(t))
					must(t, err)
				}
				sent := inBackground(func() error {
					_, err := p.Write(p.octets(tt.beyond...))
					return err
				})
				end := inBackground(func() error { _, _, err := conn.Read(testContext(t)); return err })
				p.expectClose(1009)
				p.expectEnd()
				must(t, awaitErr(t, sent))
				must(t, p.Close())
				checkClosed(t, awaitErr(t, end), 1009, false, tt.rule)
			})
		})
	}
}

func TestLimitsDefaults(t *testing.T) {
	noLeaks(t)
	for _, tt := range []struct {
		limits   Limits
		want     wire.Limits
		inflated int64
	}{
		{Limits{}, wire.Limits{Message: 16 << 20, Fragments: 131072}, 16 << 20},
		{Limits{Message: 5, Frame: 6, Fragments: 7}, wire.Limits{Message: 5, Frame: 6, Fragments: 7}, 5},
		{Limits{Message: -1, Frame: -1, Fragments: -1}, wire.Limits{}, 1<<63 - 1},
	} {
		if diff := cmp.Diff(tt.want, tt.limits.wire()); diff != "" {
			t.Errorf("%+v (-want +got):\n%s", tt.limits, diff)
		}
		if got := tt.limits.inflated(); got != tt.inflated {
			t.Errorf("%+v: inflated %d, want %d", tt.limits, got, tt.inflated)
		}
	}
}

// The limit can be changed while somebody reads, from the next frame header on.
func TestSetReadLimit(t *testing.T) {
	noLeaks(t)
	x := func(n int) string { return strings.Repeat("x", n) }
	c := config{limits: Limits{Message: 10}, agreed: &wire.DeflateParams{}, compression: &Compression{}}
	bothRoles(t, c, func(t *testing.T, conn *Conn, p *peer) {
		reading := inBackground(func() error { _, _, err := conn.Read(testContext(t)); return err })
		untilHeld(t, &conn.reading)
		conn.SetReadLimit(100)
		p.send(whole(wire.OpText, x(100)))
		must(t, awaitErr(t, reading))
		p.send(whole(wire.OpText, deflated(x(100))).rsv(wire.RSV1))
		checkRead(t, conn, Text, x(100))
		conn.SetReadLimit(-1)
		p.send(whole(wire.OpText, deflated(x(5000))).rsv(wire.RSV1))
		checkRead(t, conn, Text, x(5000))
		conn.SetReadLimit(0)
		p.send(whole(wire.OpText, x(5000)))
		checkRead(t, conn, Text, x(5000))
		conn.SetReadLimit(10)
		p.send(whole(wire.OpText, x(11)))
		must(t, p.Conn.(interface{ CloseWrite() error }).CloseWrite())
		_, _, err := conn.Read(testContext(t))
		checkClosed(t, err, 1009, false, wire.RuleMessageLimit)
	})
}

// A reader that streams is held to the message limit too.
func TestLimitsForReaders(t *testing.T) {
	noLeaks(t)
	conn, p := endpoint(t, wire.RoleServer, config{limits: Limits{Message: 1000}, agreed: &wire.DeflateParams{}, compression: &Compression{}})
	p.send(whole(wire.OpBinary, deflated(strings.Repeat("x", 1001))).rsv(wire.RSV1))
	must(t, p.Conn.(interface{ CloseWrite() error }).CloseWrite())
	_, r, err := conn.NextReader(testContext(t))
	must(t, err)
	n, err := io.Copy(io.Discard, r)
	if n > 1000 {
		t.Errorf("%d octets read", n)
	}
	checkClosed(t, err, 1009, false, wire.RuleMessageLimit)
}
