package h2

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"slices"
	"sync"
	"syscall"

	"golang.org/x/net/http2/hpack"

	"github.com/wsspec/wsspec/conformance/script"
	"github.com/wsspec/wsspec/ref/wire"
)

// errDeadline is what a read or write returns whose deadline has passed.
var errDeadline = os.ErrDeadlineExceeded

// A goAway is what a GOAWAY frame says.
type goAway struct {
	last, code uint32
	debug      []byte
}

// readers and payloads are the buffers of connections that have ended. A frame that is kept
// beyond the next one needs a copy of its payload.
var (
	readers  = sync.Pool{New: func() any { return bufio.NewReaderSize(nil, 32<<10) }}
	payloads = sync.Pool{New: func() any { b := make([]byte, mostFrame); return &b }}
)

// read reads frames until the connection is over.
func (c *Conn) read() {
	defer func() {
		c.reader.Reset(nil)
		readers.Put(c.reader)
	}()
	if err := c.readPreface(); err != nil {
		c.mu.Lock()
		defer c.mu.Unlock()
		c.lost(err)
		return
	}
	payload := payloads.Get().(*[]byte)
	defer payloads.Put(payload)
	for {
		f, err := readFrame(c.reader, *payload)
		var fields wire.Fields
		if err == nil && f.kind == script.FrameHEADERS {
			fields, err = c.readFields(f)
		}
		c.mu.Lock()
		switch {
		case err != nil:
			c.lost(err)
		case !c.peer.came && (f.kind != script.FrameSETTINGS || f.has(flagAck)): // RFC 9113 3.4
			c.over(rulePreface.Violation("the first frame of the %s has the type %#x, and is not SETTINGS", c.peerRole(), uint8(f.kind)))
		default:
			if err := c.handle(f, fields); err != nil {
				c.over(err)
			}
		}
		c.broadcast()
		over := c.err != nil
		c.mu.Unlock()
		if over {
			return
		}
	}
}

// readFields reads the list of fields that a HEADERS frame begins (RFC 9113 4.3).
func (c *Conn) readFields(f frame) (fields wire.Fields, err error) {
	block, ok := f.unpadded()
	if ok && f.has(flagPriority) {
		const priority = 5
		if ok = len(block) >= priority; ok {
			block = block[priority:]
		}
	}
	if !ok || f.stream == 0 {
		return nil, ruleFrame.Violation("a HEADERS frame that is malformed")
	}
	for end := f.has(script.FlagEndHeaders); !end; {
		next, err := readFrame(c.reader, nil)
		switch {
		case err != nil:
			return nil, err
		case next.kind != script.FrameCONTINUATION || next.stream != f.stream:
			return nil, ruleFrame.Violation("a frame of the type %#x between a HEADERS frame and its CONTINUATION", uint8(next.kind))
		case len(block)+len(next.payload) > mostHeaders:
			return nil, ruleFields.Violation("a list of fields of over %d octets", mostHeaders)
		}
		block, end = append(block[:len(block):len(block)], next.payload...), next.has(script.FlagEndHeaders)
	}
	size := 0
	c.fields.SetEmitFunc(func(h hpack.HeaderField) {
		if size += len(h.Name) + len(h.Value); size <= mostHeaders {
			fields = append(fields, wire.Field{Name: h.Name, Value: h.Value})
		}
	})
	_, err = c.fields.Write(block)
	if err == nil {
		err = c.fields.Close()
	}
	switch {
	case err != nil:
		return nil, ruleFrame.Violation("a list of fields that does not decode: %v", err)
	case size > mostHeaders:
		return nil, ruleFields.Violation("a list of fields of over %d octets", mostHeaders)
	}
	return fields, nil
}

