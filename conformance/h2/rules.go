package h2

import "github.com/wsspec/wsspec/ref/wire"

// The rules that the harness checks on every connection of HTTP/2. Where the rule is one of
// RFC 9113, its id is that of the requirement of RFC 8441 that rests on it.
var (
	ruleSettingValue = &wire.Rule{ID: "RFC8441-3-1", RFC: 8441, Section: "3", Text: "SETTINGS_ENABLE_CONNECT_PROTOCOL is 0 or 1."}
	ruleSettingOrder = &wire.Rule{ID: "RFC8441-3-5", RFC: 8441, Section: "3", Text: "SETTINGS_ENABLE_CONNECT_PROTOCOL is never 0 after 1."}
	rulePreface      = &wire.Rule{ID: "RFC8441-3-1", RFC: 9113, Section: "3.4", Text: "The first frame of a peer is SETTINGS, behind the preface of a client."}
	ruleFrame        = tunnel("4", "The frames of a connection have the form of HTTP/2.")
	rulePush         = tunnel("6.5.2", "A server does not push to a client that has disabled it.")
	ruleWindow       = tunnel("6.9", "No peer sends more than the windows of the stream and of the connection allow.")
	ruleTunnel       = tunnel("8.5", "Behind the response to CONNECT a stream has DATA frames, and those that end or manage it.")
	ruleStream       = &wire.Rule{ID: "RFC8441-5-7", RFC: 9113, Section: "5.1", Text: "Nothing follows END_STREAM."}
	ruleFields       = &wire.Rule{ID: "RFC8441-5-5", RFC: 9113, Section: "8.2", Text: "A request or response is a well-formed list of fields, with names in lower case."}

	ruleUnpermitted = &wire.Rule{ID: "RFC8441-3-3", RFC: 8441, Section: "3", Text: "A client sends no :protocol before it has received SETTINGS_ENABLE_CONNECT_PROTOCOL with 1."}
	ruleProtocol    = &wire.Rule{ID: "RFC8441-5-1", RFC: 8441, Section: "5", Text: "The request has :protocol with the value websocket."}
	ruleTarget      = &wire.Rule{ID: "RFC8441-4-2", RFC: 8441, Section: "4", Text: "A request with :protocol has :scheme and :path as well."}
	ruleScheme      = &wire.Rule{ID: "RFC8441-5-2", RFC: 8441, Section: "5", Text: "The :scheme is https for a wss URL, and http for a ws URL."}
	ruleConnection  = &wire.Rule{ID: "RFC8441-5-3", RFC: 8441, Section: "5", Text: "The request has no Connection and no Upgrade."}
	ruleAuthority   = &wire.Rule{ID: "RFC8441-5-5", RFC: 8441, Section: "5", Text: "The :authority has the host of the URL, as Host has it over HTTP/1.1."}
)

func tunnel(section, text string) *wire.Rule {
	return &wire.Rule{ID: "RFC8441-5-6", RFC: 9113, Section: section, Text: text}
}
