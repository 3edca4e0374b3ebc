// Package wire is the WebSocket protocol (RFC 6455, with the per-message
// compression of RFC 7692) as pure values and functions: no network, no
// goroutine, no clock. Octets go in, events and octets come out.
//
// The codec can express every header the format has room for, illegal ones
// included, because a test harness must be able to send them. Strictness is
// apart: [Check] and the checks beside it say which rule a frame breaks, and
// every broken rule is a [Violation] that names the clause.
//
//   - [Request], [Response]: the opening handshake as values, with [CheckRequest]
//     and [CheckResponse] (4.1, 4.2).
//   - [AcceptDeflate], [CheckDeflateAnswer], [Deflater], [Inflater]:
//     permessage-deflate, its negotiation and its octets (RFC 7692).
//   - [AppendHeader], [ParseHeader]: the frame header (5.2).
//   - [Mask]: masking and unmasking, the same operation (5.3).
//   - [Check]: what a frame may look like, given who sent it and when (5.1-5.5).
//   - [UTF8Validator]: text, judged as it arrives (8.1).
//   - [ParseClose], [AppendClose]: the Close frame's body (5.5.1, 7.4).
//   - [Receiver], [Sender], [Connection]: the two halves of an endpoint after
//     the opening handshake, and both together.
//   - [Rules]: every rule these enforce.
package wire
