// Package oracle is the executable specification of an echo endpoint: what RFC
// 6455 and RFC 7692 permit it to do about the octets that it was sent.
//
// [Of] is a pure function of who the endpoint is, what was negotiated and the
// octets after the opening handshake. Where the RFCs leave room, the answer has
// several members: a text message that can no longer become valid may fail the
// connection at once or when it ends, pongs may be coalesced, a connection may be
// failed with a Close frame or without. [Permitted.Permits] holds an observation
// against the answer; judges and fuzzers ask it.
//
// The package is written from the text of the RFCs. Of ref/wire it uses the
// header codec and its values; every rule is stated here anew, so that it can
// contradict ref/wire and the harness's own checks.
package oracle
