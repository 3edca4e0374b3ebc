// Package wsspectest runs the cases of wsspec as subtests of go test, against any
// WebSocket server or client that is written in Go:
//
//	func TestConformance(t *testing.T) {
//		wsspectest.Server(t, echoHandler, wsspectest.Baseline("testdata/known.json"))
//	}
//
// Each case is a subtest, such as TestConformance/server/3.2, so that -run selects cases:
//
//	go test -run '^TestConformance$/^server$/^3\.2$'
//
// The cases run many at a time. When all of them have ended, each subtest says how its
// case went:
//
//   - A case that fails fails its subtest. The message explains the failure, names the
//     clause of the RFC, and has the transcript and the command that plays the case again.
//   - A case that the baseline knows to fail is skipped, with the reason. One that does not
//     fail any more passes, and says so: [StrictBaseline] makes it fail.
//   - A warning and a flaky result pass with a message: [Strict] makes them fail.
//   - A case that does not apply to the peer, or was not run, is skipped, with the reason.
//     Where cases were not run, the test fails.
//
// With go test -short, the cases of the sections 9, 12 and 13 are left out, which send
// large or many messages, and no case is played in other shapes. The test says so.
//
// docs/wsspectest.md shows the package in use.
package wsspectest
