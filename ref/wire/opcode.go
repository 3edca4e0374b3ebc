package wire

import "fmt"

// Opcode is the four-bit opcode of a frame (RFC 6455 5.2). It can have any value
// from 0 to 15; [Check] says which are allowed.
type Opcode uint8

// The opcodes that RFC 6455 5.2 defines; 3-7 and 0xB-0xF are reserved.
const (
	OpContinuation Opcode = 0x0
	OpText         Opcode = 0x1
	OpBinary       Opcode = 0x2
	OpClose        Opcode = 0x8
	OpPing         Opcode = 0x9
	OpPong         Opcode = 0xA
)

// IsControl reports whether the frame is a control frame: the top bit is set,
// also in the reserved opcodes 0xB-0xF (RFC 6455 5.5).
func (o Opcode) IsControl() bool { return o&0x8 != 0 }

// IsReserved reports whether RFC 6455 5.2 leaves the opcode undefined.
func (o Opcode) IsReserved() bool {
	switch o {
	case OpContinuation, OpText, OpBinary, OpClose, OpPing, OpPong:
		return false
	}
	return true
}

// String returns the name of RFC 6455 11.8 in lower case.
func (o Opcode) String() string {
	switch o {
	case OpContinuation:
		return "continuation"
	case OpText:
		return "text"
	case OpBinary:
		return "binary"
	case OpClose:
		return "close"
	case OpPing:
		return "ping"
	case OpPong:
		return "pong"
	}
	return fmt.Sprintf("opcode %#x", uint8(o))
}
