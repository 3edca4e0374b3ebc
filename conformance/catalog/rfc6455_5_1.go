package catalog

import (
	c "github.com/wsspec/wsspec/conformance/script"
	"github.com/wsspec/wsspec/ref/wire"
)

// rfc6455Section5_1: which frames are masked (RFC 6455 5.1).
func rfc6455Section5_1() []*c.Case {
	hello := c.Text(c.Octets("Hello, world!"))
	first, last := c.Text(c.Octets("fragment1")).More(), c.Continuation(c.Octets("fragment2"))
	ping, closing := c.Ping(c.Octets("ping payload")), c.Close(wire.StatusNormalClosure, "")
	zero := [4]byte{}
	unmasked := []string{"RFC6455-5.1-3", "RFC6455-7.1.7-3"}
	masked := []string{"RFC6455-5.1-6", "RFC6455-7.1.7-1"}
	return []*c.Case{
		only(wire.RoleServer, mustFail("rfc6455/5.1/1", "an unmasked text frame", unmasked, hello.WithMask(c.MaskNever))),
		only(wire.RoleServer, mustFail("rfc6455/5.1/2", "an unmasked ping", unmasked, ping.WithMask(c.MaskNever))),
		only(wire.RoleServer, mustFail("rfc6455/5.1/3", "an unmasked Close frame", unmasked, closing.WithMask(c.MaskNever))),
		only(wire.RoleServer, mustFail("rfc6455/5.1/4", "a masked first fragment, then an unmasked last fragment", unmasked, first, last.WithMask(c.MaskNever))),
		only(wire.RoleServer, mustFail("rfc6455/5.1/5", "an empty unmasked text frame", unmasked, c.Text(c.Payload{}).WithMask(c.MaskNever))),
		only(wire.RoleClient, mustFail("rfc6455/5.1/6", "a masked text frame", masked, hello.WithMask(c.MaskAlways))),
		only(wire.RoleClient, mustFail("rfc6455/5.1/7", "a masked text frame with the key 00000000", masked, hello.WithMask(c.MaskAlways).WithKey(zero))),
		only(wire.RoleClient, mustFail("rfc6455/5.1/8", "a masked ping", masked, ping.WithMask(c.MaskAlways))),
		only(wire.RoleClient, mustFail("rfc6455/5.1/9", "a masked Close frame", masked, closing.WithMask(c.MaskAlways))),
		only(wire.RoleClient, mustFail("rfc6455/5.1/10", "an unmasked first fragment, then a masked last fragment", masked, first, last.WithMask(c.MaskAlways))),
		only(wire.RoleClient, mustFail("rfc6455/5.1/11", "an empty masked text frame", masked, c.Text(c.Payload{}).WithMask(c.MaskAlways))),
	}
}

// rfc6455Section5_3: masking keys.
func rfc6455Section5_3() []*c.Case {
	octets := c.Octets("0123456789abcdef\x00\xff\x80\x7f")
	keyed := func(id, title string, key [4]byte) *c.Case {
		message := c.Binary(octets)
		return only(wire.RoleServer, mustEcho(id, title, []string{"RFC6455-5.3-6", "RFC6455-5.3-5", "RFC6455-6.2-8"}, message, message.WithKey(key)))
	}
	chopped := func(id, title string, chop c.Chop) *c.Case {
		message := c.Binary(c.Repeated("\x00\x01\x02\x03\x04\x05\x06", 37))
		k := only(wire.RoleServer, mustEcho(id, title, []string{"RFC6455-5.3-5", "RFC6455-6.2-8"}, message, message))
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
		ID: "rfc6455/5.3/7", Title: "32 equal messages: each echo needs a new masking key",
		Requires: []string{"RFC6455-5.3-2", "RFC6455-5.3-4", "RFC6455-10.3-1"},
		Script:   c.Script{Steps: []c.Step{send(messages...)}, Outcomes: echoes(echo...)},
		Note:     "The harness checks the masking keys of every connection with 16 frames or more. Equal keys, keys a constant distance apart, and keys with octets that never change are FAILED. A pass does not prove that the keys are unpredictable.",
	})
	again := only(wire.RoleClient, &c.Case{
		ID: "rfc6455/5.3/8", Title: "four equal messages on two connections: the masking keys of the second connection are new",
		Requires: []string{"RFC6455-5.3-4", "RFC6455-5.3-2", "RFC6455-10.3-1"},
		Script:   c.Script{PlaysBefore: 1, Steps: []c.Step{send(messages[:4]...)}, Outcomes: echoes(echo[:4]...)},
	})
	return []*c.Case{
		keyed("rfc6455/5.3/1", "a message masked with the key 00000000", [4]byte{}),
		keyed("rfc6455/5.3/2", "a message masked with the key ffffffff", [4]byte{0xff, 0xff, 0xff, 0xff}),
		keyed("rfc6455/5.3/3", "a message masked with the key 00000001", [4]byte{0, 0, 0, 1}),
		keyed("rfc6455/5.3/4", "a message masked with a key equal to its first four octets", [4]byte{'0', '1', '2', '3'}),
		chopped("rfc6455/5.3/5", "a masked message in writes of 3 octets, not aligned with its key", 3),
		chopped("rfc6455/5.3/6", "a masked message in writes of 5 octets, not aligned with its key", 5),
		fresh,
		noted("The harness compares the keys with those of the client's earlier connections. A client that wsspec starts plays the case twice.", again),
	}
}
