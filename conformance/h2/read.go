package h2

import (
	"errors"
	"fmt"
	"io"
	"net"
	"os"

	"golang.org/x/net/http2"
)

// errDeadline is what a read or write returns whose deadline has passed.
var errDeadline = os.ErrDeadlineExceeded

// read reads frames until the connection is over.
func (c *Conn) read() {
	for {
		f, err := c.framer.ReadFrame()
		var stream http2.StreamError
		switch {
		case errors.As(err, &stream):
			c.broken(stream.StreamID, stream)
			continue
		case err != nil:
			c.lost(err)
			return
		}
		c.mu.Lock()
		if !c.peer.came { // RFC 9113 3.4
			if s, ok := f.(*http2.SettingsFrame); !ok || s.IsAck() {
				c.over(rulePreface.Violation("the first frame of the server is %s, not SETTINGS", f.Header().Type))
			}
		}
		err = c.handle(f)
		if err != nil {
			c.over(err)
		}
		c.broadcast()
		over := c.err != nil
		c.mu.Unlock()
		if over {
			return
		}
	}
}

// lost files the end of the connection below.
func (c *Conn) lost(err error) {
	var broken http2.ConnectionError
	c.mu.Lock()
	defer c.mu.Unlock()
	switch {
	case !c.peer.came && (errors.As(err, &broken) || errors.Is(err, http2.ErrFrameTooLarge)):
		c.over(&EndError{"sent no frame of HTTP/2", err})
	case errors.As(err, &broken), errors.Is(err, http2.ErrFrameTooLarge):
		detail := err.Error()
		if why := c.framer.ErrorDetail(); why != nil {
			detail = why.Error()
		}
		c.over(ruleFrame.Violation("a frame that HTTP/2 does not permit: %s", detail))
	case c.goAway != nil && c.goAway.ErrCode != http2.ErrCodeNo:
		c.over(&EndError{fmt.Sprintf("ended the connection by GOAWAY with %s%s", c.goAway.ErrCode, debugOf(c.goAway)), err})
	case c.goAway != nil:
		c.over(&EndError{"closed TCP behind GOAWAY, with the stream open", err})
	case errors.Is(err, net.ErrClosed):
		c.over(net.ErrClosed)
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		c.over(&EndError{"closed TCP, with the stream open", io.EOF})
	default:
		c.over(&EndError{"ended TCP: " + err.Error(), err})
	}
}

// debugOf is what a GOAWAY says besides its code.
func debugOf(f *http2.GoAwayFrame) string {
	const most = 80
	if debug := f.DebugData(); len(debug) > 0 {
		return fmt.Sprintf(": %q", debug[:min(len(debug), most)])
	}
	return ""
}

// broken notes that a frame of a stream is malformed, where the others are not concerned.
func (c *Conn) broken(id uint32, e http2.StreamError) {
	c.mu.Lock()
	defer c.mu.Unlock()
	detail := e.Code.String()
	if e.Cause != nil {
		detail = e.Cause.Error()
	}
	if s := c.streams[id]; s != nil {
		s.fail(ruleFields.Violation("a malformed frame in the stream: %s", detail))
	} else {
		c.over(ruleFrame.Violation("a malformed frame: %s", detail))
	}
	c.broadcast()
}

// handle takes in a frame; the lock is held. The error ends the connection.
func (c *Conn) handle(f http2.Frame) error {
	id := f.Header().StreamID
	switch f := f.(type) {
	case *http2.SettingsFrame:
		return c.takeSettings(f)
	case *http2.PingFrame:
		if f.IsAck() {
			c.pongs++
			return nil
		}
		data := f.Data
		return c.enqueue(func(w *http2.Framer) error { return w.WritePing(true, data) })
	case *http2.WindowUpdateFrame:
		return c.takeWindow(id, int64(f.Increment))
	case *http2.GoAwayFrame:
		copied := *f
		c.goAway = &copied
		for id, s := range c.streams {
			if id > f.LastStreamID && s.end == nil {
				s.end = &EndError{fmt.Sprintf("ended the stream by GOAWAY with %s", f.ErrCode), nil}
			}
		}
		return nil
	case *http2.PushPromiseFrame:
		return rulePush.Violation("a PUSH_PROMISE frame, though the harness has disabled push")
	}
	return c.takeStream(id, f)
}

