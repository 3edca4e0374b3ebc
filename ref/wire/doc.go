// Package wire is the WebSocket protocol (RFC 6455, with the per-message
// compression of RFC 7692) as pure values and functions, without network,
// goroutines and clock. Octets go in, events and octets come out.
//
// The codec can express every header that the format has room for, also illegal
// ones, because a test harness must be able to send them. Strictness is separate:
// [Check] and similar functions say which rule a frame breaks. Every broken rule
// is a [Violation] with the clause.
//
//   - [Request], [Response]: the opening handshake as values, with [CheckRequest]
//     and [CheckResponse] (4.1, 4.2).
//   - [AcceptDeflate], [CheckDeflateAnswer], [Deflater], [Inflater]:
//     permessage-deflate, its negotiation and its data (RFC 7692).
//   - [AppendHeader], [ParseHeader]: the frame header (5.2).
//   - [Mask]: masking and unmasking, which are the same operation (5.3).
//   - [Check]: the rules for a frame header, given its sender and state (5.1-5.5).
//   - [UTF8Validator]: checks text while it arrives (8.1).
//   - [ParseClose], [AppendClose]: the body of a Close frame (5.5.1, 7.4).
//   - [Receiver], [Sender], [Connection]: the receiving and the sending half of an
//     endpoint after the opening handshake, and both together.
//   - [Rules]: all rules that these check.
package wire
