package ref

import (
	"errors"
	"iter"
	"slices"
	"testing"

	"github.com/wsspec/wsspec/ref/wire"
)

// pieces gives each piece in the same room, as an iterator may.
func pieces(all ...string) iter.Seq[[]byte] {
	return func(yield func([]byte) bool) {
		var room []byte
		for _, s := range all {
			room = append(room[:0], s...)
			if !yield(room) {
				return
			}
		}
	}
}

func TestWriteFragments(t *testing.T) {
	noLeaks(t)
	for _, tt := range []struct {
		name   string
		typ    MessageType
		pieces []string
		want   []frame
	}{
		{"none", Text, nil, []frame{whole(wire.OpText, "")}},
		{"one", Binary, []string{"\xff"}, []frame{whole(wire.OpBinary, "\xff")}},
		{"three, one empty", Text, []string{"one", "", "three"},
			[]frame{part(wire.OpText, "one"), part(wire.OpContinuation, ""), whole(wire.OpContinuation, "three")}},
		{"cut within a code point", Text, []string{"\xe2\x82", "\xac"},
			[]frame{part(wire.OpText, "\xe2\x82"), whole(wire.OpContinuation, "\xac")}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			bothRoles(t, config{}, func(t *testing.T, conn *Conn, p *peer) {
				must(t, conn.WriteFragments(testContext(t), tt.typ, pieces(tt.pieces...)))
				p.expect(tt.want...)
				must(t, conn.Write(testContext(t), Text, []byte("next")))
				p.expect(whole(wire.OpText, "next"))
			})
		})
	}
}

// Without a fragment sent the connection goes on, with one it cannot.
func TestWriteFragmentsUnfinished(t *testing.T) {
	noLeaks(t)
	broken := func(yield func([]byte) bool) { _ = yield([]byte("a")) && yield([]byte("b")); panic("what now") }
	for _, tt := range []struct {
		name   string
		pieces iter.Seq[[]byte]
		sent   bool
	}{
		{"not UTF-8 at once", pieces("a\xff"), false},
		{"not UTF-8 at the end of the only one", pieces("\xe2"), false},
		{"not UTF-8 later", pieces("a", "b", "\xff"), true},
		{"ends within a code point", pieces("a", "\xe2"), true},
		{"panics", broken, true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			bothRoles(t, config{}, func(t *testing.T, conn *Conn, p *peer) {
				var err error
				func() {
					defer func() {
						if recover() != nil {
							err = errors.New("panicked")
						}
					}()
					err = conn.WriteFragments(testContext(t), Text, tt.pieces)
				}()
				if err == nil {
					t.Fatal("no error")
				}
				next := conn.Write(testContext(t), Text, []byte("next"))
				if tt.sent {
					checkClosedCode(t, next, 1006)
					return
				}
				must(t, next)
				p.expect(whole(wire.OpText, "next"))
			})
		})
	}
	conn, _ := endpoint(t, wire.RoleServer, config{})
	if err := conn.WriteFragments(testContext(t), 9, slices.Values([][]byte{nil})); err == nil {
		t.Error("a message of type 9")
	}
}

func checkClosedCode(t *testing.T, err error, code wire.StatusCode) {
	t.Helper()
	if CloseStatus(err) != code {
		t.Errorf("%v, want %v", err, code)
	}
}

// The sequence of fragments may close the connection, or look at what comes: Close does
// not wait for the message to end, which is broken off.
func TestCloseFromASequenceOfFragments(t *testing.T) {
	noLeaks(t)
	bothRoles(t, config{closeTimeout: testTimeout}, func(t *testing.T, conn *Conn, p *peer) {
		var closed error
		sending := inBackground(func() error {
			return conn.WriteFragments(testContext(t), Text, func(yield func([]byte) bool) {
				if yield([]byte("a")) && yield([]byte("b")) {
					closed = conn.Close(1000, "enough")
					yield([]byte("c"))
				}
			})
		})
		p.expect(part(wire.OpText, "a"), closing(1000, "enough"))
		p.send(closing(1000, ""))
		if p.role == wire.RoleClient {
			p.expectEnd()
		}
		must(t, p.Close())
		if err := awaitErr(t, sending); CloseStatus(err) != 1000 {
			t.Errorf("sending ended with %v", err)
		}
		must(t, closed)
	})
}
