package reports

import (
	"io"
	"testing"
)

// The page of six agents and all numbered cases, which is to take less than a
// second.
func BenchmarkWriteHTML(b *testing.B) {
	r := large(6)
	for b.Loop() {
		if err := WriteHTML(io.Discard, r); err != nil {
			b.Fatal(err)
		}
	}
}
