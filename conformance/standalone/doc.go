// Package standalone plays one case against a WebSocket endpoint and judges it,
// with the standard library alone. Its files are the text of the Go tests that
// [github.com/wsspec/wsspec/conformance.Case.GoTest] writes: they are compiled and
// tested here, and copied behind the case's data there. It therefore imports
// nothing of wsspec and says again, in few lines, what conformance does.
package standalone
