package conformance

import "github.com/wsspec/wsspec/ref/wire"

// Rules that only a harness can see broken: they are about what a peer does
// over time, and no single message shows them.
var (
	ruleSilentUntilAnswer = &wire.Rule{
		ID: "RFC6455-4.1-41", RFC: 6455, Section: "4.1",
		Text: "A client sends nothing more until it has the server's answer.",
	}
	ruleFreshMask = &wire.Rule{
		ID: "RFC6455-5.3-2", RFC: 6455, Section: "5.3", Code: wire.StatusProtocolError,
		Text: "A client picks a fresh masking key for every frame.",
	}
	ruleUnpredictableMask = &wire.Rule{
		ID: "RFC6455-5.3-4", RFC: 6455, Section: "5.3", Code: wire.StatusProtocolError,
		Text: "A masking key does not tell the next one.",
	}
)
