package catalog

import (
	c "github.com/wsspec/wsspec/conformance"
	"github.com/wsspec/wsspec/ref/wire"
)

// rfc6455Section5_1: who masks and who does not (RFC 6455 5.1), and how (5.3).
func rfc6455Section5_1() []*c.Case {
	hello := c.Text(c.Octets("Hello, world!"))
	first, last := c.Text(c.Octets("fragment1")).More(), c.Continuation(c.Octets("fragment2"))
	ping, closing := c.Ping(c.Octets("ping payload")), c.Close(wire.StatusNormalClosure, "")
	zero := [4]byte{}
	unmasked := []string{"RFC6455-5.1-3", "RFC6455-7.1.7-3"}
	masked := []string{"RFC6455-5.1-6", "RFC6455-7.1.7-1"}
	return numbered("rfc6455/5.1",
		only(wire.RoleServer, mustFail("a text frame that is not masked", unmasked, hello.WithMask(c.MaskNever))),
		only(wire.RoleServer, mustFail("a ping that is not masked", unmasked, ping.WithMask(c.MaskNever))),
		only(wire.RoleServer, mustFail("a Close frame that is not masked", unmasked, closing.WithMask(c.MaskNever))),
		only(wire.RoleServer, mustFail("a masked first fragment, the last one not masked", unmasked, first, last.WithMask(c.MaskNever))),
		only(wire.RoleServer, mustFail("an empty text frame that is not masked", unmasked, c.Text(c.Payload{}).WithMask(c.MaskNever))),
		only(wire.RoleClient, mustFail("a masked text frame", masked, hello.WithMask(c.MaskAlways))),
		only(wire.RoleClient, mustFail("a text frame with the mask bit and the key 00000000", masked, hello.WithMask(c.MaskAlways).WithKey(zero))),
		only(wire.RoleClient, mustFail("a masked ping", masked, ping.WithMask(c.MaskAlways))),
		only(wire.RoleClient, mustFail("a masked Close frame", masked, closing.WithMask(c.MaskAlways))),
		only(wire.RoleClient, mustFail("a first fragment, the last one masked", masked, first, last.WithMask(c.MaskAlways))),
		only(wire.RoleClient, mustFail("an empty masked text frame", masked, c.Text(c.Payload{}).WithMask(c.MaskAlways))),
	)
}

// rfc6455Section5_3: masking keys.
func rfc6455Section5_3() []*c.Case {
	octets := c.Octets("0123456789abcdef\x00\xff\x80\x7f")
	keyed := func(title string, key [4]byte) *c.Case {
		message := c.Binary(octets)
		return only(wire.RoleServer, mustEcho(title, []string{"RFC6455-5.3-6", "RFC6455-5.3-5", "RFC6455-6.2-8"}, message, message.WithKey(key)))
	}
	chopped := func(title string, chop c.Chop) *c.Case {
		message := c.Binary(c.Repeated("\x00\x01\x02\x03\x04\x05\x06", 37))
		k := only(wire.RoleServer, mustEcho(title, []string{"RFC6455-5.3-5", "RFC6455-6.2-8"}, message, message))
		k.Script.Steps = []c.Step{sendChopped(chop, message)}
		return k
	}
	same := c.Text(c.Octets("the same each time"))
	var messages []c.Frame
	var echo []c.Expect
	for range 32 {
		messages = append(messages, same)
		echo = append(echo, c.Echo(same))
	}
	fresh := only(wire.RoleClient, &c.Case{
		Title:    "32 equal messages, whose echoes need 32 masking keys",
		Requires: []string{"RFC6455-5.3-2", "RFC6455-5.3-4", "RFC6455-10.3-1"},
		Script:   c.Script{Steps: []c.Step{send(messages...)}, Outcomes: echoes(echo...)},
		Note:     "The harness looks at the keys of every connection with 16 frames or more: all the same, a constant distance apart, or with octets that never change is a failure. Good-looking keys prove nothing.",
	})
	return numbered("rfc6455/5.3",
		keyed("a message masked with the key 00000000", [4]byte{}),
		keyed("a message masked with the key ffffffff", [4]byte{0xff, 0xff, 0xff, 0xff}),
		keyed("a message masked with the key 00000001", [4]byte{0, 0, 0, 1}),
		keyed("a message masked with a key equal to its first octets", [4]byte{'0', '1', '2', '3'}),
		chopped("a masked message in writes of 3 octets, out of step with its key", 3),
		chopped("a masked message in writes of 5 octets, out of step with its key", 5),
		fresh,
	)
}
