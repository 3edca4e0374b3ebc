package command

import (
	"fmt"
	"io"
	"time"
)

// tellOfWait says that a run waited for room in the kernel's table of connections.
func tellOfWait(w io.Writer, longest time.Duration) {
	if longest < time.Second {
		return
	}
	fmt.Fprintf(w, "note: the kernel's table of connections was nearly full, and wsspec waited up to %s for room in it (net.netfilter.nf_conntrack_max)\n", longest.Round(time.Second))
}
