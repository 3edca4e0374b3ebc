package catalog

import (
	"fmt"
	"strings"

	c "github.com/wsspec/wsspec/conformance/script"
	"github.com/wsspec/wsspec/conformance/verdict"
	"github.com/wsspec/wsspec/ref/wire"
)

// rfc6455Section5_5: control frames and the closing handshake (RFC 6455 5.5,
// 7.1), in addition to Autobahn's sections 2 and 7.
func rfc6455Section5_5() []*c.Case {
	normal := c.Close(wire.StatusNormalClosure, "")
	hello := c.Text(c.Octets("Hello, world!"))
	reserved := hello.WithRSV(wire.RSV3)
	tooLong := []string{"RFC6455-5.5-2", "RFC6455-7.1.7-5"}
	answered := c.AnsweredByPeer(wire.StatusNormalClosure)
	cases := []*c.Case{
		mustFail("rfc6455/5.5/1", "a pong of 126 octets, one too many", tooLong, c.Pong(c.Repeated("\xfe", 126))),
		mustFail("rfc6455/5.5/2", "a ping of 65536 octets", tooLong, c.Ping(c.Repeated("\xfe", 65536))),
		mustFail("rfc6455/5.5/3", "a ping with a declared length of 2^62 octets", tooLong, c.Ping(c.Octets("beginning")).WithForm(wire.Length64).Declaring(1<<62)),
		{
			ID: "rfc6455/5.5/4", Title: "a ping of 125 octets with the values 0 to 124", Requires: []string{"RFC6455-5.5.3-1", "RFC6455-5.5-1"},
			Script: c.Script{Steps: []c.Step{send(c.Ping(ascending(125)))}, Outcomes: echoes(c.PongFor(c.Ping(ascending(125))))},
		},
		{
			ID: "rfc6455/5.5/5", Title: "a message and a ping in one write", Requires: []string{"RFC6455-5.5.2-2", "RFC6455-6.2-2"},
			Script: c.Script{
				Steps: []c.Step{send(hello, c.Ping(c.Octets("ping payload")))},
				Outcomes: []c.Outcome{
					{Behavior: verdict.OK, Events: []c.Expect{c.Echo(hello), c.PongFor(c.Ping(c.Octets("ping payload")))}, Ending: harnessCloses},
					{Behavior: verdict.OK, Events: []c.Expect{c.PongFor(c.Ping(c.Octets("ping payload"))), c.Echo(hello)}, Ending: harnessCloses},
				},
			},
			Note: "The pong may come before the echo: the RFC does not order control frames and data frames relative to each other.",
		},
		should(noted("The server closes the TCP connection first and without delay; the client waits for it. A TCP reset is NON-STRICT, because it can make the other endpoint lose the Close frame.", &c.Case{
			ID: "rfc6455/5.5/6", Title: "Close: the TCP connection ends with a FIN", Requires: []string{"RFC6455-7.1.1-1", "RFC6455-7.1.2-2", "RFC6455-5.5.1-9"},
			Script: c.Script{Steps: []c.Step{send(normal)}, Outcomes: []c.Outcome{
				{Behavior: verdict.OK, Ending: answered.WithFIN()}, {Behavior: verdict.NonStrict, Ending: answered},
			}},
		})),
		only(wire.RoleServer, &c.Case{
			ID: "rfc6455/5.5/7", Title: "Close: the server closes the TCP connection first, without delay", Requires: []string{"RFC6455-5.5.1-13", "RFC6455-7.1.1-3", "RFC6455-7.1.1-5"},
			Script: c.Script{Steps: []c.Step{send(normal)}, Outcomes: []c.Outcome{{Behavior: verdict.OK, Ending: answered}}},
		}),
		only(wire.RoleClient, should(&c.Case{
			ID: "rfc6455/5.5/8", Title: "Close: the client waits until the server closes the TCP connection", Requires: []string{"RFC6455-5.5.1-14", "RFC6455-7.1.1-6"},
			Script: c.Script{Steps: []c.Step{send(normal), c.Hold{Name: "held"}}, Outcomes: []c.Outcome{
				{Behavior: verdict.OK, Events: []c.Expect{c.Quiet("held")}, Ending: answered}, {Behavior: verdict.NonStrict, Ending: answered},
			}},
			Note: "The client SHOULD wait. A client that closes the TCP connection first is NON-STRICT.",
		})),
		should(&c.Case{
			ID: "rfc6455/5.5/9", Title: "an invalid frame and Close in one write: both sides send Close", Requires: []string{"RFC6455-5.5.1-16", "RFC6455-5.5.1-6", "RFC6455-7.1.7-7"},
			Script: c.Script{Steps: []c.Step{send(reserved, normal)}, Outcomes: refuses()},
		}),
		{
			ID: "rfc6455/5.5/10", Title: "a message of 1 MiB and Close in one write: the peer sends nothing after its Close", Requires: []string{"RFC6455-5.5.1-6", "RFC6455-6.1-2", "RFC6455-6.1-3"},
			Script: c.Script{
				Steps:    []c.Step{send(c.Binary(c.Repeated("\x55", 1<<20)), normal)},
				Outcomes: []c.Outcome{{Behavior: verdict.OK, Events: []c.Expect{c.MaybeEcho(c.Binary(c.Repeated("\x55", 1<<20)))}, Ending: answered}},
			},
		},
		mustFail("rfc6455/5.5/11", "an invalid frame, a text message, a ping and Close in one write: the peer answers nothing after the invalid frame", []string{"RFC6455-7.1.7-7", "RFC6455-10.7-1", "RFC6455-10.7-3"},
			reserved, hello, c.Ping(c.Octets("ping payload")), normal),
		{
			ID: "rfc6455/5.5/12", Title: "Close after the first fragment of a message that never ends", Requires: []string{"RFC6455-5.5.1-7", "RFC6455-5.4-10"},
			Script: c.Script{Steps: []c.Step{send(c.Text(c.Octets("fragment1")).More(), normal)}, Outcomes: []c.Outcome{{Behavior: verdict.OK, Ending: answered}}},
		},
	}
	cases[2].Script.Outcomes[0].Ending = c.FailedByPeer(wire.StatusProtocolError, wire.StatusMessageTooBig)
	idle := &c.Case{
		ID: "rfc6455/5.5/13", Title: "no traffic for a while, then a ping", Requires: []string{"RFC6455-7.1.7-8", "RFC6455-7.2.1-3", "RFC6455-7.3-2"},
		Script: c.Script{
			Steps:    []c.Step{c.Settle{Name: "idle"}, send(c.Ping(c.Octets("still there?")))},
			Outcomes: echoes(c.Quiet("idle"), c.PongFor(c.Ping(c.Octets("still there?")))),
		},
	}
	cases = append(cases, only(wire.RoleClient, should(idle)), pongForPong())
	cases = append(cases, insideMessage()...)
	cases = append(cases, longReasons()...)
	return append(cases, halfCloses()...)
}

