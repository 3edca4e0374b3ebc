// Package opening does the opening handshake (RFC 6455 4) over HTTP/1.1, in either role,
// and checks the peer's part of it.
//
// [Target.Connect] and [Open] connect to a server under test. [Accept] takes the
// connection of a client under test. Both end with a [stream.Conn], or with what was
// wrong in the handshake.
package opening
