package ref

import (
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/wsspec/wsspec/ref/wire"
)

// What a peer may not send fails the connection: the peer gets a Close with the
// code and then the end of TCP, the reader an error that names the clause.
func TestFailing(t *testing.T) {
	noLeaks(t)
	deflate := &wire.DeflateParams{}
	for _, tt := range []struct {
		name   string
		frames []frame
		agreed *wire.DeflateParams
		code   wire.StatusCode
		rule   *wire.Rule
	}{
		{"RSV1", []frame{whole(wire.OpText, "a").rsv(wire.RSV1)}, nil, 1002, wire.RuleReservedBits},
		{"RSV2, deflate agreed", []frame{whole(wire.OpText, "a").rsv(wire.RSV2)}, deflate, 1002, wire.RuleReservedBitsDeflate},
		{"RSV1 on a ping, deflate agreed", []frame{whole(wire.OpPing, "a").rsv(wire.RSV1)}, deflate, 1002, wire.RuleCompressedControl},
		{"RSV1 on a continuation, deflate agreed", []frame{part(wire.OpText, "a"), whole(wire.OpContinuation, "a").rsv(wire.RSV1)}, deflate, 1002, wire.RuleCompressedContinuation},
		{"a reserved opcode", []frame{whole(0xB, "")}, nil, 1002, wire.RuleOpcode},
		{"a ping of 126", []frame{whole(wire.OpPing, strings.Repeat("x", 126))}, nil, 1002, wire.RuleControlLength},
		{"a ping in fragments", []frame{part(wire.OpPing, "")}, nil, 1002, wire.RuleControlFragmented},
		{"a continuation of nothing", []frame{whole(wire.OpContinuation, "")}, nil, 1002, wire.RuleContinuation},
		{"a message inside a message", []frame{part(wire.OpText, "a"), whole(wire.OpText, "b")}, nil, 1002, wire.RuleInterleaved},
		{"text that is not UTF-8", []frame{whole(wire.OpText, "a\xff")}, nil, 1007, wire.RuleText},
		{"text that ends inside a code point", []frame{whole(wire.OpText, "\xe2\x82")}, nil, 1007, wire.RuleText},
		{"inflated text that is not UTF-8", []frame{whole(wire.OpText, deflated("a\xff")).rsv(wire.RSV1)}, deflate, 1007, wire.RuleText},
		{"inflated text that ends inside a code point", []frame{whole(wire.OpText, deflated("\xe2\x82")).rsv(wire.RSV1)}, deflate, 1007, wire.RuleText},
		{"what does not inflate", []frame{whole(wire.OpBinary, "\x07").rsv(wire.RSV1)}, deflate, 1007, wire.RuleDeflateData},
		{"a Close with half a code", []frame{whole(wire.OpClose, "\x03")}, nil, 1002, wire.RuleCloseBody},
		{"a Close with 1005", []frame{closing(1005, "")}, nil, 1002, wire.RuleCloseCode1005},
		{"a Close with 999", []frame{closing(999, "")}, nil, 1002, wire.RuleCloseCodeUnused},
		{"a Close whose reason is not UTF-8", []frame{closing(1000, "\xff")}, nil, 1007, wire.RuleCloseReason},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c := config{agreed: tt.agreed, compression: &Compression{}}
			bothRoles(t, c, func(t *testing.T, conn *Conn, p *peer) {
				p.send(tt.frames...)
				p.send(whole(wire.OpPing, "late"), whole(wire.OpText, "late")) // not to be answered
				end := make(chan error, 1)
				go func() {
					_, _, err := conn.Read(testContext(t))
					end <- err
				}()
				p.expectClose(tt.code)
				p.expectEnd()
				must(t, p.Close())
				err := <-end
				checkClosed(t, err, tt.code, false, tt.rule)
				if !strings.Contains(err.Error(), "("+tt.rule.Clause()+")") {
					t.Errorf("%q does not name %s", err, tt.rule.Clause())
				}
				conn.CloseNow()
				if _, _, again := conn.Read(testContext(t)); again == nil || again.Error() != err.Error() {
					t.Errorf("second Read: %v, want the same error", again)
				}
				if werr := conn.Write(testContext(t), Text, []byte("x")); CloseStatus(werr) != tt.code {
					t.Errorf("Write after the end: %v", werr)
				}
				if conn.State() != wire.StateAborted {
					t.Errorf("state %v", conn.State())
				}
			})
		})
	}
}

func deflated(message string) string {
	d, err := wire.NewDeflater(wire.DeflaterOptions{})
	if err != nil {
		panic(err)
	}
	return string(d.AppendMessage(nil, []byte(message)))
}