// pongForPong: the first ping lets a pong with its payload be told from the pongs that
// a peer sends of its own accord.
func pongForPong() *c.Case {
	first, second := c.Ping(c.Octets("asked")), c.Ping(c.Octets("asked again"))
	return noted("A response to an unsolicited pong is not expected (RFC 6455 5.5.3). An unsolicited pong is permitted, so a peer that answers with one is NON-STRICT. Two such peers would never stop.", &c.Case{
		ID: "rfc6455/5.5/14", Title: "an unsolicited pong: the peer does not answer it with a pong", Level: verdict.May, Requires: []string{"RFC6455-5.5.3-3", "RFC6455-5.5.2-2"},
		Script: c.Script{
			Steps: []c.Step{
				send(first), c.Await{Events: []c.Expect{c.PongFor(first)}},
				send(c.Pong(c.Octets("asked")), second),
			},
			Outcomes: []c.Outcome{
				{Behavior: verdict.OK, Events: []c.Expect{c.PongFor(first), c.PongFor(second)}, Ending: harnessCloses},
				{Behavior: verdict.NonStrict, Events: []c.Expect{c.PongFor(first), c.PongFor(first), c.PongFor(second)}, Ending: harnessCloses},
			},
		},
	})
}

// insideMessage: a control frame can stand between two frames, and not inside one (RFC
// 6455 5.4). The harness stops reading, so that the peer can write only a part of the echo
// before it has the control frame.
func insideMessage() []*c.Case {
	message, ping := c.Binary(c.Repeated("\x55", 1<<20)), c.Ping(c.Octets("ping payload"))
	return []*c.Case{
		noted("The pong may come before or after the echo, or between two fragments of it, but not inside a frame.", &c.Case{
			ID: "rfc6455/5.5/15", Title: "a message of 1 MiB and a ping in one write, while the harness does not read for a moment", Requires: []string{"RFC6455-5.5.2-2", "RFC6455-5.4-10", "RFC6455-6.1-9"},
			Script: c.Script{
				Steps: []c.Step{c.StopReading{}, send(message, ping), c.Pause{}},
				Outcomes: []c.Outcome{
					{Behavior: verdict.OK, Events: []c.Expect{c.Echo(message), c.PongFor(ping)}, Ending: harnessCloses},
					{Behavior: verdict.OK, Events: []c.Expect{c.PongFor(ping), c.Echo(message)}, Ending: harnessCloses},
				},
			},
		}),
		noted("The peer may send the rest of the message first (RFC 6455 5.5.1). Its Close frame cannot stand inside a frame.", &c.Case{
			ID: "rfc6455/5.5/30", Title: "a message of 1 MiB and Close in one write, while the harness does not read for a moment", Requires: []string{"RFC6455-5.5.1-7", "RFC6455-5.5.1-6", "RFC6455-6.1-9"},
			Script: c.Script{
				Steps:    []c.Step{c.StopReading{}, send(message, c.Close(wire.StatusNormalClosure, "")), c.Pause{}},
				Outcomes: []c.Outcome{{Behavior: verdict.OK, Events: []c.Expect{c.MaybeEcho(message)}, Ending: c.AnsweredByPeer(wire.StatusNormalClosure)}},
			},
		}),
	}
}

