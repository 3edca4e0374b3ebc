package wire

// The rules of the opening handshake and of its extension permessage-deflate.
// A handshake fails without a Close frame, so the first groups have no status
// code.

// The form of both heads.
var (
	RuleHandshakeSize = handshake("RFC6455-10.4-2", "10.4", "An endpoint limits the size of what it reads, the handshake too.")
	RuleRequestForm   = handshake("RFC6455-4.2.1-2", "4.2.1", "A request that is not of HTTP's form is answered with an HTTP error.")
	RuleResponseForm  = handshake("RFC6455-4.1-57", "4.1", "A response that is not as the server's rules have it fails the connection.")
)

// What a server does not accept in a request.
var (
	RuleServerMethod          = handshake("RFC6455-4.2.1-3", "4.2.1", "A server takes no other method than GET.")
	RuleServerVersion         = handshake("RFC6455-4.2.1-4", "4.2.1", "A server takes no HTTP version below 1.1.")
	RuleServerTarget          = handshake("RFC6455-4.2.1-6", "4.2.1", "A server takes a path or an absolute http or https URI as target, without fragment.")
	RuleServerHost            = handshake("RFC6455-4.2.1-7", "4.2.1", "A server wants exactly one Host field with its authority.")
	RuleServerUpgrade         = handshake("RFC6455-4.2.1-8", "4.2.1", "A server wants websocket in the Upgrade field.")
	RuleServerConnection      = handshake("RFC6455-4.2.1-10", "4.2.1", "A server wants the Upgrade token in the Connection field.")
	RuleServerKeyMissing      = handshake("RFC6455-4.2.1-12", "4.2.1", "A server wants a Sec-WebSocket-Key field.")
	RuleServerKeyForm         = handshake("RFC6455-4.2.1-13", "4.2.1", "A server wants a key that decodes from base64 to 16 octets.")
	RuleServerKeyDoubled      = handshake("RFC6455-11.3.1-2", "11.3.1", "A server takes no second Sec-WebSocket-Key field.")
	RuleServerProtocolVersion = handshake("RFC6455-4.2.1-15", "4.2.1", "A server takes no other Sec-WebSocket-Version than 13.")
	RuleServerVersionMissing  = handshake("RFC6455-4.2.1-14", "4.2.1", "A server wants a Sec-WebSocket-Version field.")
	RuleServerVersionForm     = handshake("RFC6455-4.3-2", "4.3", "A version is a decimal number from 0 to 255 without leading zeros.")
	RuleServerVersionDoubled  = handshake("RFC6455-11.3.5-3", "11.3.5", "A server takes no second Sec-WebSocket-Version field.")
	RuleServerSubprotocols    = handshake("RFC6455-4.3-3", "4.3", "A server takes only a list of tokens as Sec-WebSocket-Protocol.")
	RuleServerExtensions      = handshake("RFC6455-9.1-1", "9.1", "A server fails the connection on a malformed Sec-WebSocket-Extensions.")
	RuleServerFieldGrammar    = handshake("RFC6455-4.2.1-22", "4.2.1", "A server takes no field value of the handshake that leaves its grammar.")
)

// What a client puts into its request.
var (
	RuleClientMethod             = handshake("RFC6455-4.1-21", "4.1", "A client's method is GET.")
	RuleClientVersion            = handshake("RFC6455-4.1-22", "4.1", "A client speaks HTTP/1.1 or above.")
	RuleClientTarget             = handshake("RFC6455-4.1-23", "4.1", "A client's target is the resource name or an absolute http or https URI.")
	RuleClientHost               = handshake("RFC6455-4.1-24", "4.1", "A client sends one Host field with host and, unless it is the default, port.")
	RuleClientUpgrade            = handshake("RFC6455-4.1-25", "4.1", "A client lists websocket in the Upgrade field.")
	RuleClientConnection         = handshake("RFC6455-4.1-26", "4.1", "A client lists the Upgrade token in the Connection field.")
	RuleClientKeyMissing         = handshake("RFC6455-4.1-27", "4.1", "A client sends a Sec-WebSocket-Key field.")
	RuleClientKeyForm            = handshake("RFC6455-4.1-28", "4.1", "A client's key is the base64 form of 16 octets.")
	RuleClientKeyPadding         = handshake("RFC6455-4.1-E3150", "4.1", "The unused bits of a client's base64 key are zero.")
	RuleClientKeyDoubled         = handshake("RFC6455-11.3.1-1", "11.3.1", "A client sends one Sec-WebSocket-Key field.")
	RuleClientVersionMissing     = handshake("RFC6455-4.1-33", "4.1", "A client sends a Sec-WebSocket-Version field.")
	RuleClientProtocolVersion    = handshake("RFC6455-4.1-34", "4.1", "A client's Sec-WebSocket-Version is 13.")
	RuleClientVersionDoubled     = handshake("RFC6455-11.3.5-2", "11.3.5", "A client sends one Sec-WebSocket-Version field.")
	RuleClientSubprotocols       = handshake("RFC6455-4.1-36", "4.1", "The subprotocols that a client asks for are tokens.")
	RuleClientSubprotocolDoubled = handshake("RFC6455-4.1-37", "4.1", "A client asks for each subprotocol once.")
	RuleClientExtensions         = handshake("RFC6455-9-4", "9", "A client writes its extensions and parameters as their rules have them.")
	RuleClientRequestForm        = handshake("RFC6455-4.1-20", "4.1", "A client's request is well-formed HTTP.")
)

