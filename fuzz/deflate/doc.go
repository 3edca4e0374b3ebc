// Package deflate fuzzes the compression of messages (RFC 7692 7.2): compressing,
// measuring the window, and decompressing, which it compares with compress/flate and a
// naive decoder.
package deflate
