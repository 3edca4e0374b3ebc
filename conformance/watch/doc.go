// Package watch is a proxy that judges the WebSocket traffic which it passes on.
//
// It passes octets on unchanged and at once, in both directions, and judges them behind
// that by package passive. The end of TCP passes too: a FIN as a FIN, a reset as a reset.
// Judging never holds octets up: what cannot be judged in time is not judged, and that is
// said. On request it makes faults: it delays, splits, drops frames, or cuts the
// connection, so that users see what their own programs do then.
package watch