// takeStream takes in a frame of a stream; the lock is held.
func (c *Conn) takeStream(id uint32, f http2.Frame) error {
	s := c.streams[id]
	switch f := f.(type) {
	case *http2.MetaHeadersFrame:
		if s == nil {
			return c.unknown(id, "HEADERS")
		}
		s.takeHeaders(f)
	case *http2.DataFrame:
		if s == nil {
			return c.unknown(id, "DATA")
		}
		return s.takeData(f)
	case *http2.RSTStreamFrame:
		if s == nil {
			return c.unknown(id, "RST_STREAM")
		}
		s.takeReset(f.ErrCode)
	}
	return nil
}

// unknown judges a frame of a stream that the harness does not know, or no longer.
func (c *Conn) unknown(id uint32, frame string) error {
	if id != 0 && id%2 == 1 && id < c.nextID {
		return nil // it was closed, and the frame was on its way
	}
	return ruleFrame.Violation("a %s frame of stream %d, which nobody has opened", frame, id)
}

// takeSettings takes in a SETTINGS frame and acknowledges it.
func (c *Conn) takeSettings(f *http2.SettingsFrame) error {
	if f.IsAck() {
		return nil
	}
	c.peer.came = true
	err := f.ForeachSetting(func(s http2.Setting) error {
		switch s.ID {
		case http2.SettingEnableConnectProtocol:
			switch {
			case s.Val > 1: // RFC8441-3-1
				return ruleSettingValue.Violation("SETTINGS_ENABLE_CONNECT_PROTOCOL with the value %d", s.Val)
			case s.Val == 0 && c.peer.connect == 1: // RFC8441-3-5
				return ruleSettingOrder.Violation("SETTINGS_ENABLE_CONNECT_PROTOCOL with the value 0, after 1")
			}
			c.peer.connect = s.Val
			return nil
		case http2.SettingInitialWindowSize:
			if s.Val > 1<<31-1 {
				return ruleFrame.Violation("SETTINGS_INITIAL_WINDOW_SIZE of %d, over the most that is permitted (RFC 9113 6.5.2)", s.Val)
			}
			for _, stream := range c.streams {
				stream.sendWindow += int64(s.Val) - c.peer.initialWindow
			}
			c.peer.initialWindow = int64(s.Val)
		case http2.SettingMaxFrameSize:
			if s.Val < 16<<10 || s.Val > 1<<24-1 {
				return ruleFrame.Violation("SETTINGS_MAX_FRAME_SIZE of %d (RFC 9113 6.5.2)", s.Val)
			}
			c.peer.maxFrame = int(s.Val)
		case http2.SettingHeaderTableSize:
			size := s.Val
			return c.enqueue(func(*http2.Framer) error { c.encoder.SetMaxDynamicTableSizeLimit(size); return nil })
		}
		return nil
	})
	if err != nil {
		return err
	}
	return c.enqueue((*http2.Framer).WriteSettingsAck)
}

// takeWindow takes in a WINDOW_UPDATE frame.
func (c *Conn) takeWindow(id uint32, increment int64) error {
	const most = 1<<31 - 1
	if id == 0 {
		if c.sendWindow += increment; c.sendWindow > most {
			return ruleWindow.Violation("WINDOW_UPDATE frames that make the window of the connection larger than 2^31-1 octets")
		}
		return nil
	}
	s := c.streams[id]
	if s == nil {
		return c.unknown(id, "WINDOW_UPDATE")
	}
	if s.sendWindow += increment; s.sendWindow > most {
		s.fail(ruleWindow.Violation("WINDOW_UPDATE frames that make the window of the stream larger than 2^31-1 octets"))
	}
	return nil
}
