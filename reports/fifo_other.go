//go:build !unix

package reports

import "os"

// openForWriting opens what is no file.
func openForWriting(path string) (*os.File, error) { return os.OpenFile(path, os.O_WRONLY, 0) }
