// Package standalone plays one case against a WebSocket endpoint. Its files are the
// text of the Go tests that package gotest writes: they are compiled and tested here,
// and copied behind the case's data there.
//
// It opens connections, sends, and reads frames with the standard library alone. What
// it sees it notes as events of package observed, and package judge gives the verdict,
// as in wsspec itself. It may import only packages whose source gotest carries too.
//
// Lines between //+name and //-name are copied only for cases that need them.
package standalone
