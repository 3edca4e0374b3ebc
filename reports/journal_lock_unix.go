//go:build darwin || dragonfly || freebsd || linux || netbsd || openbsd

package reports

import (
	"errors"
	"os"
	"syscall"
)

// lock reports whether this process may write the file: no other one holds its lock. The
// lock ends with the file, or with the process. A file system without locks allows it.
func lock(file *os.File) bool {
	return !errors.Is(syscall.Flock(int(file.Fd()), syscall.LOCK_EX|syscall.LOCK_NB), syscall.EWOULDBLOCK)
}
