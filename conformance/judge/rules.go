package judge

import "github.com/wsspec/wsspec/ref/wire"

// Rules that only a harness can see broken: they are about what a peer does
// over time, and no single message shows them.
var (
	RuleSilentUntilAnswer = &wire.Rule{
		ID: "RFC6455-4.1-41", RFC: 6455, Section: "4.1",
		Text: "A client sends nothing more until it has the server's answer.",
	}
	RuleNothingBehindRefusal = &wire.Rule{
		ID: "RFC6455-4.2.1-2", RFC: 6455, Section: "4.2.1",
		Text: "A server that refuses the opening handshake sends an HTTP error and no frame.",
	}
	RuleFreshKey = &wire.Rule{
		ID: "RFC6455-4.1-29", RFC: 6455, Section: "4.1",
		Text: "A client draws a new random key for each connection.",
	}
	RuleRegisteredExtension = &wire.Rule{
		ID: "RFC6455-9.1-5", RFC: 6455, Section: "9.1",
		Text: "An extension is called by a name that is registered.",
	}
	RuleDefinedParameter = &wire.Rule{
		ID: "RFC6455-9.1-6", RFC: 6455, Section: "9.1",
		Text: "An extension has no other parameters than those defined for it.",
	}
	RuleFreshMask = &wire.Rule{
		ID: "RFC6455-5.3-2", RFC: 6455, Section: "5.3", Code: wire.StatusProtocolError,
		Text: "A client picks a fresh masking key for every frame.",
	}
	RulePadding = &wire.Rule{
		ID: "RFC7692-7.2.1-5", RFC: 7692, Section: "7.2.1", Code: wire.StatusInvalidPayloadData,
		Text: "Behind a block with BFINAL the octet is filled up with zero bits.",
	}
	RuleUnpredictableMask = &wire.Rule{
		ID: "RFC6455-5.3-4", RFC: 6455, Section: "5.3", Code: wire.StatusProtocolError,
		Text: "A masking key does not tell the next one.",
	}
)
