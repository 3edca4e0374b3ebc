// Package observed has what the harness sees on one connection.
//
// A [Transcript] has every octet that was sent or received. An [Event] is something that
// the peer did, such as a message or a Close. A [Conversation] has both, and it is all
// that the judge looks at. The package does no I/O.
package observed
