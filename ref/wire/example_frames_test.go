package wire_test

import (
	"errors"
	"fmt"
	"strings"

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

// What a client makes of the octets of a server.
func ExampleNewReceiver() {
	octets := []byte("\x89\x00" + // a Ping
		"\x01\x03Hel" + "\x80\x02lo" + // a text in two fragments
		"\x83\x00") // what there is not
	receiver := wire.NewReceiver(wire.Config{Role: wire.RoleClient})
	for {
		n, ev := receiver.Receive(octets)
		octets = octets[n:]
		switch ev.Kind {
		case wire.EventData:
			fmt.Printf("%v %s\n", ev.Kind, ev.Data)
		case wire.EventFail:
			fmt.Printf("%v with %v: %v\n", ev.Kind, ev.Code, ev.Violation)
			return
		default:
			fmt.Println(ev.Kind)
		}
	}
	// Output:
	// ping
	// message
	// data Hel
	// data lo
	// end
	// fail with 1002 (protocol error): frame with the reserved opcode 0x3 (RFC 6455 5.2)
}

// A sender forms frames, and only such as may be sent.
func ExampleNewSender() {
	sender := wire.NewSender(wire.Config{Role: wire.RoleServer})
	octets, err := sender.Message(nil, wire.OpText, []byte("Hello"))
	fmt.Printf("% x %v\n", octets, err)
	octets, err = sender.Close(nil, wire.StatusNormalClosure, "")
	fmt.Printf("% x %v\n", octets, err)
	_, err = sender.Message(nil, wire.OpText, []byte("one more thing"))
	fmt.Println(err)
	// Output:
	// 81 05 48 65 6c 6c 6f <nil>
	// 88 02 03 e8 <nil>
	// nothing is sent behind the own Close frame (RFC 6455 5.5.1)
}

// Both halves of an endpoint, which sees to Pings and the closing by itself. The
// network is the caller's.
func ExampleNewConnection() {
	server := wire.NewConnection(wire.Config{Role: wire.RoleServer})
	octets := []byte("\x89\x81\x00\x00\x00\x00?" + "\x88\x82\x00\x00\x00\x00\x03\xe8")
	for len(octets) > 0 {
		n, ev := server.Receive(octets)
		octets = octets[n:]
		fmt.Printf("%v, to be sent: % x\n", ev.Kind, server.Take())
	}
	fmt.Println("close TCP:", server.ClosesTCP())
	// Output:
	// ping, to be sent: 8a 01 3f
	// close, to be sent: 88 02 03 e8
	// close TCP: true
}

func ExampleAppendClose() {
	body, err := wire.AppendClose(nil, wire.StatusGoingAway, "bye")
	fmt.Printf("% x %v\n", body, err)
	_, err = wire.AppendClose(nil, wire.StatusAbnormalClosure, "")
	fmt.Println(err)
	// Output:
	// 03 e9 62 79 65 <nil>
	// Close frame with status code 1006 (abnormal closure) (RFC 6455 7.4.1)
}

func ExampleParseClose() {
	for _, body := range []string{"\x03\xe9bye", "", "\x03", "\x03\xe8\xff"} {
		code, reason, v := wire.ParseClose([]byte(body))
		fmt.Printf("%v %q %v\n", code, reason, v)
	}
	// Output:
	// 1001 (going away) "bye" <nil>
	// 1005 (no status received) "" <nil>
	// 1005 (no status received) "" Close frame with a body of 1 octet, a status code has 2 (RFC 6455 5.5.1)
	// 1000 (normal closure) "\xff" close reason that is not UTF-8, code 1000 (RFC 6455 8.1)
}

func ExampleCheckStatusCode() {
	fmt.Println(wire.CheckStatusCode(wire.StatusNormalClosure) == nil)
	fmt.Println(wire.CheckStatusCode(wire.StatusNoStatusRcvd))
	fmt.Println(wire.CheckStatusCode(2999))
	// Output:
	// true
	// Close frame with status code 1005 (no status received) (RFC 6455 7.4.1)
	// Close frame with status code 2999 (RFC 6455 7.4.2)
}

// Whatever went wrong, its description fits into a Close frame.
func ExampleTrimReason() {
	long := strings.Repeat("€", 100)
	short := wire.TrimReason(long)
	fmt.Println(len(long), len(short), len(short) <= wire.MaxCloseReason)
	// Output:
	// 300 123 true
}

// Text is judged as it arrives: a code point may come in pieces.
func ExampleUTF8Validator() {
	var v wire.UTF8Validator
	fmt.Println(v.Validate([]byte("\xe2\x82")))
	fmt.Println(v.Complete())
	fmt.Println(v.Validate([]byte("\xac")))
	fmt.Println(v.Complete())
	fmt.Println(v.Validate([]byte("a\xff")))
	// Output:
	// 2 true
	// false
	// 1 true
	// true
	// 1 false
}

func ExampleRules() {
	for _, rule := range wire.Rules()[:2] {
		fmt.Printf("%s (%s), fails with %d: %s\n", rule.ID, rule.Clause(), rule.Code, rule.Text)
	}
	// Output:
	// RFC6455-5.1-3 (RFC 6455 5.1), fails with 1002: A server closes the connection on a frame that is not masked.
	// RFC6455-5.1-6 (RFC 6455 5.1), fails with 1002: A client closes the connection on a masked frame.
}
