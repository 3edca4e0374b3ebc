package catalog

import (
	c "github.com/wsspec/wsspec/conformance/script"
	"github.com/wsspec/wsspec/conformance/verdict"
	"github.com/wsspec/wsspec/ref/wire"
)

// rfc8441Ends: END_STREAM and RST_STREAM, which take the places of a FIN and of a reset.
func rfc8441Ends() []*c.Case {
	ends := []string{"RFC8441-5-7"}
	hello, normal := c.Text(c.Octets("Hello, world!")), c.Close(wire.StatusNormalClosure, "")
	part, half := c.SendPart{Frame: hello, To: 5}, c.HalfClose{}
	const order = "RFC 8441 5: 'Orderly TCP-level closures are represented as END_STREAM flags'. A server that ends the stream otherwise is NON-STRICT."
	inOrder := func(e c.Ending) []c.Outcome {
		return []c.Outcome{{Behavior: verdict.OK, Ending: e.WithFIN()}, {Behavior: verdict.NonStrict, Ending: e}}
	}
	cutOff := func(id, title string, steps ...c.Step) *c.Case {
		return noted("What is missing can no longer come (RFC 6455 7.2.1). A server that keeps the stream open is NON-STRICT.", streaming(id, title, []string{"RFC6455-7.2.1-2", "RFC8441-5-7"}, []c.Outcome{
			{Behavior: verdict.OK, Ending: c.FailedByPeer()},
			{Behavior: verdict.NonStrict, Events: []c.Expect{c.Quiet("kept")}, Ending: c.Abandoned()},
		}, append(steps, half, c.Watch{Name: "kept"})...))
	}
	again := func(id, title string, steps ...c.Step) *c.Case {
		return noted("RFC 8441 5: 'RST exceptions are represented with the RST_STREAM frame […] with the CANCEL error code'. It ends one stream, and no other of the connection.",
			streaming(id, title, ends, mustOpen, append(steps, c.Reset{}, c.Connect{Beside: true, Keep: true}, send(greeting))...))
	}
	early := withHTTP2(c.HTTP2{EndStream: true}, connecting("rfc8441/5/30", "END_STREAM with the request", ends, []c.Outcome{
		refused, streamEnded, {Behavior: verdict.Informational, Events: []c.Expect{c.Accepted()}, Ending: c.FailedByPeer()},
	}))
	early.Script.Steps = []c.Step{c.Watch{Name: "kept"}}
	early.Script.Outcomes = append(early.Script.Outcomes, c.Outcome{Behavior: verdict.Informational, Events: []c.Expect{c.Accepted(), c.Quiet("kept")}, Ending: c.Abandoned()})
	early.Level = verdict.LevelInformational
	failed := inOrder(c.FailedByPeer(wire.StatusProtocolError))
	return []*c.Case{
		noted(order, streaming("rfc8441/5/26", "a closing handshake that ends the stream in order", ends, inOrder(c.AnsweredByPeer(wire.StatusNormalClosure)), send(normal))),
		noted("What came before END_STREAM was received, so the server has to answer the Close (RFC 6455 5.5.1).",
			streaming("rfc8441/5/27", "Close and END_STREAM", ends, []c.Outcome{{Behavior: verdict.OK, Ending: c.AnsweredByPeer(wire.StatusNormalClosure)}}, send(normal), half)),
		cutOff("rfc8441/5/28", "END_STREAM in the middle of a frame", part),
		cutOff("rfc8441/5/29", "END_STREAM behind the first fragment of a message", send(c.Text(c.Octets("fragment1")).More())),
		noted("A stream that the client has ended can carry no message to the server.", early),
		again("rfc8441/5/31", "RST_STREAM with CANCEL, then a message on another stream", send(hello)),
		again("rfc8441/5/32", "RST_STREAM in the middle of a frame, then a message on another stream", part),
		again("rfc8441/5/33", "RST_STREAM while an echo is not read, then a message on another stream", c.StopReading{}, send(c.Binary(c.Repeated("u", 1<<20))), c.Pause{}),
		noted(order, streaming("rfc8441/5/34", "a reserved opcode, on which the server fails the connection and ends the stream", []string{"RFC6455-5.2-5", "RFC8441-5-7"}, failed, send(c.Frame{Fin: true, Opcode: 3}))),
		streaming("rfc8441/5/35", "a stream that fails, then a message on another stream", []string{"RFC8441-5-7", "RFC8441-5-6"}, mustOpen,
			send(c.Frame{Fin: true, Opcode: 3}), c.Watch{Name: "failed"}, beside, send(greeting)),
	}
}

