package opening

import (
	"net"
	"time"

	"github.com/wsspec/wsspec/conformance/script"
	"github.com/wsspec/wsspec/conformance/stream"
)

// leastMoment is the least time between two segments. A peer that is busy may need longer
// to read the first one by itself.
const leastMoment = 40 * time.Millisecond

// writeAs writes the octets of a request or response, whose head ends at that index, in
// the segments that the case asks for. A moment passes between two cuts.
func writeAs(conn net.Conn, how *script.Opening, octets []byte, head int, d stream.Deadlines) error {
	if len(how.LineCuts) > 0 {
		for i, segment := range script.Segments(octets, head, how.LineCuts) {
			if i > 0 {
				time.Sleep(max(d.Settle, leastMoment))
			}
			if _, err := conn.Write(segment); err != nil {
				return err
			}
		}
		return nil
	}
	if len(how.Cuts) > 0 {
		pieces := how.Cuts.Pieces(octets)
		for i, piece := range pieces {
			if i > 0 {
				time.Sleep(d.CutSpacing(len(pieces)))
			}
			if _, err := conn.Write(piece); err != nil {
				return err
			}
		}
		return nil
	}
	for size := how.Chop.Size(len(octets)); len(octets) > 0; octets = octets[min(size, len(octets)):] {
		if _, err := conn.Write(octets[:min(size, len(octets))]); err != nil {
			return err
		}
	}
	return nil
}
