package main

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/wsspec/wsspec/ref"
)

// A client opens one connection after the other.
type client struct {
	id    int
	proxy string
	n     *counts
	buf   []byte
}

// session opens a connection, sends messages with up to eight unanswered, and
// closes it. The error says what was wrong with the messages. A connection that
// breaks is none.
func (c *client) session(ctx context.Context) error {
	options := &ref.DialOptions{NoProxy: true, AllowConcurrentDials: true, CloseTimeout: 10 * time.Second}
	if rand.IntN(2) == 0 {
		options.Compression = &ref.Compression{
			Level: 1, Threshold: 64, ClientNoContextTakeover: rand.IntN(2) == 0, ServerNoContextTakeover: rand.IntN(2) == 0,
		}
	}
	conn, _, err := ref.Dial(ctx, "ws://"+c.proxy, options)
	if err != nil {
		c.n.refused.Add(1) // the proxy has cut it
		return nil
	}
	defer conn.CloseNow()
	c.n.opened.Add(1)
	if cap(c.buf) > 64<<10 {
		c.buf = nil // so that memory does not grow towards the longest message for all
	}
	total := uint64(1 + rand.IntN(200))
	sent, got := uint64(0), uint64(0)
	for got < total {
		for sent < total && sent < got+8 {
			c.buf = message(c.buf[:0], sent, size())
			if err := conn.Write(ctx, ref.Binary, c.buf); err != nil {
				return c.broke(err)
			}
			sent++
			if rand.IntN(50) == 0 {
				time.Sleep(time.Duration(rand.IntN(20)) * time.Millisecond)
			}
		}
		_, data, err := conn.Read(ctx)
		if err != nil {
			return c.broke(err)
		}
		if err := check(data, got); err != nil {
			return fmt.Errorf("client: %w", err)
		}
		got++
		c.n.messages.Add(1)
		c.n.octets.Add(int64(len(data)))
	}
	if err := conn.Close(ref.StatusNormalClosure, ""); err != nil {
		return c.broke(err)
	}
	c.n.closed.Add(1)
	return nil
}

// broke notes a connection that ended early, which has to be said by a CloseError,
// or by the context at the end.
func (c *client) broke(err error) error {
	var closed *ref.CloseError
	if !errors.As(err, &closed) && !errors.Is(err, context.DeadlineExceeded) && !errors.Is(err, context.Canceled) {
		return fmt.Errorf("client: ended without saying how: %w", err)
	}
	c.n.broken.Add(1)
	return nil
}

// size returns the size of a message: mostly small, sometimes large.
func size() int {
	switch n := rand.IntN(1000); {
	case n < 700:
		return rand.IntN(200)
	case n < 950:
		return rand.IntN(4 << 10)
	case n < 999:
		return rand.IntN(64 << 10)
	}
	return rand.IntN(1 << 20)
}

// message appends the message with a number: the number, and octets that follow
// from it.
func message(dst []byte, number uint64, size int) []byte {
	dst = binary.BigEndian.AppendUint64(dst, number)
	words := []string{"alpha ", "beta ", "gamma ", "delta "}
	for i := uint64(0); len(dst) < size; i++ {
		dst = append(dst, words[(number+i*i)%4]...)
	}
	return dst
}

// check returns an error unless data is the message with the number.
func check(data []byte, number uint64) error {
	if len(data) < 8 {
		return fmt.Errorf("message of %d octets, want number %d", len(data), number)
	}
	if got := binary.BigEndian.Uint64(data); got != number {
		return fmt.Errorf("message number %d, want %d", got, number)
	}
	if !bytes.Equal(data, message(nil, number, len(data))[:len(data)]) {
		return fmt.Errorf("message number %d of %d octets is not what was sent", number, len(data))
	}
	return nil
}