// rfc8441Streams: many streams on one connection.
func rfc8441Streams() []*c.Case {
	as := []string{"RFC8441-5-6"}
	hello := c.Text(c.Octets("Hello, world!"))
	part, rest := c.SendPart{Frame: hello, To: 5}, c.SendPart{Frame: hello, From: 5, To: hello.Payload.Len()}
	stalled := streaming("rfc8441/5/36", "an echo that the window of its stream holds back, then a message on another stream", as, mustOpen,
		c.StopReading{}, send(c.Binary(c.Repeated("w", 20_000))), c.Pause{}, beside, send(greeting))
	stalled.Script.HTTP2.Window = 1000
	leaves := noted("The client opens no more streams, and those that are open go on (RFC 9113 6.8). A server that ends them is NON-STRICT.",
		streaming("rfc8441/5/40", "GOAWAY in the middle of a message", as, append(echoes(c.Echo(hello)), c.Outcome{Behavior: verdict.NonStrict, Ending: c.FailedByPeer()}),
			part, sendHTTP2(frame(c.FrameGOAWAY, 0, 0, 0, 0, 0, 0, 0, 0)), rest))
	return []*c.Case{
		noted("The windows of two streams are apart (RFC 9113 5.2).", stalled),
		noted("RFC 8441 1: the other streams of the connection 'may carry more extended CONNECT tunnels, traditional HTTP/2 data, or a mixture of both'.",
			streaming("rfc8441/5/37", "four connections on streams of one HTTP/2 connection", as, mustOpen, send(hello), beside, send(hello), beside, send(hello), beside, send(greeting))),
		streaming("rfc8441/5/38", "half a frame on one stream, and a message on another", as, mustOpen, part, beside, send(greeting)),
		streaming("rfc8441/5/39", "a plain request on another stream in the middle of a frame", as, echoes(c.Quiet(c.PlainResponse), c.Echo(hello)), part, c.PlainRequest{}, rest),
		leaves,
	}
}

// http2Floods: floods of frames of HTTP/2. The server may end the connection; it has to serve
// another one.
func http2Floods() []*c.Case {
	again := func(id, title string, times int, frames ...c.HTTP2Frame) *c.Case {
		k := attacking(id, title, []string{"RFC6455-10.4-1", "RFC8441-5-6"}, mustOpen, c.SendHTTP2{Frames: frames, Times: times}, c.Connect{}, send(greeting))
		k.Script.HTTP2 = &c.HTTP2{}
		return only(wire.RoleServer, k)
	}
	on := func(on c.HTTP2On, kind c.HTTP2FrameType, flags uint8, payload ...byte) c.HTTP2Frame {
		return c.HTTP2Frame{Type: kind, Flags: flags, On: on, Payload: payload}
	}
	endless := again("robust/http2-continuation-flood", "2000 CONTINUATION frames of a list of fields without an end, then a message on another connection", 2000,
		on(c.OnSameStream, c.FrameCONTINUATION, 0, continued...))
	endless.Script.Steps = append([]c.Step{sendHTTP2(on(c.OnNewStream, c.FrameHEADERS, 0))}, endless.Script.Steps...)
	return []*c.Case{
		again("robust/http2-rapid-reset", "2000 streams that are opened and reset at once, then a message on another connection", 2000,
			on(c.OnNewStream, c.FrameHEADERS, c.FlagEndHeaders), on(c.OnSameStream, c.FrameRSTSTREAM, 0, 0, 0, 0, 8)),
		endless,
		again("robust/http2-ping-flood", "10000 PING frames of HTTP/2, then a message on another connection", 10_000, pingHTTP2),
		again("robust/http2-settings-flood", "10000 SETTINGS frames, then a message on another connection", 10_000, frame(c.FrameSETTINGS)),
		again("robust/http2-empty-data-flood", "10000 empty DATA frames, then a message on another connection", 10_000, on(c.OnStream, c.FrameDATA, 0)),
		again("robust/http2-window-flood", "10000 WINDOW_UPDATE frames of one octet, then a message on another connection", 10_000, on(c.OnStream, c.FrameWINDOWUPDATE, 0, 0, 0, 0, 1)),
	}
}

// continued is a field in a CONTINUATION frame: a literal that is not indexed, with a new name
// (RFC 7541 6.2.2).
var continued = append([]byte("\x00\x08x-wsspec\x7f\x81\x01"), make256()...)

// make256 is the value of that field, of 256 octets.
func make256() []byte {
	value := make([]byte, 256)
	for i := range value {
		value[i] = 'x'
	}
	return value
}
