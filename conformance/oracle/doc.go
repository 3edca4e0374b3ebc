// Package oracle is the executable specification of an echo endpoint: it says how RFC
// 6455 and RFC 7692 allow the endpoint to react to the octets that it received.
//
// [Of] is a pure function of the endpoint's role, the negotiated extension and the
// octets after the opening handshake. If the RFCs allow several reactions, the result
// has all of them: for example, an endpoint may fail the connection as soon as a text
// message cannot become valid, or at the end of the message; it may answer several
// Pings with one Pong; it may fail the connection with or without a Close frame.
// [Permitted.Permits] reports whether an observed reaction is allowed.
//
// The package follows the text of the RFCs. It uses only the header codec and the
// types of ref/wire, and states every rule itself, so that it can find mistakes in
// ref/wire and in the harness.
package oracle
