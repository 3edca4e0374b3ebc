package opening

import (
	"net"
	"slices"
	"strings"
	"testing"

	"github.com/wsspec/wsspec/conformance/script"
	"github.com/wsspec/wsspec/conformance/stream"
)

// Each cut, and each piece of a Chop, is a write of its own.
func TestWritesOfAnOpening(t *testing.T) {
	const head = "GET / HTTP/1.1\r\nHost: h\r\n\r\n"
	for _, tt := range []struct {
		name string
		how  script.Opening
		want []string
	}{
		{"at once", script.Opening{}, []string{head + "body"}},
		{"in pieces of 15 octets", script.Opening{Chop: 15}, []string{"GET / HTTP/1.1\r", "\nHost: h\r\n\r\nbod", "y"}},
		{"cut", script.Opening{LineCuts: []script.LineCut{script.CutAfter(1), {Line: -1}}}, []string{"GET / HTTP/1.1\r\n", "Host: h\r\n", "\r\nbody"}},
		{"cut, and not in pieces", script.Opening{Chop: 5, LineCuts: []script.LineCut{script.CutAfter(1)}}, []string{"GET / HTTP/1.1\r\n", "Host: h\r\n\r\nbody"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			ours, theirs := net.Pipe() // a read returns what one write had
			go func() {
				if err := writeAs(ours, &tt.how, []byte(head+"body"), len(head), stream.Deadlines{}); err != nil {
					t.Error(err)
				}
				ours.Close()
			}()
			var got []string
			buf := make([]byte, 1<<10)
			for {
				n, err := theirs.Read(buf)
				if err != nil {
					break
				}
				got = append(got, string(buf[:n]))
			}
			if !slices.Equal(got, tt.want) {
				t.Errorf("%q\nwant\n%q", got, strings.Join(tt.want, "|"))
			}
		})
	}
}