// longReasons: reasons of 121 to 123 octets whose code points have several octets. A peer
// that repeats a reason and shortens it must not cut inside a code point.
func longReasons() []*c.Case {
	var cases []*c.Case
	for _, t := range []struct{ id, what, reason string }{
		{"rfc6455/5.5/16", "41 × U+20AC", strings.Repeat("\u20ac", 41)},
		{"rfc6455/5.5/17", "a letter and 40 × U+20AC", "a" + strings.Repeat("\u20ac", 40)},
		{"rfc6455/5.5/18", "two letters and 40 × U+20AC", "ab" + strings.Repeat("\u20ac", 40)},
		{"rfc6455/5.5/19", "61 × U+00E9", strings.Repeat("\u00e9", 61)},
		{"rfc6455/5.5/20", "a letter and 61 × U+00E9", "a" + strings.Repeat("\u00e9", 61)},
		{"rfc6455/5.5/21", "30 × U+1F600", strings.Repeat("\U0001f600", 30)},
		{"rfc6455/5.5/22", "two letters and 30 × U+1F600", "ab" + strings.Repeat("\U0001f600", 30)},
	} {
		cases = append(cases, &c.Case{
			ID: t.id, Title: fmt.Sprintf("Close with a reason of %d octets: %s", len(t.reason), t.what), Requires: []string{"RFC6455-5.5.1-7", "RFC6455-8.1-2", "RFC6455-5.5.1-3"},
			Script: c.Script{Steps: []c.Step{send(c.Close(wire.StatusNormalClosure, t.reason))}, Outcomes: []c.Outcome{{Behavior: verdict.OK, Ending: c.AnsweredByPeer(wire.StatusNormalClosure)}}},
		})
	}
	return append(cases, &c.Case{
		ID: "rfc6455/5.5/23", Title: "Close with a reason that ends inside a code point", Requires: []string{"RFC6455-8.1-2", "RFC6455-7.1.7-5"},
		Script: c.Script{
			Steps:    []c.Step{send(c.Close(wire.StatusNormalClosure, "cut \xe2\x82"))},
			Outcomes: []c.Outcome{{Behavior: verdict.OK, Ending: c.RefusedByPeer(wire.StatusProtocolError, wire.StatusInvalidPayloadData)}},
		},
	})
}

