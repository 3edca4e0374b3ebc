package ref

import (
	"fmt"

	"github.com/wsspec/wsspec/ref/wire"
)

// MessageType is the type of a message: [Text] or [Binary] (RFC 6455 5.6). For
// writing it can also say whether that message is compressed, see
// [MessageType.Compressed] and [MessageType.Uncompressed].
type MessageType uint8

// The types of message. They have the numbers of their opcodes.
const (
	Text   = MessageType(wire.OpText)   // UTF-8 text
	Binary = MessageType(wire.OpBinary) // any octets
)

// What a MessageType can say beside the opcode.
const (
	alwaysCompressed = MessageType(0x40)
	neverCompressed  = MessageType(0x80)
	compressionBits  = alwaysCompressed | neverCompressed
)

// Compressed returns the type for a message that is to be compressed even if it
// is shorter than the threshold in [Compression]. It has no effect on
// connections without permessage-deflate, nor on empty messages.
func (t MessageType) Compressed() MessageType { return t&^compressionBits | alwaysCompressed }

// Uncompressed returns the type for a message that is not to be compressed, such
// as a picture or a secret: Write(ctx, Binary.Uncompressed(), jpeg). The context
// of the compressed messages around it stays as it is.
func (t MessageType) Uncompressed() MessageType { return t&^compressionBits | neverCompressed }

// A Message is a whole message as it was received.
type Message struct {
	// Type is Text or Binary.
	Type MessageType
	// Data is the payload. It belongs to the receiver of the Message.
	Data []byte
}

// String returns "text" or "binary", followed by " compressed" or
// " uncompressed" if the type says so.
func (t MessageType) String() string {
	s := t.opcode().String()
	switch t & compressionBits {
	case alwaysCompressed:
		s += " compressed"
	case neverCompressed:
		s += " uncompressed"
	}
	return s
}

// opcode returns the opcode of the message's first frame.
func (t MessageType) opcode() wire.Opcode { return wire.Opcode(t &^ compressionBits) }

// isText reports whether the message has to be UTF-8.
func (t MessageType) isText() bool { return t.opcode() == wire.OpText }

// check returns an error if t is not the type of a message.
func (t MessageType) check() error {
	if op := t.opcode(); op != wire.OpText && op != wire.OpBinary || t&compressionBits == compressionBits {
		return fmt.Errorf("message of type %d: a message is text or binary (RFC 6455 5.6)", uint8(t))
	}
	return nil
}
