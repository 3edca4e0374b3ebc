package catalog

import (
	c "github.com/wsspec/wsspec/conformance/script"
	"github.com/wsspec/wsspec/conformance/verdict"
	"github.com/wsspec/wsspec/ref/wire"
)

// rfc9220Shared: the cases of RFC 8441 that are the same over HTTP/3.
func rfc9220Shared() []*c.Case {
	const (
		fin   = "RFC 9220 3: 'Orderly TCP-level closures are represented as a FIN bit on the stream'. A server that ends the stream otherwise is NON-STRICT."
		reset = "RFC 9220 3: 'RST exceptions are represented with a stream error […] of type H3_REQUEST_CANCELLED'. It ends one stream, and no other of the connection."
		twice = "RFC 9114 4.3.1: a request has to 'include exactly one value' of these fields. Unlike RFC 9113 8.3, no clause says that two make it malformed. A server that opens the connection is NON-STRICT."
	)
	// ends is about the end of a stream, which RFC 9220 words anew.
	ends := func(id, from, note string) *c.Case {
		k := overQUIC(id, from)
		k.Requires = append(k.Requires[:len(k.Requires)-1:len(k.Requires)-1], "RFC9220-3-4")
		if note != "" {
			k.Note = note
		}
		return k
	}
	// doubled is about two fields of one name.
	doubled := func(id, from, clause string) *c.Case {
		k := noted(twice, overQUIC(id, from))
		k.Requires, k.Script.Outcomes = []string{clause, "RFC9220-3-1"}, isDoubtful
		return k
	}
	return []*c.Case{
		overQUIC("rfc9220/3/1", "rfc8441/3/1"), overQUIC("rfc9220/3/2", "rfc8441/3/2"), overQUIC("rfc9220/3/3", "rfc8441/3/3"),
		overQUIC("rfc9220/3/4", "rfc8441/3/6"),
		overQUIC("rfc9220/3/6", "rfc8441/4/1"), doubled("rfc9220/3/7", "rfc8441/4/2", "RFC8441-5-1"),
		overQUIC("rfc9220/3/9", "rfc8441/4/4"), overQUIC("rfc9220/3/10", "rfc8441/4/5"), overQUIC("rfc9220/3/11", "rfc8441/4/6"), overQUIC("rfc9220/3/12", "rfc8441/4/7"),
		overQUIC("rfc9220/3/13", "rfc8441/4/8"), doubled("rfc9220/3/14", "rfc8441/4/9", "RFC8441-4-2"), overQUIC("rfc9220/3/15", "rfc8441/4/12"),
		doubled("rfc9220/3/16", "rfc8441/4/13", "RFC8441-4-2"), overQUIC("rfc9220/3/17", "rfc8441/4/14"), overQUIC("rfc9220/3/18", "rfc8441/4/15"),
		doubled("rfc9220/3/19", "rfc8441/4/16", "RFC8441-4-3"), overQUIC("rfc9220/3/20", "rfc8441/4/18"), overQUIC("rfc9220/3/21", "rfc8441/4/19"),
		overQUIC("rfc9220/3/22", "rfc8441/4/20"), overQUIC("rfc9220/3/23", "rfc8441/4/22"), overQUIC("rfc9220/3/24", "rfc8441/5/3"),
		overQUIC("rfc9220/3/25", "rfc8441/5/7"), overQUIC("rfc9220/3/26", "rfc8441/5/8"), overQUIC("rfc9220/3/27", "rfc8441/5/10"),
		overQUIC("rfc9220/3/28", "rfc8441/5/12"), overQUIC("rfc9220/3/29", "rfc8441/5/13"), overQUIC("rfc9220/3/30", "rfc8441/5/15"), overQUIC("rfc9220/3/31", "rfc8441/5/16"),
		overQUIC("rfc9220/3/32", "rfc8441/5/17"), overQUIC("rfc9220/3/33", "rfc8441/5/19"), overQUIC("rfc9220/3/34", "rfc8441/5/23"), overQUIC("rfc9220/3/35", "rfc8441/5/25"),
		ends("rfc9220/3/36", "rfc8441/5/26", fin), ends("rfc9220/3/37", "rfc8441/5/27", ""), ends("rfc9220/3/38", "rfc8441/5/28", ""), ends("rfc9220/3/39", "rfc8441/5/29", ""),
		ends("rfc9220/3/40", "rfc8441/5/30", ""), ends("rfc9220/3/41", "rfc8441/5/31", reset), ends("rfc9220/3/42", "rfc8441/5/32", reset), ends("rfc9220/3/43", "rfc8441/5/34", fin),
		overQUIC("rfc9220/3/44", "rfc8441/5/35"), overQUIC("rfc9220/3/45", "rfc8441/5/36"), overQUIC("rfc9220/3/46", "rfc8441/5/37"), overQUIC("rfc9220/3/47", "rfc8441/5/38"),
		overQUIC("rfc9220/3/48", "rfc8441/5/39"),
	}
}

