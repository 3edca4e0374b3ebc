// Package deflate fuzzes the compression of messages (RFC 7692 7.2): inflating
// beside compress/flate and a decoder of its own, measuring the window, and
// compressing.
package deflate
