package between

import (
	"bytes"
	"fmt"
	"slices"

	"github.com/wsspec/wsspec/conformance/script"
	"github.com/wsspec/wsspec/ref/wire"
)

// The requirements that the cases name.
const (
	mayRefragment   = "RFC6455-5.4-2"
	keepsControl    = "RFC6455-5.4-13"
	keepsUnknown    = "RFC6455-5.4-15"
	failsConnection = "RFC6455-7.1.7-5"
)

// Cases returns all cases, in the order in which they are played.
func Cases() []*Case {
	return slices.Concat(handshakes(), messages(), control(), closing(), illegal())
}

func handshakes() []*Case {
	const field = "X-Wsspec"
	cases := []*Case{
		{
			ID: "handshake/request", Title: "an opening request with two subprotocols, an Origin and a field of its own", Requires: []string{"RFC6455-4.1-20"},
			Request:      &script.Opening{Edits: []script.Edit{script.Append(field, "passed on"), script.Append("Origin", "http://{host}")}},
			Subprotocols: []string{"first.wsspec", "second.wsspec"}, Chosen: "second.wsspec",
		},
		{
			ID: "handshake/interim", Title: "a response of 103 before the 101", Requires: []string{"RFC6455-4.1-43"}, Clause: "RFC 9110 15.2",
			Response: &script.Opening{Preface: "HTTP/1.1 103 Early Hints\r\nLink: </a>; rel=preload\r\n\r\n"},
			Both:     true, Frames: text("hello"),
		},
		{
			ID: "handshake/early-frames", Title: "frames of the server in one write with its 101", Requires: []string{"RFC6455-4.2.2-30"},
			Early: []script.Frame{script.Text(script.Octets("early")), script.Ping(script.Octets("early"))}, From: wire.RoleServer, Frames: text("later"),
		},
		{
			ID: "handshake/wrong-accept", Title: "a 101 whose Sec-WebSocket-Accept is made of another key", Requires: []string{"RFC6455-4.1-53"},
			Response: &script.Opening{Edits: []script.Edit{script.Replace("Sec-WebSocket-Accept", "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=")}}, From: wire.RoleServer,
		},
		{
			ID: "handshake/deflate", Title: "permessage-deflate, and a compressed message", Requires: []string{"RFC7692-5-3"},
			Deflate: true, Both: true, Frames: []script.Frame{script.Text(script.Repeated("compress me, gateway! ", 200))},
		},
		{
			ID: "handshake/unknown-extension", Title: "an extension that the gateway does not know, and a fragmented message with RSV2", Requires: []string{keepsUnknown},
			Unknown: true, Both: true, Frames: unknown(),
		},
	}
	for _, status := range []int{401, 403, 404, 426, 503} {
		cases = append(cases, &Case{
			ID: fmt.Sprintf("handshake/refused-%d", status), Title: fmt.Sprintf("a refusal with %d", status), Requires: []string{"RFC6455-4.1-43"},
			Status: status, From: wire.RoleServer,
		})
	}
	return cases
}

func text(s string) []script.Frame { return []script.Frame{script.Text(script.Octets(s))} }

func unknown() []script.Frame {
	frames := script.Fragmented(wire.OpBinary, script.Octets("of an extension"), 4)
	frames[0] = frames[0].WithRSV(wire.RSV2)
	return frames
}

func messages() []*Case {
	both := func(id, title string, frames ...script.Frame) *Case {
		return &Case{ID: "messages/" + id, Title: title, Requires: []string{mayRefragment}, Both: true, Frames: frames}
	}
	burst := make([]script.Frame, 200)
	for i := range burst {
		burst[i] = script.Text(script.Octets(fmt.Sprintf("message %d of a burst", i)))
	}
	chopped := both("octet-by-octet", "a message in writes of one octet", script.Text(script.Octets("one by one")))
	chopped.Chop = true
	return []*Case{
		both("text", "a text message", script.Text(script.Octets("Grüße"))),
		both("binary", "a binary message with every octet", script.Binary(script.Payload{Octets: everyOctet()})),
		both("empty", "empty messages", script.Text(script.Payload{}), script.Binary(script.Payload{})),
		both("lengths", "messages of 125, 126, 65535 and 65536 octets", sized(125), sized(126), sized(65535), sized(65536)),
		both("large", "a message of 1 MiB", sized(1<<20)),
		both("burst", "200 messages in one write", burst...),
		both("fragments", "a message in three fragments, one of them empty", script.Text(script.Octets("one ")).More(), script.Continuation(script.Payload{}).More(), script.Continuation(script.Octets("two"))),
		both("ping-between", "a ping between two fragments", script.Text(script.Octets("one ")).More(), script.Ping(script.Octets("between")), script.Continuation(script.Octets("two"))),
		both("cut-code-point", "a fragment that ends inside a code point", script.Text(script.Octets("\xc3")).More(), script.Continuation(script.Octets("\xa9"))),
		chopped,
	}
}