func TestFailingMaskingDirection(t *testing.T) {
	noLeaks(t)
	for role, rule := range map[wire.Role]*wire.Rule{
		wire.RoleServer: wire.RuleMaskMissing,
		wire.RoleClient: wire.RuleMaskForbidden,
	} {
		t.Run(role.String(), func(t *testing.T) {
			noLeaks(t)
			conn, p := endpoint(t, role, config{})
			masked := &peer{role: role} // frames as the endpoint itself would send them
			p.sendOctets(masked.octets(whole(wire.OpText, "a")))
			must(t, p.Conn.(*net.TCPConn).CloseWrite())
			_, _, err := conn.Read(testContext(t))
			checkClosed(t, err, 1002, false, rule)
			p.expectClose(1002)
			p.expectEnd()
		})
	}
}

// Impossible text is found in a frame of which only the beginning has come.
func TestFailingInsideAnUnfinishedFrame(t *testing.T) {
	noLeaks(t)
	for name, read := range map[string]func(t *testing.T, c *Conn) error{
		"Read": func(t *testing.T, c *Conn) error {
			_, _, err := c.Read(testContext(t))
			return err
		},
		"NextReader": func(t *testing.T, c *Conn) error {
			_, r, err := c.NextReader(testContext(t))
			must(t, err)
			got, err := io.ReadAll(r)
			if string(got) != "ab\xf4" {
				t.Errorf("read %q before the failure", got)
			}
			return err
		},
	} {
		t.Run(name, func(t *testing.T) {
			bothRoles(t, config{}, func(t *testing.T, conn *Conn, p *peer) {
				octets := p.octets(whole(wire.OpText, "ab\xf4\x90"+strings.Repeat("x", 1000)))
				p.sendOctets(octets[:len(octets)-1000])
				end := make(chan error, 1)
				go func() { end <- read(t, conn) }()
				p.expectClose(1007) // although the frame is not finished
				p.expectEnd()
				must(t, p.Close())
				checkClosed(t, <-end, 1007, false, wire.RuleText)
			})
		})
	}
}

// So it is in a compressed message, as soon as the sender flushes.
func TestFailingInsideAnUnfinishedCompressedMessage(t *testing.T) {
	noLeaks(t)
	bothRoles(t, config{agreed: &wire.DeflateParams{}, compression: &Compression{}}, func(t *testing.T, conn *Conn, p *peer) {
		d, err := wire.NewDeflater(wire.DeflaterOptions{})
		must(t, err)
		p.send(part(wire.OpText, string(d.AppendFlush(d.AppendPart(nil, []byte("ab\xf4\x90cd"))))).rsv(wire.RSV1))
		end := inBackground(func() error {
			_, r, err := conn.NextReader(testContext(t))
			if err != nil {
				return err
			}
			got, err := io.ReadAll(r)
			if string(got) != "ab\xf4" {
				t.Errorf("read %q before the failure", got)
			}
			return err
		})
		p.expectClose(1007) // although the message is not finished
		p.expectEnd()
		must(t, p.Close())
		checkClosed(t, awaitErr(t, end), 1007, false, wire.RuleText)
	})
}

// The peer can read the Close frame although it was still sending when we failed:
// TCP ends with a FIN, and what it sent is read and dropped.
func TestFailingDoesNotReset(t *testing.T) {
	noLeaks(t)
	bothRoles(t, config{limits: Limits{Message: 1000}}, func(t *testing.T, conn *Conn, p *peer) {
		end := make(chan error, 1)
		go func() {
			_, _, err := conn.Read(testContext(t))
			end <- err
		}()
		p.send(whole(wire.OpBinary, strings.Repeat("x", 4<<20))) // all of it goes out
		p.expectClose(1009)
		p.expectEnd()
		must(t, p.Close())
		checkClosed(t, <-end, 1009, false, wire.RuleMessageLimit)
	})
}

