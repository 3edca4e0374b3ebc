// Package overhttp2 has servers and clients that are wrong on purpose below WebSocket, on a
// connection of HTTP/2 (RFC 8441): the harness's own test of the layer. It is a package apart from faulty,
// so that a program that has those peers need not have HTTP/2.
package overhttp2
