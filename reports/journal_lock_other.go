//go:build !(darwin || dragonfly || freebsd || linux || netbsd || openbsd)

package reports

import "os"

// lock is true: this system has no lock that ends with the process.
func lock(*os.File) bool { return true }
