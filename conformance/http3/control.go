package http3

import (
	"bufio"
	"context"
	"errors"
	"io"

	"github.com/quic-go/quic-go"
	"github.com/quic-go/quic-go/quicvarint"

	"github.com/wsspec/wsspec/conformance/script"
	"github.com/wsspec/wsspec/ref/wire"
)

// Types of unidirectional streams (RFC 9114 6.2) and of frames (7.2) that no case sends.
const (
	streamControl = 0x0
	streamPush    = 0x1

	frameSettings    = 0x4
	framePushPromise = 0x5
	frameMaxPushID   = 0xd
)

// mostSettings is the longest SETTINGS frame that is read, in octets.
const mostSettings = 16 << 10

// acceptStreams reads the unidirectional streams of the server until the connection ends.
func (c *Conn) acceptStreams() {
	controls := make(chan struct{}, 1)
	for {
		s, err := c.quic.AcceptUniStream(context.Background())
		if err != nil {
			return
		}
		go c.readStream(s, controls)
	}
}

// readStream reads one of them; controls takes one control stream.
func (c *Conn) readStream(s *quic.ReceiveStream, controls chan<- struct{}) {
	r := bufio.NewReader(s)
	kind, err := quicvarint.Read(r)
	switch {
	case err != nil:
	case kind == streamPush:
		_ = c.fail(rulePush.Violation("a push stream, though the harness has permitted none"))
	case kind == streamControl:
		select {
		case controls <- struct{}{}:
			if v := c.readControl(r); v != nil {
				_ = c.fail(v)
			}
		default:
			_ = c.fail(ruleControl.Violation("a second control stream"))
		}
	default: // those of QPACK, which has nothing to say without a dynamic table, and unknown ones
		_, _ = io.Copy(io.Discard, r)
	}
}

// readControl reads the control stream until the connection ends, or the server breaks a rule.
func (c *Conn) readControl(r *bufio.Reader) *wire.Violation {
	for first := true; ; first = false {
		kind, length, err := readNumbers(r)
		switch {
		case errors.Is(err, io.EOF):
			return ruleControl.Violation("the end of the control stream")
		case err != nil:
			var reset *quic.StreamError
			if errors.As(err, &reset) && reset.Remote {
				return ruleControl.Violation("a reset of the control stream")
			}
			return nil
		case first && kind != frameSettings:
			return ruleSettings.Violation("a frame of the type %#x as the first one of the control stream", kind)
		case kind == frameSettings && !first:
			return ruleSettings.Violation("a second SETTINGS frame")
		case kind == frameSettings && length > mostSettings:
			return ruleSettings.Violation("a SETTINGS frame of %d octets", length)
		case kind == frameSettings:
			payload := make([]byte, length)
			if _, err := io.ReadFull(r, payload); err != nil {
				return nil
			}
			if v := c.takeSettings(payload); v != nil {
				return v
			}
			continue
		case kind == script.HTTP3Data, kind == script.HTTP3Headers, kind == framePushPromise, kind == frameMaxPushID, ofHTTP2(kind):
			return ruleControl.Violation("a frame of the type %#x on the control stream", kind)
		case kind == script.HTTP3GoAway:
			c.mu.Lock()
			c.goAway = true
			c.mu.Unlock()
		}
		if _, err := io.CopyN(io.Discard, r, int64(length)); err != nil {
			return nil
		}
	}
}

// ofHTTP2 reports whether a type of frames is one that HTTP/2 has and HTTP/3 forbids
// (RFC 9114 7.2.8).
func ofHTTP2(kind uint64) bool {
	return kind == 0x2 || kind == 0x6 || kind == 0x8 || kind == 0x9
}

func readNumbers(r *bufio.Reader) (first, second uint64, err error) {
	if first, err = quicvarint.Read(r); err == nil {
		second, err = quicvarint.Read(r)
	}
	return first, second, err
}

// takeSettings takes in the SETTINGS frame of the server.
func (c *Conn) takeSettings(payload []byte) *wire.Violation {
	settings := map[uint64]uint64{}
	for len(payload) > 0 {
		id, value, rest, ok := takeNumbers(payload)
		_, twice := settings[id]
		switch {
		case !ok:
			return ruleFrame.Violation("a SETTINGS frame that is malformed (RFC 9114 7.2.4)")
		case twice:
			return ruleSettings.Violation("the setting %#x twice", id)
		case id >= 0x2 && id <= 0x5: // RFC 9114 7.2.4.1
			return ruleSettings.Violation("the setting %#x, which is one of HTTP/2", id)
		case id == script.SettingConnectEnabled && value > 1: // RFC9220-3-1
			return ruleSettingValue.Violation("SETTINGS_ENABLE_CONNECT_PROTOCOL with the value %d", value)
		}
		settings[id], payload = value, rest
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.settings == nil {
		c.settings = settings
		close(c.settled)
	}
	return nil
}
