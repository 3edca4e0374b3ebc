//go:build unix && !linux

package command

import "testing"

// small is the folder of a file system that is soon full.
func small(t *testing.T) (dir string) {
	t.Skip("NOT TESTED: only Linux makes a file system that is gone with its process")
	return ""
}
