// Package fuzz has no code of its own: below it are the native fuzz targets of
// ref/wire with their committed corpora, and what makes and checks them.
//
//   - frames: header, masking, UTF-8, Close body, frame rules, frame stream
//   - handshakes: field grammar, negotiation, request, response
//   - deflate: inflating, measuring the window, compressing
//   - conversation: two endpoints joined by a pipe
//   - echo: an echo endpoint, held against conformance/oracle
//
// The targets are spread over packages by what they import, because a fuzzing
// worker looks over the counters of all code in its binary after every input:
// beside net/http, the header target would run at a fraction of its speed.
//
// Every target compares with an oracle that is written for it alone and knows
// nothing of the code under test but its types. None waits for a panic only.
package fuzz

//go:generate go run ./seeds
