package wire_test

import (
	"errors"
	"fmt"

	"github.com/wsspec/wsspec/ref/wire"
)

// The frame of RFC 6455 5.7's first example, octet by octet.
func ExampleAppendHeader() {
	frame := wire.AppendHeader(nil, wire.Header{Fin: true, Opcode: wire.OpText, Length: 5})
	frame = append(frame, "Hello"...)
	fmt.Printf("% x\n", frame)

	// The codec writes what no endpoint may send as well: a test harness has to.
	fmt.Printf("% x\n", wire.AppendHeader(nil, wire.Header{RSV: wire.RSV3, Opcode: 0xB, Form: wire.Length64, Length: 1}))
	// Output:
	// 81 05 48 65 6c 6c 6f
	// 1b 7f 00 00 00 00 00 00 00 01
}

func ExampleParseHeader() {
	frame := []byte("\x81\x85\x37\xfa\x21\x3d\x7f\x9f\x4d\x51\x58") // RFC 6455 5.7
	if _, _, err := wire.ParseHeader(frame[:3]); errors.Is(err, wire.ErrShort) {
		fmt.Println("more octets are needed")
	}
	h, n, err := wire.ParseHeader(frame)
	if err != nil {
		fmt.Println(err)
	}
	payload := frame[n:]
	wire.Mask(h.MaskKey, 0, payload)
	fmt.Printf("%v frame of %d octets: %s\n", h.Opcode, h.Length, payload)
	// Output:
	// more octets are needed
	// text frame of 5 octets: Hello
}

// A payload may be masked in pieces.
func ExampleMask() {
	key := [4]byte{0x37, 0xfa, 0x21, 0x3d}
	payload := []byte("Hello")
	next := wire.Mask(key, 0, payload[:2])
	wire.Mask(key, next, payload[2:])
	fmt.Printf("% x\n", payload)
	// Output:
	// 7f 9f 4d 51 58
}

// Being strict is apart from the codec.
func ExampleCheck() {
	state := wire.FrameState{Sender: wire.RoleServer}
	for _, h := range []wire.Header{
		{Fin: true, Opcode: wire.OpPing, Length: 125},
		{Fin: true, Opcode: wire.OpPing, Length: 126},
		{Fin: true, Opcode: wire.OpText, Masked: true},
		{Fin: true, Opcode: wire.OpContinuation},
	} {
		if v := wire.Check(h, state); v != nil {
			fmt.Println(v.Rule.ID+":", v)
		}
	}
	// Output:
	// RFC6455-5.5-2: ping frame of 126 octets, at most 125 allowed (RFC 6455 5.5)
	// RFC6455-5.1-6: masked text frame from the server (RFC 6455 5.1)
	// RFC6455-5.4-5: continuation frame with no message to continue (RFC 6455 5.4)
}