// What makes a client fail a server's response.
var (
	RuleResponseStatus              = handshake("RFC6455-4.1-43", "4.1", "A status other than 101 opens no WebSocket.")
	RuleResponseUpgradeMissing      = handshake("RFC6455-4.1-46", "4.1", "A response without Upgrade fails the connection.")
	RuleResponseUpgrade             = handshake("RFC6455-4.1-47", "4.1", "An Upgrade value other than websocket fails the connection.")
	RuleResponseConnectionMissing   = handshake("RFC6455-4.1-49", "4.1", "A response without Connection fails the connection.")
	RuleResponseConnection          = handshake("RFC6455-4.1-50", "4.1", "A Connection value without the Upgrade token fails the connection.")
	RuleResponseAcceptMissing       = handshake("RFC6455-4.1-52", "4.1", "A response without Sec-WebSocket-Accept fails the connection.")
	RuleResponseAccept              = handshake("RFC6455-4.1-53", "4.1", "A Sec-WebSocket-Accept that is not made from the key fails the connection.")
	RuleResponseAcceptDoubled       = handshake("RFC6455-11.3.3-2", "11.3.3", "A second Sec-WebSocket-Accept makes a bad response.")
	RuleResponseExtensions          = handshake("RFC6455-9.1-2", "9.1", "A client fails the connection on a malformed Sec-WebSocket-Extensions.")
	RuleResponseExtensionUnasked    = handshake("RFC6455-4.1-55", "4.1", "An extension that was not offered fails the connection.")
	RuleResponseSubprotocolForm     = handshake("RFC6455-4.3-4", "4.3", "The subprotocol answered is one token.")
	RuleResponseSubprotocolUnasked  = handshake("RFC6455-4.1-56", "4.1", "A subprotocol that was not asked for fails the connection.")
	RuleResponseSubprotocolRepeated = handshake("RFC6455-11.3.4-3", "11.3.4", "A second Sec-WebSocket-Protocol makes a bad response.")
)

// handshakeRules are the rules of the opening handshake without extensions.
var handshakeRules = []*Rule{
	RuleHandshakeSize, RuleRequestForm, RuleResponseForm,
	RuleServerMethod, RuleServerVersion, RuleServerTarget, RuleServerHost, RuleServerUpgrade, RuleServerConnection,
	RuleServerKeyMissing, RuleServerKeyForm, RuleServerKeyDoubled,
	RuleServerVersionMissing, RuleServerProtocolVersion, RuleServerVersionForm, RuleServerVersionDoubled,
	RuleServerSubprotocols, RuleServerExtensions, RuleServerFieldGrammar,
	RuleClientRequestForm, RuleClientMethod, RuleClientVersion, RuleClientTarget, RuleClientHost, RuleClientUpgrade,
	RuleClientConnection, RuleClientKeyMissing, RuleClientKeyForm, RuleClientKeyPadding, RuleClientKeyDoubled,
	RuleClientVersionMissing, RuleClientProtocolVersion, RuleClientVersionDoubled,
	RuleClientSubprotocols, RuleClientSubprotocolDoubled, RuleClientExtensions,
	RuleResponseStatus, RuleResponseUpgradeMissing, RuleResponseUpgrade,
	RuleResponseConnectionMissing, RuleResponseConnection,
	RuleResponseAcceptMissing, RuleResponseAccept, RuleResponseAcceptDoubled,
	RuleResponseExtensions, RuleResponseExtensionUnasked,
	RuleResponseSubprotocolForm, RuleResponseSubprotocolUnasked, RuleResponseSubprotocolRepeated,
}

// HandshakeRules returns every rule of the opening handshake that this package
// enforces, in the order of the clauses' subjects. The slice is the caller's.
func HandshakeRules() []*Rule {
	return append([]*Rule(nil), handshakeRules...)
}

// handshake makes a rule of RFC 6455 that is broken before there are frames.
func handshake(id, section, text string) *Rule {
	return &Rule{ID: id, RFC: 6455, Section: section, Text: text}
}
