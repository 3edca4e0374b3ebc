package command

import (
	"strings"
	"testing"
	"time"
)

func TestTellOfWait(t *testing.T) {
	for took, want := range map[time.Duration]string{
		0:                        "",
		999 * time.Millisecond:   "",
		61400 * time.Millisecond: "note: the kernel's table of connections was nearly full, and wsspec waited up to 1m1s for room in it (net.netfilter.nf_conntrack_max)\n",
	} {
		var got strings.Builder
		if tellOfWait(&got, took); got.String() != want {
			t.Errorf("%s: %q, want %q", took, got.String(), want)
		}
	}
}
