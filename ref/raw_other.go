//go:build !unix

package ref

// A rawReader exists only where sockets can be read without waiting.
type rawReader struct{}

func newRawReader(*Conn) *rawReader { return nil }

func (*rawReader) read() (int, error) { panic("ref: no rawReader on this system") }
