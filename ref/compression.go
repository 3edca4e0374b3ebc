package ref

import (
	"fmt"

	"github.com/wsspec/wsspec/ref/wire"
)

// DefaultCompressionThreshold is the Threshold of a Compression that has none.
const DefaultCompressionThreshold = 128

// Compression configures permessage-deflate (RFC 7692). The zero value uses the
// largest windows and context takeover, which compresses best. An idle connection
// with context takeover holds the window for inflating, up to 32 KiB, and 8 KiB
// of what it sent; a few of a process also keep a compressor of about 1 MiB.
// Without context takeover an idle connection holds nothing for compression.
type Compression struct {
	// Level is 1 (fast) to 9 (small); zero means 5. wire.HuffmanOnly compresses
	// without looking for repetitions.
	Level int
	// Threshold is the size in octets from which messages are compressed. Zero
	// means 128; 1 compresses all messages that are not empty.
	Threshold int
	// ServerNoContextTakeover and ClientNoContextTakeover make that side compress
	// every message on its own (RFC 7692 7.1.1).
	ServerNoContextTakeover, ClientNoContextTakeover bool
	// ServerMaxWindowBits and ClientMaxWindowBits limit the windows to 8 to 15
	// bits (RFC 7692 7.1.2); zero means 15.
	ServerMaxWindowBits, ClientMaxWindowBits int
}

// check returns an error for values out of range.
func (c *Compression) check() error {
	if c == nil {
		return nil
	}
	if c.Threshold < 0 {
		return fmt.Errorf("compression threshold of %d octets, want zero for %d or more", c.Threshold, DefaultCompressionThreshold)
	}
	if err := c.policy().Validate(); err != nil {
		return err
	}
	_, err := wire.NewDeflater(wire.DeflaterOptions{Level: c.Level})
	return err
}

// policy returns what a server wants.
func (c *Compression) policy() wire.DeflatePolicy {
	return wire.DeflatePolicy{
		ServerNoContextTakeover: c.ServerNoContextTakeover,
		ClientNoContextTakeover: c.ClientNoContextTakeover,
		ServerMaxWindowBits:     c.ServerMaxWindowBits,
		ClientMaxWindowBits:     c.ClientMaxWindowBits,
	}
}

// offer returns what a client offers.
func (c *Compression) offer() wire.Extension {
	bits := c.ClientMaxWindowBits
	if bits == 0 {
		bits = wire.AnyWindowBits // the server may limit it (RFC 7692 7.1.2.2)
	}
	return wire.DeflateOffer{
		ServerNoContextTakeover: c.ServerNoContextTakeover,
		ClientNoContextTakeover: c.ClientNoContextTakeover,
		ServerMaxWindowBits:     c.ServerMaxWindowBits,
		ClientMaxWindowBits:     bits,
	}.Extension()
}

// halves returns the compressor and the inflater for one role, as agreed.
func (c *Compression) halves(role wire.Role, agreed wire.DeflateParams) (*wire.Deflater, *wire.Inflater, error) {
	deflater, err := wire.NewDeflater(c.deflating(role, agreed))
	if err != nil {
		return nil, nil, err
	}
	bits, takeover := agreed.Sender(role.Peer())
	inflater, err := wire.NewInflater(wire.InflaterOptions{WindowBits: bits, NoContextTakeover: !takeover})
	if err != nil {
		return nil, nil, err
	}
	return deflater, inflater, nil
}

// deflating returns how the role compresses, as agreed.
func (c *Compression) deflating(role wire.Role, agreed wire.DeflateParams) wire.DeflaterOptions {
	bits, takeover := agreed.Sender(role)
	if role == wire.RoleClient {
		// A client may use less than was agreed (RFC7692-7.2.1-9).
		takeover = takeover && !c.ClientNoContextTakeover
		if c.ClientMaxWindowBits != 0 {
			bits = min(bits, c.ClientMaxWindowBits)
		}
	}
	return wire.DeflaterOptions{WindowBits: bits, NoContextTakeover: !takeover, Level: c.Level}
}

// threshold returns Threshold or its default.
func (c *Compression) threshold() int {
	if c.Threshold == 0 {
		return DefaultCompressionThreshold
	}
	return c.Threshold
}
