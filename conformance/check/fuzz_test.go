package check

import (
	"bytes"
	"os"
	"testing"

	"github.com/wsspec/wsspec/conformance/capture"
)

// A damaged capture of a WebSocket connection does no harm, and what is said of it is
// bounded by what is in it.
func FuzzPackets(f *testing.F) {
	file, err := os.Open("testdata/exchange.pcapng.gz")
	if err != nil {
		f.Fatal(err)
	}
	defer file.Close()
	plain, err := capture.Plain(file)
	if err != nil {
		f.Fatal(err)
	}
	var whole bytes.Buffer
	if _, err := whole.ReadFrom(plain); err != nil {
		f.Fatal(err)
	}
	head, packets := blocks(whole.Bytes())
	f.Add(append(bytes.Clone(head), bytes.Join(packets[:22], nil)...)) // with compression
	f.Fuzz(func(t *testing.T, octets []byte) {
		f, err := Packets("", bytes.NewReader(octets), Options{Events: true})
		if err != nil && f == nil {
			return
		}
		n := 0
		for _, c := range f.Connections {
			n += len(c.Violations) + len(c.Events) + len(c.NotJudged)
		}
		if n > 3*len(octets)+100 {
			t.Errorf("%d octets make %d lines", len(octets), n)
		}
	})
}