func sized(n int) script.Frame {
	return script.Binary(script.Payload{Octets: bytes.Repeat([]byte("0123456789abcdef"), n/16+1)[:n]})
}

func everyOctet() []byte {
	octets := make([]byte, 256)
	for i := range octets {
		octets[i] = byte(i)
	}
	return octets
}

func control() []*Case {
	both := func(id, title string, frames ...script.Frame) *Case {
		return &Case{ID: "control/" + id, Title: title, Requires: []string{keepsControl}, Both: true, Frames: frames}
	}
	return []*Case{
		both("ping", "a ping with 125 octets", script.Ping(script.Repeated("p", 125))),
		both("empty-ping", "a ping without payload", script.Ping(script.Payload{})),
		both("pong", "a pong that nobody asked for", script.Pong(script.Octets("unasked"))),
	}
}

func closing() []*Case {
	both := func(id, title string, end End, frames ...script.Frame) *Case {
		return &Case{ID: "closing/" + id, Title: title, Requires: []string{"RFC6455-7.1.5-1"}, Both: true, Frames: frames, End: end}
	}
	return []*Case{
		both("normal", "Close 1000 with a reason", NoEnd, script.Close(wire.StatusNormalClosure, "that was all")),
		both("going-away", "Close 1001", NoEnd, script.Close(wire.StatusGoingAway, "")),
		both("private", "Close 4999 with a reason in UTF-8", NoEnd, script.Close(4999, "größer")),
		both("without-code", "Close without a code", NoEnd, script.CloseBody(script.Payload{})),
		both("behind-message", "a message, and Close in the same write", NoEnd, script.Text(script.Octets("last")), script.Close(wire.StatusNormalClosure, "")),
		both("fin", "a message, and the end of TCP without Close", FIN, text("last")...),
		both("fin-inside", "the end of TCP inside a frame", FIN, script.Text(script.Octets("beg")).Declaring(100)),
		both("reset", "a reset of TCP", Reset),
	}
}

func illegal() []*Case {
	var cases []*Case
	for _, c := range []struct {
		id, title string
		frames    []script.Frame
	}{
		{"reserved-bit", "a text frame with RSV3", []script.Frame{script.Text(script.Octets("RSV3")).WithRSV(wire.RSV3)}},
		{"reserved-opcode", "a frame with opcode 3", []script.Frame{script.Text(script.Octets("opcode 3")).WithOpcode(3)}},
		{"long-form", "a length in a longer form than it needs", []script.Frame{script.Text(script.Octets("long form")).WithForm(wire.Length16)}},
		{"long-ping", "a ping of 126 octets", []script.Frame{script.Ping(script.Repeated("p", 126))}},
		{"fragmented-ping", "a ping with FIN clear", []script.Frame{script.Ping(script.Octets("fragment")).More()}},
		{"continuation", "a continuation frame with no message to continue", []script.Frame{script.Continuation(script.Octets("of nothing"))}},
		{"interleaved", "a text frame inside a fragmented message", []script.Frame{script.Text(script.Octets("one")).More(), script.Text(script.Octets("two"))}},
		{"utf8", "a text message that is not UTF-8", []script.Frame{script.Text(script.Octets("\xff\xfe"))}},
		{"close-code", "Close 1005", []script.Frame{script.Close(1005, "")}},
		{"close-body", "Close with a body of one octet", []script.Frame{script.CloseBody(script.Octets("\x03"))}},
	} {
		cases = append(cases, &Case{ID: "illegal/" + c.id, Title: c.title, Requires: []string{failsConnection}, Both: true, Frames: c.frames, Illegal: true})
	}
	return append(cases,
		&Case{ID: "illegal/unmasked", Title: "a frame of the client that is not masked", Requires: []string{"RFC6455-5.1-3"}, From: wire.RoleClient, Illegal: true, Frames: []script.Frame{script.Text(script.Octets("bare")).WithMask(script.MaskNever)}},
		&Case{ID: "illegal/masked", Title: "a masked frame of the server", Requires: []string{"RFC6455-5.1-6"}, From: wire.RoleServer, Illegal: true, Frames: []script.Frame{script.Text(script.Octets("masked")).WithMask(script.MaskAlways)}},
	)
}
