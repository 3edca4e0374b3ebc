package catalog

import (
	c "github.com/wsspec/wsspec/conformance/script"
	"github.com/wsspec/wsspec/conformance/verdict"
	"github.com/wsspec/wsspec/ref/wire"
)

// How often a flood sends a small and a long control frame, and a message.
const (
	manySmall    = 10_000
	manyLong     = 4_000
	manyMessages = 2_000
)

// controlFloods: control frames without end.
func controlFloods() []*c.Case {
	full := c.Repeated("p", 125)
	flood := func(id, title string, n int, frames ...c.Frame) *c.Case {
		return attacking(id, title, alive, survives(c.PongFor(lastPing)), c.Flood{Frames: frames, Times: n}, send(lastPing))
	}
	part, rest := c.Text(c.Octets("a")).More(), c.Continuation(c.Octets("z"))
	inside := attacking("robust/ping-flood-in-message", "10000 pings between two fragments", []string{"RFC6455-5.4-10", "RFC6455-10.4-1"},
		survives(c.Echo(c.Text(c.Octets("az")))), send(part), c.Flood{Frames: []c.Frame{c.Ping(c.Payload{})}, Times: manySmall}, send(rest))
	return []*c.Case{
		flood("robust/ping-flood", "10000 empty pings, then one more", manySmall, c.Ping(c.Payload{})),
		flood("robust/ping-flood-long", "4000 pings of 125 octets, then one more", manyLong, c.Ping(full)),
		flood("robust/pong-flood", "10000 empty pongs that answer nothing, then a ping", manySmall, c.Pong(c.Payload{})),
		flood("robust/pong-flood-long", "4000 pongs of 125 octets that answer nothing, then a ping", manyLong, c.Pong(full)),
		flood("robust/ping-pong-flood", "5000 pings and pongs in turn, then a ping", manySmall/2, c.Ping(c.Octets("ping")), c.Pong(c.Octets("pong"))),
		inside,
	}
}

// dataFloods: messages and fragments without end.
func dataFloods() []*c.Case {
	empty, one := c.Text(c.Payload{}), c.Binary(c.Octets("x"))
	first, none := c.Text(c.Octets("a")).More(), c.Continuation(c.Payload{}).More()
	octet, last := c.Continuation(c.Octets("x")).More(), c.Continuation(c.Octets("z"))
	fragments := []string{"RFC6455-5.4-11", "RFC6455-10.4-2"}
	messages := []string{"RFC6455-6.2-1", "RFC6455-10.4-2"}
	return []*c.Case{
		attacking("robust/empty-fragment-flood", "a message with 10000 empty fragments in its middle", fragments,
			survives(c.Echo(c.Text(c.Octets("az")))), send(first), c.Flood{Frames: []c.Frame{none}, Times: manySmall}, send(last)),
		attacking("robust/tiny-fragment-flood", "a message of 10001 fragments of one octet", fragments,
			survives(c.Echo(c.Binary(c.Repeated("x", manySmall+1)))), send(one.More()),
			c.Flood{Frames: []c.Frame{octet}, Times: manySmall - 1}, send(c.Continuation(c.Octets("x")))),
		attacking("robust/endless-fragments", "20000 fragments of one octet, and no last one", limits,
			endsOrWaits("waiting"), send(one.More()), c.Flood{Frames: []c.Frame{octet}, Times: 2 * manySmall}, c.Watch{Name: "waiting"}),
		attacking("robust/endless-empty-fragments", "20000 empty fragments, and no last one", limits,
			endsOrWaits("waiting"), send(c.Text(c.Payload{}).More()), c.Flood{Frames: []c.Frame{none}, Times: 2 * manySmall}, c.Watch{Name: "waiting"}),
		attacking("robust/fragment-ping-flood", "4000 fragments of one octet, each with a ping behind it", fragments,
			survives(c.Echo(c.Binary(c.Repeated("x", manyLong+2)))), send(one.More()),
			c.Flood{Frames: []c.Frame{octet, c.Ping(c.Octets("between"))}, Times: manyLong}, send(c.Continuation(c.Octets("x")))),
		attacking("robust/empty-message-flood", "2000 empty text messages", messages,
			survives(times(manyMessages, c.Echo(empty))...), c.Flood{Frames: []c.Frame{empty}, Times: manyMessages}),
		attacking("robust/tiny-message-flood", "2000 binary messages of one octet", messages,
			survives(times(manyMessages, c.Echo(one))...), c.Flood{Frames: []c.Frame{one}, Times: manyMessages}),
		attacking("robust/garbage-flood", "256 KiB of the octet ff where frames have to be", []string{"RFC6455-5.2-4", "RFC6455-10.7-1"}, ends(),
			c.SendOctets{Octets: c.Repeated("\xff", 256<<10).Bytes(), Note: "ff, over and over"}),
	}
}

// unreadFloods: the harness reads nothing while it sends.
func unreadFloods() []*c.Case {
	full := c.Ping(c.Repeated("p", 125))
	block, large := c.Binary(c.Repeated("m", 4<<10)), c.Binary(c.Repeated("l", 1<<20))
	return []*c.Case{
		attacking("robust/unread-pongs", "4000 pings of 125 octets while nothing is read, then a ping", alive,
			survives(c.PongFor(lastPing)), c.StopReading{}, c.Flood{Frames: []c.Frame{full}, Times: manyLong}, c.Pause{}, send(lastPing)),
		attacking("robust/unread-echoes", "500 messages of 4 KiB while nothing is read", limits,
			survives(times(500, c.Echo(block))...), c.StopReading{}, c.Flood{Frames: []c.Frame{block}, Times: 500}, c.Pause{}),
		attacking("robust/unread-large-echoes", "8 messages of 1 MiB while nothing is read", limits,
			survives(times(8, c.Echo(large))...), c.StopReading{}, c.Flood{Frames: []c.Frame{large}, Times: 8}, c.Pause{}),
		attacking("robust/unread-close", "a message of 1 MiB and Close while nothing is read", underClose,
			[]c.Outcome{{Behavior: verdict.OK, Events: []c.Expect{c.MaybeEcho(large)}, Ending: c.AnyEnd()}},
			c.StopReading{}, send(large, c.Close(wire.StatusNormalClosure, "")), c.Pause{}),
		attacking("robust/slow-reader", "a message of 64 KiB whose echo is read 4 KiB at a time", []string{"RFC6455-6.2-1", "RFC6455-10.4-2"},
			survives(c.Echo(c.Binary(c.Repeated("s", 64<<10)))), c.ReadSlowly{Octets: 4 << 10}, send(c.Binary(c.Repeated("s", 64<<10))), c.Pause{}, c.Pause{}),
	}
}
