package ref

import (
	"fmt"

	"github.com/wsspec/wsspec/ref/wire"
)

// MessageType says how a message's octets are meant (RFC 6455 5.6).
type MessageType uint8

// The types of message, numbered like their opcodes.
const (
	Text   = MessageType(wire.OpText)   // UTF-8 text
	Binary = MessageType(wire.OpBinary) // free octets
)

// A Message is a whole message as it was received.
type Message struct {
	Type MessageType
	// Data is the reader's to keep.
	Data []byte
}

// String returns "text" or "binary".
func (t MessageType) String() string { return wire.Opcode(t).String() }

// check refuses what is no message type.
func (t MessageType) check() error {
	if t != Text && t != Binary {
		return fmt.Errorf("message of type %d: a message is text or binary (RFC 6455 5.6)", uint8(t))
	}
	return nil
}