// rfc9220Section3: what has another form over HTTP/3.
func rfc9220Section3() []*c.Case {
	as := []string{"RFC8441-5-6", "RFC9220-3-1"}
	hello, ping := c.Text(c.Octets("Hello, world!")), c.Ping(c.Octets("ping payload"))
	part, rest := c.SendPart{Frame: hello, To: 5}, c.SendPart{Frame: hello, From: 5, To: hello.Payload.Len()}
	unknown := []byte("wsspec")
	below := func(how c.HTTP3, k *c.Case) *c.Case {
		k.Script.HTTP2, k.Script.HTTP3 = nil, &how
		return k
	}
	inside := func(id, title string, outcomes []c.Outcome, frames ...c.HTTP3Frame) *c.Case {
		return below(c.HTTP3{}, streaming(id, title, as, outcomes, part, c.SendHTTP3{Frames: frames}, rest))
	}
	const (
		ignored = "A frame, a stream or a setting of a type that a peer does not know is ignored (RFC 9114 9)."
		goAway  = "The client opens no request that the server would push, and the streams that are open go on (RFC 9114 5.2). A server that ends them is NON-STRICT."
		broken  = "A stream that ends inside a frame of HTTP/3 is a connection error of the type H3_FRAME_ERROR (RFC 9114 7.1). A server that keeps the connection open is NON-STRICT."
		another = "RFC 9220 3: on a value 'that is unknown or is not supported, the server SHOULD respond to the request with a 501 (Not Implemented) status code'. Any other refusal is NON-STRICT, and so is a server that opens the connection: RFC 8441 does not say that it must not."
	)
	return []*c.Case{
		noted(ignored, below(c.HTTP3{Settings: []c.HTTP3Setting{{ID: c.HTTP3Unknown, Value: 7}}}, connecting("rfc9220/3/5", "a setting that nobody may define", as, mustAccept))),
		noted(another, below(c.HTTP3{}, connecting("rfc9220/3/8", "a :protocol that nobody has defined", []string{"RFC9220-3-2", "RFC8441-5-1"}, []c.Outcome{
			{Behavior: verdict.OK, Events: []c.Expect{c.Refused(c.StatusIn(501))}, Ending: c.NotOpened()},
			refusedBut(verdict.NonStrict), dropped, openedBut(verdict.NonStrict), answeredPlainly(verdict.NonStrict),
		}, c.Replace(":protocol", "wsspec-example")))),
		noted(ignored, below(c.HTTP3{Data: c.DataWithUnknown}, streaming("rfc9220/3/49", "a frame that nobody may define before each DATA frame", as, echoesAndPong(hello, ping), send(hello), send(ping)))),
		noted(ignored, inside("rfc9220/3/50", "a frame that nobody may define in the middle of a frame", echoes(c.Echo(hello)), c.HTTP3Frame{Type: c.HTTP3Unknown, Payload: unknown})),
		noted(ignored, inside("rfc9220/3/51", "a frame that nobody may define on the control stream", echoes(c.Echo(hello)), c.HTTP3Frame{Type: c.HTTP3Unknown, On: c.OnControl, Payload: unknown})),
		noted(ignored, inside("rfc9220/3/52", "a unidirectional stream of a type that nobody may define", echoes(c.Echo(hello)), c.HTTP3Frame{Type: c.HTTP3Unknown, On: c.OnNewUnidirectional, Payload: unknown})),
		inside("rfc9220/3/53", "an empty DATA frame in the middle of a frame", echoes(c.Echo(hello)), c.HTTP3Frame{Type: c.HTTP3Data}),
		noted(goAway, inside("rfc9220/3/54", "GOAWAY in the middle of a message", append(echoes(c.Echo(hello)), c.Outcome{Behavior: verdict.NonStrict, Ending: c.FailedByPeer()}),
			c.HTTP3Frame{Type: c.HTTP3GoAway, On: c.OnControl, Payload: []byte{0}})),
		noted(broken, below(c.HTTP3{}, streaming("rfc9220/3/55", "FIN in the middle of a DATA frame", []string{"RFC6455-7.2.1-2", "RFC9220-3-4"}, []c.Outcome{
			{Behavior: verdict.OK, Ending: c.FailedByPeer()},
			{Behavior: verdict.NonStrict, Events: []c.Expect{c.Quiet("kept")}, Ending: c.Abandoned()},
		}, c.SendHTTP3{Frames: []c.HTTP3Frame{{Type: c.HTTP3Data, Payload: textHeader(hello), Lacks: 100}}}, c.HalfClose{}, c.Watch{Name: "kept"}))),
	}
}

// textHeader are the first octets of a masked frame.
func textHeader(f c.Frame) []byte {
	octets, _ := f.Append(nil, wire.RoleClient, func() [4]byte { return [4]byte{1, 2, 3, 4} })
	return octets[:8]
}