// lost files the end of the connection below; the lock is held.
func (c *Conn) lost(err error) {
	var size sizeError
	var violation *wire.Violation
	switch {
	case errors.As(err, &violation):
		c.over(violation)
	case errors.As(err, &size) && !c.peer.came:
		c.over(c.ended("sent no frame of HTTP/2", err))
	case errors.As(err, &size):
		c.over(ruleFrame.Violation("%v, over the most that the harness permits (RFC 9113 4.2)", err))
	case c.goAway != nil && c.goAway.code != codeNo:
		c.over(c.ended("ended the connection by GOAWAY with "+codeName(c.goAway.code)+debugOf(c.goAway), err))
	case c.goAway != nil:
		c.over(c.ended("closed TCP behind GOAWAY"+c.left(), err))
	case errors.Is(err, net.ErrClosed):
		c.over(net.ErrClosed)
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		c.over(c.ended("closed TCP"+c.left(), io.EOF))
	case errors.Is(err, syscall.ECONNRESET):
		c.over(c.ended("reset TCP"+c.left(), err))
	default:
		c.over(c.ended("ended TCP: "+reasonOf(err), err))
	}
}

// ended is how the peer ended the connection; the lock is held.
func (c *Conn) ended(text string, err error) *EndError {
	return &EndError{Text: text, Began: c.peer.came, err: err}
}

// left says that a stream was open, if one was; the lock is held.
func (c *Conn) left() string {
	if len(c.streams) == 0 {
		return ""
	}
	return ", with the stream open"
}

// reasonOf is an error of the network without the addresses, which differ from run to run.
func reasonOf(err error) string {
	var number syscall.Errno
	if errors.As(err, &number) {
		return number.Error()
	}
	return err.Error()
}

// debugOf is what a GOAWAY says besides its code.
func debugOf(g *goAway) string {
	const most = 80
	if len(g.debug) > 0 {
		return fmt.Sprintf(": %q", g.debug[:min(len(g.debug), most)])
	}
	return ""
}

// handle takes in a frame, with the fields of a HEADERS frame; the lock is held. The error
// ends the connection.
func (c *Conn) handle(f frame, fields wire.Fields) error {
	switch f.kind {
	case script.FrameSETTINGS:
		return c.takeSettings(f)
	case script.FramePING:
		switch {
		case len(f.payload) != 8 || f.stream != 0:
			return ruleFrame.Violation("a PING frame that is malformed (RFC 9113 6.7)")
		case f.has(flagAck):
			c.pongs++
			return nil
		}
		return c.enqueue(frame{kind: script.FramePING, flags: flagAck, payload: slices.Clone(f.payload)})
	case script.FrameWINDOWUPDATE:
		if len(f.payload) != 4 {
			return ruleFrame.Violation("a WINDOW_UPDATE frame that is malformed (RFC 9113 6.9)")
		}
		return c.takeWindow(f.stream, int64(binary.BigEndian.Uint32(f.payload)&mostID))
	case script.FrameGOAWAY:
		if len(f.payload) < 8 {
			return ruleFrame.Violation("a GOAWAY frame that is malformed (RFC 9113 6.8)")
		}
		c.goAway = &goAway{last: binary.BigEndian.Uint32(f.payload) & mostID, code: binary.BigEndian.Uint32(f.payload[4:]), debug: slices.Clone(f.payload[8:])}
		for id, s := range c.streams {
			if id > c.goAway.last && s.end == nil && !c.server { // a client names streams of the server
				s.end = &EndError{Text: "ended the stream by GOAWAY with " + codeName(c.goAway.code), Began: true}
			}
		}
		return nil
	case framePushPromise:
		if c.server {
			return ruleFrame.Violation("a PUSH_PROMISE frame of a client (RFC 9113 8.4)")
		}
		return rulePush.Violation("a PUSH_PROMISE frame, though the harness has disabled push")
	case script.FrameCONTINUATION:
		return ruleFrame.Violation("a CONTINUATION frame behind no HEADERS frame (RFC 9113 6.10)")
	case script.FrameHEADERS, script.FrameDATA, script.FrameRSTSTREAM:
		return c.takeStream(f, fields)
	}
	return nil // PRIORITY, and types that nobody knows (RFC 9113 5.5)
}

