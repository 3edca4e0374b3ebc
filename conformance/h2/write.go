package h2

import (
	"errors"
	"net"
	"slices"
	"time"

	"golang.org/x/net/http2/hpack"

	"github.com/wsspec/wsspec/conformance/script"
	"github.com/wsspec/wsspec/ref/wire"
)

// errQueue ends a connection whose peer asks for very many answers and reads none.
var errQueue = errors.New("the peer asks for more answers than it reads")

// enqueue leaves a frame to the goroutine that answers; the lock is held. The reader never
// waits for the network, so that a peer that does not read cannot block it.
func (c *Conn) enqueue(f frame) error {
	return c.enqueueFunc(f.append)
}

// enqueueFunc is enqueue for octets that are appended when it is their turn.
func (c *Conn) enqueueFunc(octets func([]byte) []byte) error {
	if len(c.queue) >= mostQueued {
		return errQueue
	}
	c.queue = append(c.queue, octets)
	c.broadcast()
	return nil
}

// answer writes what is queued, until the connection is over.
func (c *Conn) answer() {
	for {
		c.mu.Lock()
		_ = c.await(func() time.Time { return time.Time{} }, func() bool { return len(c.queue) > 0 || c.err != nil })
		queue, over := c.queue, c.err != nil
		c.queue = nil
		c.mu.Unlock()
		_ = c.write(time.Now().Add(answerTime), func(b []byte) []byte {
			for _, octets := range queue {
				b = octets(b)
			}
			return b
		})
		if over {
			return
		}
	}
}

// write writes what octets appends. A frame that the network took in part ends the connection.
func (c *Conn) write(deadline time.Time, octets func([]byte) []byte) error {
	c.writing.Lock()
	defer c.writing.Unlock()
	b := octets(c.out[:0])
	c.out = b
	if len(b) == 0 {
		return nil
	}
	_ = c.net.SetWriteDeadline(deadline)
	_, err := c.net.Write(b)
	var timeout net.Error
	if errors.As(err, &timeout) && timeout.Timeout() {
		c.end(&EndError{Text: "read nothing any more", err: err})
	}
	return err
}

// Request opens the stream with a request that has these fields, in this order and as they
// are. The encoder compresses them (RFC 7541).
func (s *Stream) Request(fields wire.Fields) error { return s.open(fields, s.conn.how.EndStream) }

func (s *Stream) open(fields wire.Fields, end bool) error {
	c := s.conn
	s.fields = fields
	var over error
	err := c.write(s.writeUntil(), func(b []byte) []byte {
		c.mu.Lock()
		if over = c.shut(); over != nil {
			c.mu.Unlock()
			return b
		}
		s.id = c.nextID
		c.nextID += 2
		s.sendWindow = c.peer.initialWindow
		c.streams[s.id] = s
		s.sentEnd = end
		c.mu.Unlock()
		return s.headers(b, c.encode(fields), end)
	})
	if over != nil {
		return over
	}
	return err
}

// encode compresses a list of fields. The block is valid until the next one.
func (c *Conn) encode(fields wire.Fields) []byte {
	c.block.Reset()
	for _, field := range fields {
		_ = c.encoder.WriteField(hpack.HeaderField{Name: field.Name, Value: field.Value})
	}
	return c.block.Bytes()
}

// headers appends the frames with a block of fields: a HEADERS frame, and as many CONTINUATION
// frames as the case wants, or as the block needs.
func (s *Stream) headers(octets, block []byte, end bool) []byte {
	most := mostFrame
	if n := s.how.HeaderPieces; n > 0 {
		most = max(1, (len(block)+n-1)/n)
	}
	f := frame{kind: script.FrameHEADERS, stream: s.id}
	if end {
		f.flags = script.FlagEndStream
	}
	for {
		f.payload = block[:min(most, len(block))]
		if block = block[len(f.payload):]; len(block) == 0 {
			f.flags |= script.FlagEndHeaders
			return f.append(octets)
		}
		octets = f.append(octets)
		f.kind, f.flags = script.FrameCONTINUATION, 0
	}
}

// WriteFrames writes frames of HTTP/2 as they are, so many times.
func (s *Stream) WriteFrames(frames []script.HTTP2Frame, times int) error {
	c := s.conn
	for range max(times, 1) {
		for _, f := range frames {
			if err := s.writeFrame(f); err != nil {
				return err
			}
		}
		c.mu.Lock()
		err := c.err
		c.mu.Unlock()
		if err != nil {
			return err
		}
	}
	return nil
}

func (s *Stream) writeFrame(f script.HTTP2Frame) error {
	c := s.conn
	return c.write(s.writeUntil(), func(b []byte) []byte {
		payload := f.Payload
		if f.Type == script.FrameHEADERS {
			payload = slices.Concat(c.encode(s.fields), payload)
		}
		c.mu.Lock()
		defer c.mu.Unlock()
		id := uint32(0)
		switch f.On {
		case script.OnConnection:
		case script.OnStream:
			id = s.id
		case script.OnNewStream:
			id = c.nextID
			c.nextID += 2
			s.lastRaw = id
		case script.OnSameStream:
			id = s.lastRaw
		case script.OnEvenStream:
			id = 2
		}
		if f.On == script.OnStream && f.Type == script.FrameDATA {
			s.sendWindow -= int64(len(payload))
			c.sendWindow -= int64(len(payload))
		}
		return frame{kind: f.Type, flags: f.Flags, stream: id, payload: payload}.append(b)
	})
}
