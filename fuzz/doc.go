// Package fuzz knows what the fuzz targets have instrumented. Below it are the
// native targets of ref/wire with their committed corpora, and what makes and
// checks them.
//
//   - frames: header, masking, UTF-8, Close body, frame rules, frame stream
//   - handshakes: field grammar, negotiation, request, response
//   - deflate: inflating, measuring the window, compressing
//   - conversation: two endpoints joined by a pipe
//   - echo: an echo endpoint, held against conformance/oracle
//
// The engine looks over the counters of all instrumented code after every input.
// fuzz/run.sh instruments what instrumented.txt lists; go test -fuzz instruments
// all that is linked in, and the targets are spread over packages by what they
// import so that net/http does not slow the header target down there.
//
// Every target compares with an oracle that is written for it alone and knows
// nothing of the code under test but its types. None waits for a panic only.
package fuzz

//go:generate go run ./seeds
