// Package http3 is the harness's end of a connection of HTTP/3 (RFC 9114), with the frames as a
// case wants them. A [Stream] of it carries the octets of one WebSocket connection (RFC 9220).
// It is a module of its own, so that nobody gets QUIC with the harness. The program wsspec in
// the folder of that name has it:
//
//	target.HTTP3 = http3.Connect
package http3
