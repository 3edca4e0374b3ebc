package catalog

import (
	"fmt"
	"strings"

	c "github.com/wsspec/wsspec/conformance/script"
	"github.com/wsspec/wsspec/conformance/verdict"
	"github.com/wsspec/wsspec/internal/payloads"
	"github.com/wsspec/wsspec/ref/wire"
)

// redirects: credentials that follow a redirect.
func redirects() []*c.Case {
	k := only(wire.RoleClient, &c.Case{
		ID: "security/redirect-credentials", Title: "a URL with a user and a password, and a redirect to another port", Requires: []string{"RFC6455-4.1-45"},
		Script: c.Script{User: "wsspec:secret", Redirected: true, Unconnected: verdict.OK, Steps: []c.Step{send(greeting)}, Outcomes: mustOpen},
		Note:   "RFC 6455 3 has no user in a URL, so a client may reject it. A client need not follow a redirect (RFC 6455 4.1). One that does, and sends its Authorization or Cookie to the other origin as well, is NON-STRICT (RFC 9110 15.4). The case needs a client that wsspec starts.",
	})
	return []*c.Case{k}
}

// manyKeys: masking keys over many frames.
func manyKeys() []*c.Case {
	return []*c.Case{only(wire.RoleClient, &c.Case{
		ID: "security/masking-keys", Title: "10000 messages of 16 octets, whose echoes need 10000 masking keys",
		Requires: []string{"RFC6455-5.3-2", "RFC6455-5.3-4", "RFC6455-10.3-1"},
		Script: c.Script{
			Steps:    []c.Step{c.Exchange{Stream: payloads.Prose, Size: 16, Quick: 10_000, Full: 10_000}},
			Outcomes: echoes(c.Exchanged()),
		},
		Note: "Keys that come again more often than chance has it, and bits that are set too often or too seldom, are FAILED. A good generator fails once in more than 10^9 runs. A pass does not prove that the keys are unpredictable.",
	})}
}

// strayMemory: what an endpoint sends back has only octets that it was sent.
func strayMemory() []*c.Case {
	secret := c.Repeated("SECRET-", 2_000)
	exact := []string{"RFC6455-5.5.3-1", "RFC6455-6.2-1"}
	echo := []string{"RFC6455-6.2-1", "RFC6455-10.7-1"}
	var pings []c.Frame
	var pongs []c.Expect
	for n := 125; n >= 0; n -= 5 {
		ping := c.Ping(c.Octets(strings.Repeat("p", n)))
		pings, pongs = append(pings, ping), append(pongs, c.PongFor(ping))
	}
	// Each ping has its pong before the next one, so that none may be left out.
	var shrinking []c.Step
	for i := range pings {
		shrinking = append(shrinking, send(pings[i]), c.Await{Events: pongs[:i+1]})
	}
	var texts []c.Frame
	var echoed []c.Expect
	texts, echoed = append(texts, c.Text(secret)), append(echoed, c.Echo(c.Text(secret)))
	for n := 4096; n >= 0; n = n/2 - 1 {
		m := c.Text(c.Octets(strings.Repeat("m", n)))
		texts, echoed = append(texts, m), append(echoed, c.Echo(m))
	}
	packed := append([]string{string(secret.Bytes())}, "short", "", "x")
	compressed := attacking("security/memory-compressed", "a long compressed message, then short ones", echo, nil, send(deflated(true, packed...)...))
	compressed.Script.Offers = []wire.DeflateOffer{{ClientMaxWindowBits: wire.AnyWindowBits}}
	compressed.Script.Needs = c.Agreement{Takeover: true, WindowBits: 15}
	var unpacked []c.Expect
	for _, s := range packed {
		unpacked = append(unpacked, c.Echo(c.Text(c.Octets(s))))
	}
	compressed.Script.Outcomes = echoes(unpacked...)
	fragments := append(fragmentsOf(c.Text(secret), 1_000), c.Text(c.Octets("a")).More(), c.Continuation(c.Payload{}).More(), c.Continuation(c.Octets("b")))
	// A peer that sends what never came would have to invent it.
	cut := func(id, title string, requires []string, f c.Frame) *c.Case {
		return attacking(id, title, requires, endsOrWaits("kept"), send(f), c.Pause{}, c.HalfClose{}, c.Watch{Name: "kept"})
	}
	other := only(wire.RoleServer, attacking("security/memory-connections", "a long message on one connection, then short ones on another", exact,
		echoes(c.PongFor(c.Ping(c.Octets("p"))), c.Echo(c.Text(c.Octets("m"))), c.Echo(c.Text(c.Payload{}))),
		send(c.Text(secret)), c.Await{Events: []c.Expect{c.Echo(c.Text(secret))}}, c.Connect{},
		send(c.Ping(c.Octets("p")), c.Text(c.Octets("m")), c.Text(c.Payload{}))))
	return []*c.Case{
		attacking("security/memory-pongs", "pings of 125, 120, … and 0 octets", exact, echoes(pongs...), shrinking...),
		attacking("security/memory-echoes", fmt.Sprintf("a message of %d octets, then shorter ones", secret.Len()), echo, echoes(echoed...), send(texts...)),
		compressed,
		attacking("security/memory-fragments", "a long message in fragments, then a short one", echo, echoes(c.Echo(c.Text(secret)), c.Echo(c.Text(c.Octets("ab")))), send(fragments...)),
		attacking("security/memory-close", "a long message, then Close without a body", []string{"RFC6455-5.5.1-2", "RFC6455-5.5.1-7"},
			[]c.Outcome{{Behavior: verdict.OK, Events: []c.Expect{c.Echo(c.Text(secret))}, Ending: c.AnsweredByPeer(wire.StatusNormalClosure)}},
			send(c.Text(secret)), c.Await{Events: []c.Expect{c.Echo(c.Text(secret))}}, send(c.CloseBody(c.Payload{}))),
		cut("security/memory-ping-cut", "a ping that declares 125 octets and sends 3, then a FIN", []string{"RFC6455-10.7-5", "RFC6455-7.1.7-3"}, c.Ping(c.Octets("abc")).Declaring(125)),
		cut("security/memory-text-cut", "a text message that declares 60000 octets and sends 3, then a FIN", []string{"RFC6455-10.7-5", "RFC6455-7.1.7-3"}, c.Text(c.Octets("abc")).WithForm(wire.Length16).Declaring(60_000)),
		cut("security/memory-close-cut", "a Close frame that declares 125 octets and sends 2, then a FIN", []string{"RFC6455-10.7-5", "RFC6455-7.1.7-3"}, c.CloseBody(c.Octets("\x03\xe8")).Declaring(125)),
		other,
	}
}