// halfCloses: the harness closes its half of the TCP connection, and can still read.
func halfCloses() []*c.Case {
	hello := c.Text(c.Octets("Hello, world!"))
	normal := c.Close(wire.StatusNormalClosure, "")
	answered := c.AnsweredByPeer(wire.StatusNormalClosure)
	const lost = "What came before the FIN was received, so the peer has to answer the Close (RFC 6455 5.5.1). TCP can still carry the answer. TLS need not (RFC 5246 7.2.1), so that the case is not played over it: see rfc6455/10.6/22."
	const open = "The rest cannot come any more. RFC 6455 7.2.1 speaks of a transport that is lost, and here one half of it is. A peer that keeps the TCP connection open is NON-STRICT."
	ends := func(id, title string, steps ...c.Step) *c.Case {
		return noted(open, &c.Case{
			ID: id, Title: title, Requires: []string{"RFC6455-7.2.1-2", "RFC6455-7.1.7-3"},
			Script: c.Script{Steps: append(steps, c.HalfClose{}, c.Watch{Name: "kept"}), Outcomes: []c.Outcome{
				{Behavior: verdict.OK, Ending: c.FailedByPeer()},
				{Behavior: verdict.NonStrict, Events: []c.Expect{c.Quiet("kept")}, Ending: c.Abandoned()},
			}},
		})
	}
	first, ping := c.Text(c.Octets("fragment1")).More(), c.Ping(c.Octets("ping payload"))
	return []*c.Case{
		noted(lost, &c.Case{
			ID: "rfc6455/5.5/24", Title: "Close, then a FIN", Requires: []string{"RFC6455-5.5.1-7"},
			Script: c.Script{WithoutTLS: true, Steps: []c.Step{send(normal), c.HalfClose{}}, Outcomes: []c.Outcome{{Behavior: verdict.OK, Ending: answered}}},
		}),
		noted(lost+" The peer chooses whether it still echoes the message.", &c.Case{
			ID: "rfc6455/5.5/25", Title: "a text message and Close in one write, then a FIN", Requires: []string{"RFC6455-5.5.1-7", "RFC6455-5.5.1-10"},
			Script: c.Script{WithoutTLS: true, Steps: []c.Step{send(hello, normal), c.HalfClose{}}, Outcomes: []c.Outcome{{Behavior: verdict.OK, Events: []c.Expect{c.MaybeEcho(hello)}, Ending: answered}}},
		}),
		ends("rfc6455/5.5/26", "a FIN after the second octet of a frame", c.SendOctets{Octets: []byte{0x81, 0xfe}, Note: "the first two octets of a text frame"}),
		ends("rfc6455/5.5/27", "a FIN in the middle of a frame", c.SendPart{Frame: hello, To: 5}),
		ends("rfc6455/5.5/28", "a FIN after the first fragment of a message", send(first)),
		noted("TCP can still carry the pong. RFC 6455 does not say whether a peer still answers after a FIN. A peer that does not is NON-STRICT.", &c.Case{
			ID: "rfc6455/5.5/31", Title: "a ping, then a FIN", Requires: []string{"RFC6455-5.5.2-2", "RFC6455-7.1.7-3"},
			Script: c.Script{Steps: []c.Step{send(ping), c.HalfClose{}, c.Watch{Name: "kept"}}, Outcomes: []c.Outcome{
				{Behavior: verdict.OK, Events: []c.Expect{c.PongFor(ping)}, Ending: c.FailedByPeer()},
				{Behavior: verdict.NonStrict, Ending: c.FailedByPeer()},
				{Behavior: verdict.NonStrict, Events: []c.Expect{c.MaybePong(ping), c.Quiet("kept")}, Ending: c.Abandoned()},
				// A slow peer answers after the wait.
				{Behavior: verdict.NonStrict, Events: []c.Expect{c.Quiet("kept"), c.MaybePong(ping)}, Ending: c.Abandoned()},
			}},
		}),
		noted("RFC 6455 does not say what a peer does with a message before a FIN. A peer that does not echo it is NON-STRICT.", &c.Case{
			ID: "rfc6455/5.5/29", Title: "a text message, then a FIN", Requires: []string{"RFC6455-6.2-1", "RFC6455-7.1.7-3"},
			Script: c.Script{Steps: []c.Step{send(hello), c.HalfClose{}, c.Watch{Name: "kept"}}, Outcomes: []c.Outcome{
				{Behavior: verdict.OK, Events: []c.Expect{c.Echo(hello)}, Ending: c.FailedByPeer()},
				{Behavior: verdict.NonStrict, Ending: c.FailedByPeer()},
				{Behavior: verdict.NonStrict, Events: []c.Expect{c.MaybeEcho(hello), c.Quiet("kept")}, Ending: c.Abandoned()},
				{Behavior: verdict.NonStrict, Events: []c.Expect{c.Quiet("kept"), c.MaybeEcho(hello)}, Ending: c.Abandoned()},
			}},
		}),
	}
}

