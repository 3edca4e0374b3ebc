// Package conformance judges WebSocket endpoints by RFC 6455 and RFC 7692.
//
// A [Case] is data: a script of [Step]s and the [Outcome]s that the RFC permits,
// from best to worst. [RunServer] plays cases against a server, many at once and
// each on a connection of its own, writes down every octet in a [Transcript],
// and judges what was observed. The package is a plain library: it prints
// nothing, reads no flags and no environment, and knows no report format.
//
// It speaks through the codec of ref/wire, which can express and show every
// illegal frame, and judges by checks of its own: it never uses the reference
// endpoint, so that a mistake there cannot hide itself here.
//
// The cases themselves are in conformance/catalog, the requirements that they
// name in conformance/rfc.
package conformance
