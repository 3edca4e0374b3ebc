package stream

import (
	"time"

	"github.com/wsspec/wsspec/conformance/observed"
	"github.com/wsspec/wsspec/ref/wire"
)

// A Reader turns the octets of a peer into entries and events, by the same rules as a
// [Conn]. It is for whoever reads a connection by itself.
type Reader struct{ reader frameReader }

// NewReader returns a Reader for what a peer of that role sends behind the opening handshake.
// Messages of more than limit octets are floods. Deflate is nil if permessage-deflate was not
// agreed on.
func NewReader(sender wire.Role, limit uint64, deflate *Deflation) *Reader {
	return &Reader{frameReader{sender: sender, limit: limit, deflate: deflate}}
}

// Feed takes octets as they arrived, and returns what became complete. What it returns is
// valid until the next call.
func (r *Reader) Feed(p []byte, at time.Duration) ([]observed.Entry, []observed.Event) {
	return r.reader.feed(p, at)
}

// Cut says where the octets end if that is inside a frame; it is empty between frames.
func (r *Reader) Cut() string { return r.reader.cut() }
