package catalog

import (
	"strings"

	c "github.com/wsspec/wsspec/conformance/script"
	"github.com/wsspec/wsspec/conformance/verdict"
	"github.com/wsspec/wsspec/ref/wire"
)

// slowPeers: an octet at a time.
func slowPeers() []*c.Case {
	message, long := c.Text(c.Repeated("drip ", 40)), c.Binary(c.Repeated("d", 300))
	header := func() (steps []c.Step) {
		for _, o := range []byte{0x82, 0xfe, 0x00, 0xc8, 0x00, 0x00, 0x00, 0x00} {
			steps = append(steps, c.SendOctets{Octets: []byte{o}, Note: "an octet of a header"}, c.Pause{})
		}
		return steps
	}
	waiting := attacking("robust/drip-header", "a header octet by octet with pauses, and none of its payload", limits, endsOrWaits("waiting"), append(header(), c.Watch{Name: "waiting"})...)
	request := request("robust/drip-request", "an opening request octet by octet", []string{"RFC6455-4.2.1-1"}, mustAccept)
	request.Script.Opening.Chop = c.ChopOctets
	response := response("robust/drip-response", "a response octet by octet", []string{"RFC6455-4.1-42"}, mustOpen)
	response.Script.Opening.Chop = c.ChopOctets
	return []*c.Case{
		request, response,
		attacking("robust/drip-frame", "a text message octet by octet", []string{"RFC6455-6.2-1"}, survives(c.Echo(message)), sendChopped(c.ChopOctets, message)),
		attacking("robust/drip-control", "a fragment, a ping and the last fragment octet by octet", alive,
			survives(c.PongFor(lastPing), c.Echo(c.Binary(c.Repeated("d", 600)))),
			sendChopped(c.ChopOctets, long.More(), lastPing, c.Continuation(long.Payload))),
		only(wire.RoleServer, waiting),
	}
}

// halfConnections: one end of the connection is gone, or says nothing.
func halfConnections() []*c.Case {
	large := c.Binary(c.Repeated("u", 1<<20))
	again := func(id, title string, steps ...c.Step) *c.Case {
		return only(wire.RoleServer, attacking(id, title, gone, mustOpen, append(steps, c.Connect{}, send(greeting))...))
	}
	silent := func(id, title, preface string, steps ...c.Step) *c.Case {
		k := again(id, title, steps...)
		k.Script.Opening = &c.Opening{Silent: true, Preface: preface}
		return k
	}
	kept := func(id, title string, n int, each ...c.Step) *c.Case {
		var steps []c.Step
		for range n {
			steps = append(append(steps, each...), c.Connect{Keep: true})
		}
		return only(wire.RoleServer, attacking(id, title, limits, mustOpen, append(steps, send(greeting))...))
	}
	storm := func(n int) (steps []c.Step) {
		for range n {
			steps = append(steps, send(greeting), c.Reset{}, c.Connect{})
		}
		return steps[:len(steps)-1]
	}
	left := func(id, title string, steps ...c.Step) *c.Case {
		return only(wire.RoleClient, attacking(id, title, gone, []c.Outcome{{Behavior: verdict.OK, Ending: c.Abandoned()}}, append(steps, c.Pause{}, c.Reset{})...))
	}
	part := c.SendPart{Frame: c.Text(c.Octets("Hello, world!")), To: 5}
	declared := send(c.Binary(c.Octets("beginning")).WithForm(wire.Length64).Declaring(1 << 30))
	return []*c.Case{
		attacking("robust/half-close-idle", "a FIN before any frame", []string{"RFC6455-7.1.7-3", "RFC6455-7.2.1-2"}, endsOrWaits("kept"), c.HalfClose{}, c.Watch{Name: "kept"}),
		attacking("robust/half-close-in-length", "a FIN inside the length of a frame", []string{"RFC6455-7.1.7-3", "RFC6455-7.2.1-2"}, endsOrWaits("kept"),
			c.SendOctets{Octets: []byte{0x82, 0xfe, 0x01}, Note: "three octets of a header"}, c.HalfClose{}, c.Watch{Name: "kept"}),
		attacking("robust/half-close-in-message", "a FIN between a fragment and the next one, behind a ping", []string{"RFC6455-7.1.7-3", "RFC6455-7.2.1-2"},
			append(endsOrWaits("kept"), c.Outcome{Behavior: verdict.Informational, Events: []c.Expect{c.Quiet("kept"), c.MaybePong(lastPing)}, Ending: c.Abandoned()},
				c.Outcome{Behavior: verdict.Informational, Events: []c.Expect{c.MaybePong(lastPing), c.Quiet("kept")}, Ending: c.Abandoned()},
				c.Outcome{Behavior: verdict.Informational, Events: []c.Expect{c.MaybePong(lastPing)}, Ending: c.FailedByPeer()}),
			send(c.Text(c.Octets("a")).More(), lastPing), c.HalfClose{}, c.Watch{Name: "kept"}),
		again("robust/reset-in-frame", "a reset in the middle of a frame, then a message on another connection", part, c.Reset{}),
		again("robust/reset-idle", "a reset before any frame, then a message on another connection", c.Reset{}),
		again("robust/reset-unread", "a reset while the echo of 1 MiB is not read, then a message on another connection", c.StopReading{}, send(large), c.Pause{}, c.Reset{}),
		again("robust/reset-in-inflated", "a reset between compressed fragments, then a message on another connection", send(c.Text(c.Octets("a")).More()), c.Reset{}),
		again("robust/reset-storm", "ten connections that are reset behind a message each, then a message on another one", storm(10)...),
		silent("robust/silent-connection", "a connection on which nothing comes, then a message on another one", "", c.Pause{}),
		silent("robust/half-request", "half of an opening request, then a message on another connection", "GET / HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nSec-WebSocket-K", c.Pause{}),
		silent("robust/reset-in-request", "half of an opening request and a reset, then a message on another connection", "GET / HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nSec-WebSocket-K", c.Reset{}),
		silent("robust/garbage-request", "64 KiB without a line end in place of a request, then a message on another connection", strings.Repeat("wsspec", 64<<10/6), c.Pause{}),
		silent("robust/tls-request", "the beginning of a TLS handshake in place of a request, then a message on another connection", "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", c.Pause{}),
		kept("robust/idle-connections", "14 connections that stay open and idle, then a message on another one", 14),
		kept("robust/half-frame-connections", "14 connections that stay open with half a frame each, then a message on another one", 14, part),
		kept("robust/declared-connections", "14 connections that declare 1 GiB each and stay open, then a message on another one", 14, declared),
		left("robust/client-reset-idle", "a reset behind the opening handshake"),
		left("robust/client-reset-in-frame", "a reset in the middle of a frame", part),
		left("robust/client-reset-unread", "a reset while the echo of 1 MiB is not read", c.StopReading{}, send(large)),
	}
}

