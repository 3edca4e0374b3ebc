package passive_test

import (
	"bytes"
	"fmt"
	"testing"

	"github.com/wsspec/wsspec/conformance/passive"
	"github.com/wsspec/wsspec/ref/wire"
)

// How fast frames of both sides are judged.
func BenchmarkJudge(b *testing.B) {
	for _, size := range []int{128, 20000} {
		for _, kind := range []wire.Opcode{wire.OpText, wire.OpBinary} {
			for _, sender := range []wire.Role{client, server} {
				h := wire.Header{Fin: true, Opcode: kind, Length: uint64(size), Masked: sender == client, MaskKey: [4]byte{1, 2, 3, 4}}
				frame := wire.AppendHeader(nil, h)
				payload := bytes.Repeat([]byte("Hello, World! "), size/14+1)[:size]
				if h.Masked {
					wire.Mask(h.MaskKey, 0, payload)
				}
				frame = append(frame, payload...)
				b.Run(fmt.Sprintf("%s %s %d", sender, kind, size), func(b *testing.B) {
					c := passive.New(passive.Options{})
					c.FromClient([]byte(request), 1)
					c.FromServer([]byte(accept), 2)
					b.SetBytes(int64(len(frame)))
					for b.Loop() {
						if sender == client {
							c.FromClient(frame, 3)
						} else {
							c.FromServer(frame, 3)
						}
					}
				})
			}
		}
	}
}
