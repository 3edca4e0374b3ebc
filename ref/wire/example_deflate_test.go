package wire_test

import (
	"fmt"
	"log"
	"strings"

	"github.com/wsspec/wsspec/ref/wire"
)

// With context takeover a message may refer to what went before.
func ExampleNewDeflater() {
	deflater, err := wire.NewDeflater(wire.DeflaterOptions{Level: 9})
	if err != nil {
		log.Fatal(err)
	}
	message := []byte("All the world's a stage, and all the men and women merely players")
	first := deflater.AppendMessage(nil, message)
	second := deflater.AppendMessage(nil, message)
	fmt.Println(len(first) < len(message), len(second) < len(first))

	_, err = wire.NewDeflater(wire.DeflaterOptions{WindowBits: 7})
	fmt.Println(err)
	// Output:
	// true true
	// window of 7 bits, want 8 to 15 or zero for 15 (RFC 7692 7.1.2)
}

// No more is inflated than is wanted: a message of a few octets may be a bomb.
func ExampleNewInflater() {
	inflater, err := wire.NewInflater(wire.InflaterOptions{})
	if err != nil {
		log.Fatal(err)
	}
	message, err := inflater.AppendMessage(nil, []byte("\xf2\x48\xcd\xc9\xc9\x07\x00"), 100) // RFC 7692 7.2.3.1
	fmt.Printf("%s %v\n", message, err)
	message, err = inflater.AppendMessage(nil, []byte("\xf2\x00\x11\x00\x00"), 100) // 7.2.3.2: the same, by its context
	fmt.Printf("%s %v\n", message, err)
	_, err = inflater.AppendMessage(nil, []byte("\xf2\x48\xcd\xc9\xc9\x07\x00"), 4)
	fmt.Println(err)
	// Output:
	// Hello <nil>
	// Hello <nil>
	// compressed message is longer than its limit when inflated (RFC 6455 10.4)
}

// A server picks the first offer that it can accept.
func ExampleAcceptDeflate() {
	offers, err := wire.ParseExtensions("permessage-deflate; server_max_window_bits=7, permessage-deflate; client_max_window_bits")
	if err != nil {
		log.Fatal(err)
	}
	params, answer, ok := wire.AcceptDeflate(offers, wire.DeflatePolicy{ClientMaxWindowBits: 12, ServerNoContextTakeover: true})
	fmt.Println(ok, params.ClientMaxWindowBits, params.ServerNoContextTakeover)
	fmt.Println(answer)
	// Output:
	// true 12 true
	// permessage-deflate; server_no_context_takeover; client_max_window_bits=12
}

// A client holds the answer against what it offered.
func ExampleCheckDeflateAnswer() {
	offers := []wire.Extension{wire.DeflateOffer{}.Extension()}
	for _, value := range []string{"permessage-deflate; server_no_context_takeover", "permessage-deflate; client_max_window_bits=10"} {
		answer, err := wire.ParseExtensions(value)
		if err != nil {
			log.Fatal(err)
		}
		params, agreed, broken := wire.CheckDeflateAnswer(offers, answer)
		fmt.Println(agreed, params.ServerNoContextTakeover, broken)
	}
	// Output:
	// true true <nil>
	// false false client_max_window_bits in the answer was not offered (RFC 7692 7.1.2.2)
}

func ExampleParseDeflateOffer() {
	extensions, err := wire.ParseExtensions("permessage-deflate; client_max_window_bits, permessage-deflate; level=9")
	if err != nil {
		log.Fatal(err)
	}
	for _, e := range extensions {
		offer, broken := wire.ParseDeflateOffer(e)
		fmt.Println(offer.ClientMaxWindowBits == wire.AnyWindowBits, broken)
	}
	// Output:
	// true <nil>
	// false parameter "level" is not defined (RFC 7692 7)
}

// How far back does a message refer? Inflating does not tell.
func ExampleMeasureWindow() {
	deflater, err := wire.NewDeflater(wire.DeflaterOptions{Level: 9})
	if err != nil {
		log.Fatal(err)
	}
	message := []byte(strings.Repeat("16 octets, again", 10))
	first, broken := wire.MeasureWindow(deflater.AppendMessage(nil, message), 0)
	fmt.Println(first.Octets, "octets, refers back", first.MaxDistance, "and to", first.Reach, "before the message", broken)
	second, broken := wire.MeasureWindow(deflater.AppendMessage(nil, message), first.Octets)
	fmt.Println(second.Octets, "octets, refers to earlier messages:", second.Reach > 0, broken)
	// Output:
	// 160 octets, refers back 16 and to 0 before the message <nil>
	// 160 octets, refers to earlier messages: true <nil>
}

func ExampleCheckWindow() {
	use := wire.WindowUse{Octets: 1000, MaxDistance: 600}
	fmt.Println(wire.CheckWindow(use, wire.DeflateParams{ClientMaxWindowBits: 10}, wire.RoleClient) == nil)
	fmt.Println(wire.CheckWindow(use, wire.DeflateParams{ClientMaxWindowBits: 9}, wire.RoleClient))
	// Output:
	// true
	// reference to 600 octets back, the window agreed has 512 (RFC 7692 7.2.1)
}

func ExampleDeflateRules() {
	fmt.Println(wire.DeflateRules()[0].Text)
	// Output:
	// An offer with an undefined parameter is declined.
}
