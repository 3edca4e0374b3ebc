//go:build !unix

package autobahn

import "os/exec"

func apart(*exec.Cmd) {}

// alive cannot be told here: nothing that might still be in use is touched.
func alive(int) bool { return true }
