// Package passive judges WebSocket traffic that it only sees: the octets of both directions
// of one TCP connection, live in a proxy or from a capture.
//
// A [Connection] takes the octets as they were read, with their times, and calls back with
// each frame and each violation: which side broke which clause, at which octet of its
// stream. It judges the opening handshake by package opening and the frames by package
// stream, so by the same statements as the cases. The extension that the handshake agreed
// on decides what RSV1 means, and both directions are inflated.
//
// The package does no I/O and has no goroutine and no clock. What a connection needs of
// memory does not depend on the traffic: messages are judged piece by piece as they come. A
// Connection changes no octets and keeps no slice that it is given.
package passive
