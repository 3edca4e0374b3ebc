// Package fuzz lists the packages that the fuzz targets instrument. Its subfolders have
// the native fuzz targets of ref/wire with their committed corpora, and the commands that
// generate and check the corpora.
//
//   - frames: header, masking, UTF-8, Close body, frame rules, frame stream
//   - handshakes: field grammar, negotiation, request, response
//   - deflate: decompressing, measuring the window, compressing
//   - conversation: two endpoints joined by a pipe
//   - echo: an echo endpoint, compared with conformance/oracle
//
// The engine scans the counters of all instrumented code after every input. fuzz/run.sh
// instruments only the packages in instrumented.txt. go test -fuzz instruments every
// linked package, so the targets are in separate packages by what they import: net/http
// does not slow down the header target.
//
// Every target compares the code with an oracle of its own, which uses only the types of
// the code under test. So a target finds wrong results and not only panics.
package fuzz

//go:generate go run ./seeds
