package ref

import (
	"fmt"

	"github.com/wsspec/wsspec/ref/wire"
)

// DefaultCompressionThreshold is the size in octets from which messages are
// compressed if nothing else was asked for.
const DefaultCompressionThreshold = 128

// Compression turns permessage-deflate on (RFC 7692). The zero value offers or
// accepts it with the largest windows and with context takeover, which
// compresses best; a connection with context takeover then keeps its
// compressor, about 1 MiB, and its inflating window, 32 KiB. Without takeover an
// idle connection keeps neither.
type Compression struct {
	// Level is 1, fast, to 9, small; zero is 5, wire.HuffmanOnly compresses
	// without looking for repetitions.
	Level int
	// Threshold is the size in octets from which messages are compressed. Zero
	// is 128, one compresses everything but empty messages.
	Threshold int
	// ServerNoContextTakeover and ClientNoContextTakeover have that side start
	// every message afresh (RFC 7692 7.1.1).
	ServerNoContextTakeover, ClientNoContextTakeover bool
	// ServerMaxWindowBits and ClientMaxWindowBits bound the windows, 8 to 15 bits
	// (RFC 7692 7.1.2); zero is 15.
	ServerMaxWindowBits, ClientMaxWindowBits int
}

// check refuses values out of range.
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

// policy is what a server wants.
func (c *Compression) policy() wire.DeflatePolicy {
	return wire.DeflatePolicy{
		ServerNoContextTakeover: c.ServerNoContextTakeover,
		ClientNoContextTakeover: c.ClientNoContextTakeover,
		ServerMaxWindowBits:     c.ServerMaxWindowBits,
		ClientMaxWindowBits:     c.ClientMaxWindowBits,
	}
}

// offer is what a client asks for.
func (c *Compression) offer() wire.Extension {
	bits := c.ClientMaxWindowBits
	if bits == 0 {
		bits = wire.AnyWindowBits // the server may bound it (RFC 7692 7.1.2.2)
	}
	return wire.DeflateOffer{
		ServerNoContextTakeover: c.ServerNoContextTakeover,
		ClientNoContextTakeover: c.ClientNoContextTakeover,
		ServerMaxWindowBits:     c.ServerMaxWindowBits,
		ClientMaxWindowBits:     bits,
	}.Extension()
}

// halves makes the compressor of what the role sends and the inflater of what
// it receives, as agreed.
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

// deflating is how the role compresses what it sends, as agreed.
func (c *Compression) deflating(role wire.Role, agreed wire.DeflateParams) wire.DeflaterOptions {
	bits, takeover := agreed.Sender(role)
	if role == wire.RoleClient {
		// A client may keep to less than was agreed (RFC7692-7.2.1-9).
		takeover = takeover && !c.ClientNoContextTakeover
		if c.ClientMaxWindowBits != 0 {
			bits = min(bits, c.ClientMaxWindowBits)
		}
	}
	return wire.DeflaterOptions{WindowBits: bits, NoContextTakeover: !takeover, Level: c.Level}
}

// threshold fills in the default.
func (c *Compression) threshold() int {
	if c.Threshold == 0 {
		return DefaultCompressionThreshold
	}
	return c.Threshold
}
