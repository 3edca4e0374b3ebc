package opening

import (
	"bytes"
	"fmt"
	"time"

	"github.com/wsspec/wsspec/conformance/script"
	"github.com/wsspec/wsspec/conformance/stream"
	"github.com/wsspec/wsspec/ref/wire"
)

// Answers sends a ping and waits for its pong. It returns how long that took, and false if
// the pong did not come in time. What else the server sends is passed over.
func (c *IdleConn) Answers(atMost time.Duration) (took time.Duration, ok bool) {
	c.asked++
	payload := fmt.Appendf(nil, "still there? %08d", c.asked)
	ping, _ := script.Ping(script.Payload{Octets: payload}).Append(nil, wire.RoleClient, stream.NewMaskKeys("canary", c.asked).Next)
	began := time.Now()
	_ = c.conn.SetDeadline(began.Add(atMost))
	if _, err := c.conn.Write(ping); err != nil {
		return time.Since(began), false
	}
	var got []byte
	buf := make([]byte, 4<<10)
	for !bytes.Contains(got, payload) {
		n, err := c.conn.Read(buf)
		if err != nil {
			return time.Since(began), false
		}
		got = append(got, buf[:n]...)
		if !bytes.Contains(got, payload) { // it may be cut, and no more than its end is needed
			got = got[max(0, len(got)-len(payload)):]
		}
	}
	return time.Since(began), true
}
