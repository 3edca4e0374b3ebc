// Package faulty has servers that are wrong on purpose below WebSocket, on a connection of
// HTTP/3 (RFC 9220): the harness's own test of the layer. They share no code with the harness's
// end of it.
package faulty