// longHeads: requests and responses that are very long.
func longHeads() []*c.Case {
	request := func(id, title string, edits ...c.Edit) *c.Case {
		return request(id, title, limits, []c.Outcome{
			{Behavior: verdict.OK, Events: []c.Expect{c.Refused()}, Ending: c.NotOpened()},
			{Behavior: verdict.OK, Ending: c.NotOpened()},
			openedBut(verdict.Informational), answeredPlainly(verdict.Informational),
		}, edits...)
	}
	response := func(id, title string, edits ...c.Edit) *c.Case {
		return response(id, title, limits, []c.Outcome{mustOpen[0], {Behavior: verdict.OK, Ending: c.FailedByPeer()}}, edits...)
	}
	fields := strings.Repeat("1\r\nX-Wsspec: ", 9_999) + "1"
	interim := response("robust/interim-flood", "1000 responses of status 103 before the 101")
	interim.Script.Opening.Preface = strings.Repeat("HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n", 1000)
	return []*c.Case{
		request("robust/long-field", "a field of 1 MiB in an opening request", c.Append("X-Wsspec", strings.Repeat("x", 1<<20))),
		request("robust/long-target", "a request target of 256 KiB", c.RequestTarget("{target}?"+strings.Repeat("x", 256<<10))),
		request("robust/many-fields", "10000 fields in an opening request", c.Append("X-Wsspec", fields)),
		request("robust/many-extensions", "10000 offers of extensions in an opening request", c.Append(extensions, strings.TrimSuffix(strings.Repeat("x-wsspec; a=b, ", 10_000), ", "))),
		request("robust/many-parameters", "an extension with 10000 parameters in an opening request", c.Append(extensions, "x-wsspec"+strings.Repeat("; a=\"b\"", 10_000))),
		request("robust/many-commas", "100000 commas in the Connection field of an opening request", c.Append("Connection", strings.Repeat(",", 100_000)+"Upgrade")),
		request("robust/many-backslashes", "a quoted parameter of 50000 quoted pairs in an opening request", c.Append(extensions, `x-wsspec; a="`+strings.Repeat(`\c`, 50_000))),
		response("robust/response-long-field", "a field of 1 MiB in a response", c.Append("X-Wsspec", strings.Repeat("x", 1<<20))),
		response("robust/response-many-fields", "10000 fields in a response", c.Append("X-Wsspec", fields)),
		response("robust/response-many-commas", "100000 commas in the Connection field of a response", c.Append("Connection", strings.Repeat(",", 100_000)+"Upgrade")),
		interim,
	}
}
