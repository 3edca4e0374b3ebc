// Package stream is the harness's end of a WebSocket connection after the opening
// handshake.
//
// A [Conn] sends and receives octets with deadlines, splits what comes into frames and
// messages, and checks them. It keeps the transcript and the events. It can also read
// slowly, close half of the connection, and reset TCP. [Deadlines] and [Bounds] limit the
// time and the memory that a connection takes, whatever the peer does.
package stream
