package catalog

import (
	c "github.com/wsspec/wsspec/conformance/script"
	"github.com/wsspec/wsspec/conformance/verdict"
	"github.com/wsspec/wsspec/ref/wire"
)

// closingAttacks: what comes behind a Close frame, and a harness that does not close.
func closingAttacks() []*c.Case {
	normal := c.Close(wire.StatusNormalClosure, "")
	anyEnd := []c.Outcome{{Behavior: verdict.OK, Ending: c.AnyEnd()}}
	closing := func(id, title string, steps ...c.Step) *c.Case {
		return attacking(id, title, underClose, anyEnd, steps...)
	}
	reserved := c.Text(c.Octets("wrong")).WithRSV(wire.RSV3)
	return []*c.Case{
		closing("robust/close-flood", "1000 Close frames", c.Flood{Frames: []c.Frame{normal}, Times: 1000}),
		closing("robust/close-in-message", "Close frames between the fragments of a message",
			send(c.Text(c.Octets("a")).More(), normal, c.Continuation(c.Octets("b")).More(), normal, c.Continuation(c.Octets("c")))),
		closing("robust/garbage-behind-close", "Close, then 64 KiB of the octet ff", send(normal),
			c.SendOctets{Octets: c.Repeated("\xff", 64<<10).Bytes(), Note: "ff, over and over"}),
		closing("robust/frames-behind-close", "Close, then 1000 text messages and pings", send(normal),
			c.Flood{Frames: []c.Frame{greeting, c.Ping(c.Octets("late"))}, Times: 1000}),
		closing("robust/half-frame-behind-close", "Close, then the beginning of a frame of 2^40 octets", send(normal, c.Binary(c.Octets("beginning")).WithForm(wire.Length64).Declaring(1<<40))),
		attacking("robust/reset-behind-close", "Close, then a reset", underClose, []c.Outcome{{Behavior: verdict.OK, Ending: c.Abandoned()}}, send(normal), c.Pause{}, c.Reset{}),
		attacking("robust/never-closing", "a wrong frame, and no answer to the Close that it brings", []string{"RFC6455-5.2-4", "RFC6455-7.1.7-3"},
			[]c.Outcome{
				{Behavior: verdict.OK, Ending: c.FailedByPeer()},
				{Behavior: verdict.OK, Events: []c.Expect{c.Quiet("held")}, Ending: c.FailedByPeer()},
			}, send(reserved), c.Hold{Name: "held"}),
		attacking("robust/wrong-frames-flood", "1000 frames with RSV3, and no answer to Close", []string{"RFC6455-5.2-4", "RFC6455-7.1.7-7"}, ends(), c.Flood{Frames: []c.Frame{reserved}, Times: 1000}),
	}
}
