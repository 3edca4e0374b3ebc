package ref

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/wsspec/wsspec/ref/wire"
)

func TestWrite(t *testing.T) {
	noLeaks(t)
	for _, size := range []int{0, 1, 125, 126, 65535, 65536, writeChunk, writeChunk + 1, 1 << 20} {
		t.Run(fmt.Sprint(size), func(t *testing.T) {
			bothRoles(t, config{}, func(t *testing.T, conn *Conn, p *peer) {
				message := bytes.Repeat([]byte("abcdefg"), size/7+1)[:size]
				kept := bytes.Clone(message)
				sent := inBackground(func() error { return conn.Write(testContext(t), Binary, message) })
				p.expect(whole(wire.OpBinary, string(kept)))
				must(t, awaitErr(t, sent))
				if !bytes.Equal(message, kept) {
					t.Error("the caller's octets were changed")
				}
			})
		})
	}
}

func TestWriteRefuses(t *testing.T) {
	noLeaks(t)
	bothRoles(t, config{}, func(t *testing.T, conn *Conn, p *peer) {
		var v *wire.Violation
		if err := conn.Write(testContext(t), Text, []byte("a\xff")); !errors.As(err, &v) || v.Rule != wire.RuleText {
			t.Errorf("text that is not UTF-8: %v", err)
		}
		if err := conn.Write(testContext(t), MessageType(wire.OpPing), nil); err == nil {
			t.Error("a ping went as a message")
		}
		if _, err := conn.NextWriter(testContext(t), 0); err == nil {
			t.Error("a message without a type")
		}
		canceled, cancel := context.WithCancel(context.Background())
		cancel()
		if err := conn.Write(canceled, Text, []byte("never")); !errors.Is(err, context.Canceled) {
			t.Errorf("canceled: %v", err)
		}
		must(t, conn.Write(testContext(t), Binary, []byte("a\xff"))) // nothing of that did harm
		p.expect(whole(wire.OpBinary, "a\xff"))
	})
}

// A frame that cannot be finished ends the connection, and says why.
func TestWriteInterrupted(t *testing.T) {
	noLeaks(t)
	bothRoles(t, config{}, func(t *testing.T, conn *Conn, _ *peer) {
		ctx, cancel := context.WithCancel(context.Background())
		message := make([]byte, 64<<20) // and nobody reads
		writing := inBackground(func() error { return conn.Write(ctx, Binary, message) })
		untilHeld(t, &conn.framing) // until the writer is inside its frame
		cancel()
		err := awaitErr(t, writing)
		if !errors.Is(err, context.Canceled) {
			t.Errorf("error %v", err)
		}
		checkClosed(t, err, 1006, false, nil)
	})
}

// A wait that ends leaves the connection as it is.
func TestWriteWaitsItsTurn(t *testing.T) {
	noLeaks(t)
	bothRoles(t, config{}, func(t *testing.T, conn *Conn, p *peer) {
		w, err := conn.NextWriter(testContext(t), Text)
		must(t, err)
		soon, cancel := context.WithTimeout(context.Background(), 20*time.Millisecond)
		defer cancel()
		if err := conn.Write(soon, Text, []byte("x")); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("inside another's message: %v", err)
		}
		must(t, w.Close())
		p.expect(whole(wire.OpText, ""))
	})
}

func TestNextWriter(t *testing.T) {
	noLeaks(t)
	bothRoles(t, config{}, func(t *testing.T, conn *Conn, p *peer) {
		w, err := conn.NextWriter(testContext(t), Text)
		must(t, err)
		for _, s := range []string{"\xe2", "\x82\xac", ""} { // a code point over two writes
			_, err = io.WriteString(w, s)
			must(t, err)
		}
		must(t, w.Close())
		must(t, w.Close())
		if _, err := w.Write([]byte("x")); err == nil {
			t.Error("written behind the end")
		}
		p.expect(whole(wire.OpText, "€"))

		w, err = conn.NextWriter(testContext(t), Binary)
		must(t, err)
		large := strings.Repeat("x", fragment)
		for range 2 {
			_, err = io.WriteString(w, large)
			must(t, err)
		}
		must(t, w.Close())
		p.expect(part(wire.OpBinary, large), part(wire.OpContinuation, large), whole(wire.OpContinuation, ""))
	})
}

// Text that turns out not to be UTF-8 when a part of it is out cannot be taken
// back; before that it can.
func TestNextWriterWithBrokenText(t *testing.T) {
	noLeaks(t)
	bothRoles(t, config{}, func(t *testing.T, conn *Conn, p *peer) {
		w, err := conn.NextWriter(testContext(t), Text)
		must(t, err)
		var v *wire.Violation
		if _, err = w.Write([]byte("a\xff")); !errors.As(err, &v) || v.Rule != wire.RuleText {
			t.Errorf("error %v", err)
		}
		must(t, conn.Write(testContext(t), Text, []byte("open")))
		p.expect(whole(wire.OpText, "open"))

		w, err = conn.NextWriter(testContext(t), Text)
		must(t, err)
		_, err = io.WriteString(w, strings.Repeat("x", fragment)+"\xe2")
		must(t, err)
		checkClosed(t, w.Close(), 1006, false, wire.RuleText)
		if _, err := p.next(); err != nil {
			t.Fatal(err)
		}
		p.expectEnd()
	})
}