// rfc6455Section7_1_7: how a peer fails the connection.
func rfc6455Section7_1_7() []*c.Case {
	withClose := c.Outcome{Behavior: verdict.OK, Ending: c.FailedByPeer(wire.StatusProtocolError).Exactly()}
	without := c.Outcome{Behavior: verdict.NonStrict, Ending: c.FailedByPeer()}
	return []*c.Case{
		should(noted("A peer that fails an established connection SHOULD send a Close frame with an appropriate status code (RFC 6455 7.1.7). All other cases permit it to close TCP without one. Here that is NON-STRICT, and so is another code.", &c.Case{
			ID: "rfc6455/7.1.7/1", Title: "a frame with a reserved opcode: the peer sends Close 1002 before it closes TCP", Requires: []string{"RFC6455-7.1.7-5", "RFC6455-7.1.7-6", "RFC6455-10.7-3"},
			Script: c.Script{Steps: []c.Step{send(c.Frame{Fin: true, Opcode: 3})}, Outcomes: []c.Outcome{withClose, without}},
		})),
	}
}

// ascending is a payload of n octets with the values 0, 1, 2, …
func ascending(n int) c.Payload {
	b := make([]byte, n)
	for i := range b {
		b[i] = byte(i)
	}
	return c.Payload{Octets: b}
}

// rfc6455Section7_4: status codes, in addition to Autobahn's 7.7 and 7.9.
func rfc6455Section7_4() []*c.Case {
	var cases []*c.Case
	for _, bad := range []struct {
		id       string
		code     wire.StatusCode
		requires string
	}{
		{"rfc6455/7.4/1", 1, "RFC6455-7.4.2-1"}, {"rfc6455/7.4/2", 500, "RFC6455-7.4.2-1"}, {"rfc6455/7.4/3", 1015, "RFC6455-7.4.1-14"}, {"rfc6455/7.4/4", 1017, "RFC6455-7.4.2-2"}, {"rfc6455/7.4/5", 1099, "RFC6455-7.4.2-2"}, {"rfc6455/7.4/6", 1999, "RFC6455-7.4.2-2"}, {"rfc6455/7.4/7", 2500, "RFC6455-7.4.2-2"},
	} {
		cases = append(cases, &c.Case{
			ID: bad.id, Title: fmt.Sprintf("Close with the invalid code %d", bad.code), Requires: []string{bad.requires, "RFC6455-7.1.7-5"},
			Script: c.Script{Steps: []c.Step{send(c.Close(bad.code, ""))}, Outcomes: []c.Outcome{{Behavior: verdict.OK, Ending: c.RefusedByPeer(wire.StatusProtocolError)}}},
		})
	}
	for _, t := range []struct {
		id   string
		code wire.StatusCode
	}{
		{"rfc6455/7.4/8", wire.StatusServiceRestart}, {"rfc6455/7.4/9", wire.StatusTryAgainLater}, {"rfc6455/7.4/10", wire.StatusBadGateway},
	} {
		cases = append(cases, noted("The codes 1012 to 1014 were registered after RFC 6455, in the registry of its section 11.7. An endpoint that rejects them as unknown is NON-STRICT.", &c.Case{
			ID: t.id, Title: fmt.Sprintf("Close with the code %d, registered after RFC 6455", t.code), Requires: []string{"RFC6455-7.4.2-2", "RFC6455-5.5.1-7"},
			Script: c.Script{Steps: []c.Step{send(c.Close(t.code, ""))}, Outcomes: []c.Outcome{
				{Behavior: verdict.OK, Ending: c.AnsweredByPeer(wire.StatusNormalClosure, t.code).Exactly()},
				{Behavior: verdict.NonStrict, Ending: c.RefusedByPeer(wire.StatusProtocolError)},
			}},
		}))
	}
	cases = append(cases, only(wire.RoleServer, should(&c.Case{
		ID: "rfc6455/7.4/11", Title: "Close with the code 1010, which only a client sends first", Requires: []string{"RFC6455-7.4.1-12", "RFC6455-5.5.1-8"},
		Script: c.Script{Steps: []c.Step{send(c.Close(wire.StatusMandatoryExtension, "permessage-deflate"))}, Outcomes: []c.Outcome{
			{Behavior: verdict.OK, Ending: c.AnsweredByPeer(wire.StatusNormalClosure, wire.StatusMandatoryExtension)},
		}},
		Note: "Endpoints typically echo the code that they received (RFC 6455 5.5.1), so a server may answer 1010 with 1010.",
	})))
	return cases
}