// takeStream takes in a frame of a stream; the lock is held.
func (c *Conn) takeStream(f frame, fields wire.Fields) error {
	s := c.streams[f.stream]
	switch {
	case s == nil && c.server && f.kind == script.FrameHEADERS && f.stream >= c.nextID:
		return c.takeRequest(f, fields)
	case s == nil && f.kind == script.FrameDATA:
		return errors.Join(c.takeOctets(len(f.payload)), c.unknown(f))
	case s == nil:
		return c.unknown(f)
	case f.kind == script.FrameHEADERS:
		s.takeHeaders(fields, f.has(script.FlagEndStream))
	case f.kind == script.FrameDATA:
		return s.takeData(f)
	case len(f.payload) != 4:
		return ruleFrame.Violation("an RST_STREAM frame that is malformed (RFC 9113 6.4)")
	default:
		s.takeReset(binary.BigEndian.Uint32(f.payload))
	}
	return nil
}

// unknown judges a frame of a stream that the harness does not know, or no longer.
func (c *Conn) unknown(f frame) error {
	if f.stream%2 == 1 && f.stream < c.nextID {
		return nil // it was closed, and the frame was on its way
	}
	return ruleFrame.Violation("a frame of the type %#x on stream %d, which nobody has opened", uint8(f.kind), f.stream)
}

// takeSettings takes in a SETTINGS frame and acknowledges it.
func (c *Conn) takeSettings(f frame) error {
	const each = 6
	switch {
	case len(f.payload)%each != 0 || f.stream != 0 || f.has(flagAck) && len(f.payload) > 0:
		return ruleFrame.Violation("a SETTINGS frame that is malformed (RFC 9113 6.5)")
	case f.has(flagAck):
		return c.takeAcknowledgement()
	}
	c.peer.came = true
	for p := f.payload; len(p) > 0; p = p[each:] {
		if err := c.takeSetting(binary.BigEndian.Uint16(p), binary.BigEndian.Uint32(p[2:])); err != nil {
			return err
		}
	}
	return c.enqueue(frame{kind: script.FrameSETTINGS, flags: flagAck})
}

// takeSetting takes in one parameter.
func (c *Conn) takeSetting(id uint16, value uint32) error {
	switch id {
	case script.SettingConnectEnabled:
		switch {
		case value > 1: // RFC8441-3-1
			return ruleSettingValue.Violation("SETTINGS_ENABLE_CONNECT_PROTOCOL with the value %d", value)
		case value == 0 && c.peer.connect == 1: // RFC8441-3-5
			return ruleSettingOrder.Violation("SETTINGS_ENABLE_CONNECT_PROTOCOL with the value 0, after 1")
		}
		c.peer.connect = value
	case script.SettingInitialWindow:
		if value > mostID {
			return ruleFrame.Violation("SETTINGS_INITIAL_WINDOW_SIZE of %d, over the most that is permitted (RFC 9113 6.5.2)", value)
		}
		for _, stream := range c.streams {
			stream.sendWindow += int64(value) - c.peer.initialWindow
		}
		c.peer.initialWindow = int64(value)
	case settingMaxFrame:
		if value < 16<<10 || value > 1<<24-1 {
			return ruleFrame.Violation("SETTINGS_MAX_FRAME_SIZE of %d (RFC 9113 6.5.2)", value)
		}
		c.peer.maxFrame = int(value)
	case settingTableSize:
		return c.enqueueFunc(func(b []byte) []byte { c.encoder.SetMaxDynamicTableSizeLimit(value); return b })
	}
	return nil
}

// takeWindow takes in a WINDOW_UPDATE frame.
func (c *Conn) takeWindow(id uint32, increment int64) error {
	s := c.streams[id]
	switch {
	case id == 0:
		if c.sendWindow += increment; c.sendWindow > mostID {
			return ruleWindow.Violation("WINDOW_UPDATE frames that make the window of the connection larger than 2^31-1 octets")
		}
	case s == nil:
		return c.unknown(frame{kind: script.FrameWINDOWUPDATE, stream: id})
	default:
		if s.sendWindow += increment; s.sendWindow > mostID {
			s.fail(ruleWindow.Violation("WINDOW_UPDATE frames that make the window of the stream larger than 2^31-1 octets"))
		}
	}
	return nil
}