// Remote is true exactly for what the peer did.
func TestRemote(t *testing.T) {
	noLeaks(t)
	for _, tt := range []struct {
		name   string
		remote bool
		end    func(conn *Conn, p *peer)
	}{
		{"the peer closed TCP", true, func(_ *Conn, p *peer) { p.Close() }},
		{"the peer reset TCP", true, func(_ *Conn, p *peer) {
			_ = p.Conn.(*net.TCPConn).SetLinger(0)
			p.Close()
		}},
		{"the peer sent a Close frame", true, func(_ *Conn, p *peer) { p.send(closing(1001, "")); p.Close() }},
		{"the peer broke a rule", false, func(_ *Conn, p *peer) { p.send(whole(3, "")); p.Close() }},
		{"CloseNow", false, func(conn *Conn, _ *peer) { conn.CloseNow() }},
		{"a Ping without answer", false, func(conn *Conn, _ *peer) {
			_ = conn.KeepAlive(context.Background(), time.Hour, time.Millisecond)
		}},
		{"a read deadline that somebody else set", false, func(conn *Conn, _ *peer) {
			_ = conn.tcp.SetReadDeadline(time.Unix(1, 0))
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			bothRoles(t, config{closeTimeout: time.Second}, func(t *testing.T, conn *Conn, p *peer) {
				reading := inBackground(func() error { _, _, err := conn.Read(testContext(t)); return err })
				untilHeld(t, &conn.reading)
				tt.end(conn, p)
				err := awaitErr(t, reading)
				var closed *CloseError
				if !errors.As(err, &closed) || closed.Remote != tt.remote {
					t.Errorf("%v: remote %v, want %v", err, closed.Remote, tt.remote)
				}
			})
		})
	}
	t.Run("the peer ended TLS with an alert", func(t *testing.T) {
		err := readAfterDamage(t)
		checkClosed(t, err, 1006, true, wire.RuleConnectionLost)
		if !strings.Contains(err.Error(), "remote error: tls: bad record MAC") {
			t.Error(err)
		}
	})
	t.Run("found while writing", func(t *testing.T) {
		bothRoles(t, config{}, func(t *testing.T, conn *Conn, p *peer) {
			_ = p.Conn.(*net.TCPConn).SetLinger(0)
			must(t, p.Close())
			err := awaitErr(t, inBackground(func() error {
				for {
					if err := conn.Write(testContext(t), Binary, []byte("x")); err != nil {
						return err
					}
				}
			}))
			checkClosed(t, err, 1006, true, nil)
		})
	})
}

func TestLostPeer(t *testing.T) {
	noLeaks(t)
	for _, tt := range []struct {
		name string
		sent func(p *peer) []byte
		want string
	}{
		{"between frames", func(*peer) []byte { return nil }, "connection ended between frames"},
		{"inside a header", func(p *peer) []byte { return p.octets(whole(wire.OpText, "a"))[:1] }, "connection ended inside a frame header"},
		{"inside a frame", func(p *peer) []byte {
			octets := p.octets(whole(wire.OpText, "abc"))
			return octets[:len(octets)-1]
		}, "connection ended inside a text frame"},
		{"inside a message", func(p *peer) []byte { return p.octets(part(wire.OpText, "a")) }, "connection ended inside a fragmented message"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			bothRoles(t, config{}, func(t *testing.T, conn *Conn, p *peer) {
				p.sendOctets(tt.sent(p))
				must(t, p.Close())
				_, _, err := conn.Read(testContext(t))
				checkClosed(t, err, 1006, true, wire.RuleConnectionLost)
				if !strings.Contains(err.Error(), tt.want+", without a Close frame (RFC 6455 7.1.5)") {
					t.Errorf("error %q, want %q", err, tt.want)
				}
			})
		})
	}
	t.Run("by a reset", func(t *testing.T) {
		bothRoles(t, config{}, func(t *testing.T, conn *Conn, p *peer) {
			must(t, p.Conn.(*net.TCPConn).SetLinger(0))
			must(t, p.Close())
			_, _, err := conn.Read(testContext(t))
			checkClosed(t, err, 1006, true, wire.RuleConnectionLost)
		})
	})
}

// A damagingConn changes the last octet of what is written.
type damagingConn struct{ net.Conn }

func (c damagingConn) Write(p []byte) (int, error) {
	damaged := slices.Clone(p)
	damaged[len(damaged)-1]++
	return c.Conn.Write(damaged)
}

// A swappableConn lets a test put itself between TLS and TCP.
type swappableConn struct{ net.Conn }

// readAfterDamage returns how a connection over TLS ends when the network has changed
// what this side sent, so that the peer's TLS answers with an alert.
func readAfterDamage(t *testing.T) error {
	t.Helper()
	from := httptest.NewUnstartedServer(nil)
	from.StartTLS()
	defer from.Close()
	a, b := tcpPair(t)
	peer := tls.Server(b, &tls.Config{Certificates: from.TLS.Certificates})
	peerEnd := inBackground(func() error { _, err := io.Copy(io.Discard, peer); return err })
	network := &swappableConn{a}
	secured := tls.Client(network, &tls.Config{RootCAs: from.Client().Transport.(*http.Transport).TLSClientConfig.RootCAs, ServerName: "example.com"})
	must(t, secured.HandshakeContext(testContext(t)))
	network.Conn = damagingConn{a}
	conn, err := newConn(secured, config{role: wire.RoleClient})
	must(t, err)
	defer conn.CloseNow()
	must(t, conn.Write(testContext(t), Text, []byte("x")))
	_, _, err = conn.Read(testContext(t))
	if end := awaitErr(t, peerEnd); end == nil {
		t.Error("the peer found nothing wrong")
	}
	return err
}
