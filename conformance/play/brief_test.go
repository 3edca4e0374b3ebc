package play

import (
	"io"
	"net"
	"testing"
	"time"

	"github.com/wsspec/wsspec/conformance/stream"
	"github.com/wsspec/wsspec/ref/wire"
)

// Where the end of TCP is not judged, a server that leaves it to the harness is not blamed.
func TestABriefEndBlamesNobodyForTCP(t *testing.T) {
	for _, brief := range []bool{true, false} {
		here, there := net.Pipe()
		defer here.Close()
		go func() { _, _ = io.Copy(io.Discard, there) }()
		conn := stream.New(here, wire.RoleClient, stream.NewDeadlines(10*time.Millisecond, 0, 1), stream.NewMaskKeys("end", 1), time.Now(), stream.Bounds{}, nil, nil)
		p := &player{Conn: conn, opts: Options{BriefEnd: brief}, scriptClosedAt: -1, harnessClosedAt: -1}
		p.awaitTCPClose(t.Context())
		if p.leftTCPOpen == brief {
			t.Errorf("brief end %v: left TCP open %v", brief, p.leftTCPOpen)
		}
	}
}
