package h2

import (
	"bytes"
	"testing"

	"github.com/wsspec/wsspec/conformance/script"
)

// The buffer of a frame is used again for the next one: what is kept of a frame is a copy.
func TestWhatIsKeptOfAFrameIsACopy(t *testing.T) {
	c := &Conn{changed: make(chan struct{})}
	buffer := []byte("aaaaaaaa")
	if err := c.handle(frame{kind: script.FramePING, payload: buffer}, nil); err != nil {
		t.Fatal(err)
	}
	goAway := append(make([]byte, 8), "why"...)
	if err := c.handle(frame{kind: script.FrameGOAWAY, payload: goAway}, nil); err != nil {
		t.Fatal(err)
	}
	copy(buffer, "bbbbbbbb")
	copy(goAway[8:], "not")
	if got := c.queue[0](nil); !bytes.HasSuffix(got, []byte("aaaaaaaa")) {
		t.Errorf("the answer to the PING is %q", got)
	}
	if got := string(c.goAway.debug); got != "why" {
		t.Errorf("the GOAWAY says %q", got)
	}
}
