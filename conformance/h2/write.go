package h2

import (
	"errors"
	"net"
	"time"

	"golang.org/x/net/http2"
	"golang.org/x/net/http2/hpack"

	"github.com/wsspec/wsspec/conformance/script"
	"github.com/wsspec/wsspec/ref/wire"
)

// errQueue ends a connection whose peer asks for very many answers and reads none.
var errQueue = errors.New("the peer asks for more answers than it reads")

// enqueue leaves a frame to the goroutine that answers; the lock is held. The reader never
// waits for the network, so that a peer that does not read cannot block it.
func (c *Conn) enqueue(write func(*http2.Framer) error) error {
	if len(c.queue) >= mostQueued {
		return errQueue
	}
	c.queue = append(c.queue, write)
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
		for _, write := range queue {
			_ = c.write(time.Now().Add(answerTime), write)
		}
		if over {
			return
		}
	}
}

// write writes a frame. A frame that the network took in part ends the connection.
func (c *Conn) write(deadline time.Time, frame func(*http2.Framer) error) error {
	c.writing.Lock()
	defer c.writing.Unlock()
	_ = c.net.SetWriteDeadline(deadline)
	err := frame(c.framer)
	var timeout net.Error
	if errors.As(err, &timeout) && timeout.Timeout() {
		c.end(&EndError{"read nothing any more", err})
	}
	return err
}

// Request opens the stream with a request that has these fields, in this order and as they
// are. The encoder compresses them (RFC 7541).
func (s *Stream) Request(fields wire.Fields) error { return s.open(fields, s.conn.how.EndStream) }

func (s *Stream) open(fields wire.Fields, end bool) error {
	c := s.conn
	s.fields = fields
	return c.write(s.writeUntil(), func(f *http2.Framer) error {
		c.mu.Lock()
		if c.err != nil {
			defer c.mu.Unlock()
			return c.err
		}
		s.id = c.nextID
		c.nextID += 2
		s.sendWindow = c.peer.initialWindow
		c.streams[s.id] = s
		s.sentEnd = end
		c.mu.Unlock()
		return c.writeHeaders(f, s.id, c.encode(fields), end)
	})
}

// encode compresses a list of fields.
func (c *Conn) encode(fields wire.Fields) []byte {
	c.block.Reset()
	for _, field := range fields {
		_ = c.encoder.WriteField(hpack.HeaderField{Name: field.Name, Value: field.Value})
	}
	return append([]byte(nil), c.block.Bytes()...)
}

// writeHeaders writes a block of fields, in a HEADERS frame and as many CONTINUATION frames
// as the case wants, or as the block needs.
func (c *Conn) writeHeaders(f *http2.Framer, id uint32, block []byte, end bool) error {
	most := 16 << 10
	if c.how.HeaderPieces > 0 {
		most = c.how.HeaderPieces
	}
	piece := block[:min(most, len(block))]
	rest := block[len(piece):]
	if err := f.WriteHeaders(http2.HeadersFrameParam{StreamID: id, BlockFragment: piece, EndStream: end, EndHeaders: len(rest) == 0}); err != nil {
		return err
	}
	for len(rest) > 0 {
		piece = rest[:min(most, len(rest))]
		rest = rest[len(piece):]
		if err := f.WriteContinuation(id, len(rest) == 0, piece); err != nil {
			return err
		}
	}
	return nil
}

// WriteFrames writes frames of HTTP/2 as they are, so many times.
func (s *Stream) WriteFrames(frames []script.HTTP2Frame, times int) error {
	c := s.conn
	for range max(times, 1) {
		for _, frame := range frames {
			if err := s.writeFrame(frame); err != nil {
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

func (s *Stream) writeFrame(frame script.HTTP2Frame) error {
	c := s.conn
	return c.write(s.writeUntil(), func(f *http2.Framer) error {
		payload := frame.Payload
		if frame.Type == script.FrameHEADERS {
			payload = append(c.encode(s.fields), payload...)
		}
		c.mu.Lock()
		id := uint32(0)
		switch frame.On {
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
		if frame.On == script.OnStream && frame.Type == script.FrameDATA {
			s.sendWindow -= int64(len(payload))
			c.sendWindow -= int64(len(payload))
		}
		c.mu.Unlock()
		return f.WriteRawFrame(http2.FrameType(frame.Type), http2.Flags(frame.Flags), id, payload)
	})
}
