package page

import (
	"io"
	"testing"

	"github.com/wsspec/wsspec/reports/internal/fixture"
)

// The page of six agents and all numbered cases should take less than a second.
func BenchmarkWrite(b *testing.B) {
	r := fixture.Large(6)
	for b.Loop() {
		if err := Write(io.Discard, r); err != nil {
			b.Fatal(err)
		}
	}
}
