package main

import (
	"bytes"
	"flag"
	"slices"
	"testing"

	"github.com/wsspec/wsspec/ref/wire"
)

// micro measures single functions of package wire: the best of many short runs,
// because whatever disturbs them only makes them slower.
func micro() map[string]float64 {
	testing.Init()
	_ = flag.Set("test.benchtime", "5ms") // which testing.Init has defined
	best := func(octets int, f func(b *testing.B)) float64 {
		var values []float64
		for range 60 {
			r := testing.Benchmark(f)
			ns := float64(r.T.Nanoseconds()) / float64(r.N)
			if octets > 0 {
				ns = float64(octets) / ns // GB/s
			}
			values = append(values, ns)
		}
		if octets > 0 {
			return slices.Max(values)
		}
		return slices.Min(values)
	}
	out := map[string]float64{}
	// Empty fragments inside a message are headers and nothing else: no event.
	fragment := wire.AppendHeader(nil, wire.Header{Opcode: wire.OpContinuation, Masked: true})
	fragments := bytes.Repeat(fragment, 64)
	out["header-ns"] = best(0, func(b *testing.B) {
		r := wire.NewReceiver(wire.Config{Role: wire.RoleServer})
		r.Receive(wire.AppendHeader(nil, wire.Header{Opcode: wire.OpBinary, Masked: true}))
		for b.Loop() {
			r.Receive(fragments)
		}
	}) / 64
	buffer := make([]byte, 4096)
	out["mask-GB/s"] = best(len(buffer), func(b *testing.B) {
		for b.Loop() {
			wire.Mask([4]byte{1, 2, 3, 4}, 0, buffer)
		}
	})
	for name, text := range map[string]string{"ascii": "The quick brown fox ", "json": `{"id":123,"ok":true},`, "two-byte": "äöüßéè", "cjk": "世界你好", "emoji": "😀😁🎉"} {
		p := bytes.Repeat([]byte(text), 4096/len(text))
		out["utf8-"+name+"-GB/s"] = best(len(p), func(b *testing.B) {
			for b.Loop() {
				var v wire.UTF8Validator
				v.Validate(p)
			}
		})
	}
	text := sampleJSON(64 << 10)
	payload, _ := deflated(text)
	inflater, _ := wire.NewInflater(wire.InflaterOptions{NoContextTakeover: true})
	message := make([]byte, 0, len(text))
	out["inflate-MB/s"] = 1000 * best(len(text), func(b *testing.B) {
		for b.Loop() {
			if _, err := inflater.AppendMessage(message, payload, int64(len(text))); err != nil {
				b.Fatal(err)
			}
		}
	})
	return out
}
