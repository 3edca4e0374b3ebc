// Package h2 is the harness's end of an HTTP/2 connection (RFC 9113), with the frames as a
// case wants them. A [Stream] of it carries the octets of one WebSocket connection (RFC 8441).
package h2