// numbered is message j of writer i. Some take several writes to TCP, between which
// nothing else may go.
func numbered(i, j int) string {
	times := 1 + j*j
	if j%10 == 9 {
		times = writeChunk
	}
	return strings.Repeat(fmt.Sprintf("%d/%d,", i, j), times)
}

// What many send at once arrives whole, each sender's messages in order.
func TestConcurrentWrites(t *testing.T) {
	noLeaks(t)
	for name, agreed := range map[string]*wire.DeflateParams{
		"plain":               nil,
		"compressed":          {},
		"without any context": {ServerNoContextTakeover: true, ClientNoContextTakeover: true},
	} {
		t.Run(name, func(t *testing.T) {
			noLeaks(t)
			const writers, messages = 8, 30
			a, b := tcpPair(t)
			c := config{agreed: agreed, compression: &Compression{Threshold: 1}}
			c.role = wire.RoleClient
			client, err := newConn(a, c)
			must(t, err)
			c.role = wire.RoleServer
			server, err := newConn(b, c)
			must(t, err)
			answers := inBackground(func() error { // the client reads, so that Pongs come
				_, _, err := client.Read(testContext(t))
				return err
			})
			var all sync.WaitGroup
			for i := range writers {
				all.Go(func() {
					for j := range messages {
						message := numbered(i, j)
						if i%2 == 0 {
							if err := client.Write(testContext(t), Text, []byte(message)); err != nil {
								t.Error(err)
							}
							continue
						}
						w, err := client.NextWriter(testContext(t), Text)
						if err != nil {
							t.Error(err)
							return
						}
						if _, err := io.Copy(w, strings.NewReader(message)); err != nil {
							t.Error(err)
						}
						if err := w.Close(); err != nil {
							t.Error(err)
						}
					}
				})
			}
			all.Go(func() {
				for range messages {
					if _, err := client.Ping(testContext(t)); err != nil {
						t.Error(err)
					}
				}
			})
			next := make([]int, writers)
			for range writers * messages {
				_, data, err := server.Read(testContext(t))
				must(t, err)
				var i, j int
				_, err = fmt.Sscanf(string(data), "%d/%d,", &i, &j)
				must(t, err)
				if j != next[i] {
					t.Fatalf("message %d of writer %d came when %d was due", j, i, next[i])
				}
				next[i]++
				if string(data) != numbered(i, j) {
					t.Fatalf("message %d of writer %d is mixed with another", j, i)
				}
			}
			serverReads := inBackground(func() error { _, _, err := server.Read(testContext(t)); return err })
			all.Wait()
			must(t, client.Close(1000, ""))
			checkClosed(t, awaitErr(t, serverReads), 1000, true, nil)
			checkClosed(t, awaitErr(t, answers), 1000, false, nil)
		})
	}
}

// Keys do not repeat, from one connection to the next either, and nobody can tell
// the next from those before: they come from the operating system.
func TestMaskKeys(t *testing.T) {
	noLeaks(t)
	const drawn = 10_000
	one, other := maskKeys(), maskKeys()
	seen := map[[4]byte]int{}
	var set [32]int // how often each bit is
	for range drawn {
		key := one()
		seen[key]++
		seen[other()]++
		for bit := range set {
			set[bit] += int(key[bit/8] >> (bit % 8) & 1)
		}
	}
	if len(seen) < 2*drawn-10 { // two equal ones are to be expected in 86,000 keys
		t.Errorf("%d different keys of %d", len(seen), 2*drawn)
	}
	for bit, n := range set {
		if n < drawn*45/100 || n > drawn*55/100 { // ten times the standard deviation
			t.Errorf("bit %d is set in %d of %d keys", bit, n, drawn)
		}
	}
	for file, tree := range parsedFiles(t, ".") {
		for _, imported := range tree.Imports {
			if strings.HasPrefix(imported.Path.Value, `"math/rand`) {
				t.Errorf("%s imports %s: what it gives can be told in advance (RFC6455-10.3-1)", file, imported.Path.Value)
			}
		}
	}
}

func BenchmarkEcho(b *testing.B) {
	for _, size := range []int{16, 1000, 64 << 10} {
		b.Run(fmt.Sprint(size), func(b *testing.B) {
			x, y := tcpPair(b)
			client, err := newConn(x, config{role: wire.RoleClient})
			must(b, err)
			server, err := newConn(y, config{role: wire.RoleServer})
			must(b, err)
			ctx := context.Background()
			end := inBackground(func() error { return Echo(ctx, server) })
			message := make([]byte, size)
			b.SetBytes(int64(size))
			b.ReportAllocs()
			for b.Loop() {
				must(b, client.Write(ctx, Binary, message))
				_, _, err := client.Read(ctx)
				must(b, err)
			}
			must(b, client.Close(1000, ""))
			must(b, awaitErr(b, end))
		})
	}
}
