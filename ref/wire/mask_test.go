package wire

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"testing"
)

// plainMask is 5.3's sentence, octet by octet.
func plainMask(key [4]byte, pos int, b []byte) int {
	for i := range b {
		b[i] ^= key[(pos+i)%4]
	}
	return (pos + len(b)) % 4
}

func TestMaskIsTheExampleOfTheRFC(t *testing.T) {
	b := octets(t, "7f9f4d5158") // 5.7: a masked "Hello"
	Mask([4]byte{0x37, 0xfa, 0x21, 0x3d}, 0, b)
	if string(b) != "Hello" {
		t.Errorf("unmasked to %q", b)
	}
}

func TestMaskAgreesWithPlainLoop(t *testing.T) {
	random := rand.New(rand.NewPCG(6455, 53))
	for length := range 300 {
		for pos := range 4 {
			key := [4]byte{byte(random.Uint32()), byte(random.Uint32()), byte(random.Uint32()), byte(random.Uint32())}
			b := make([]byte, length+8)
			for i := range b {
				b[i] = byte(random.Uint32())
			}
			want := bytes.Clone(b)
			wantNext := plainMask(key, pos, want[4:4+length])
			if next := Mask(key, pos, b[4:4+length]); next != wantNext || !bytes.Equal(b, want) {
				t.Fatalf("length %d from %d: next %d, %x, want %d, %x", length, pos, next, b, wantNext, want)
			}
		}
	}
}

func TestMaskInPieces(t *testing.T) {
	random := rand.New(rand.NewPCG(6455, 54))
	key := [4]byte{1, 2, 3, 4}
	for range 1000 {
		whole, pieces := make([]byte, 500), make([]byte, 500)
		Mask(key, 0, whole)
		for pos, rest := 0, pieces; len(rest) > 0; {
			n := min(len(rest), random.IntN(100))
			pos = Mask(key, pos, rest[:n])
			rest = rest[n:]
		}
		if !bytes.Equal(whole, pieces) {
			t.Fatal("masking in pieces differs from masking at once")
		}
	}
}

func TestMaskAllocatesNothing(t *testing.T) {
	b := make([]byte, 1000)
	if n := testing.AllocsPerRun(100, func() { Mask([4]byte{1, 2, 3, 4}, 3, b) }); n != 0 {
		t.Errorf("%v allocations, want none", n)
	}
}

func BenchmarkMask(b *testing.B) {
	for _, size := range []int{16, 125, 4096, 65536} {
		b.Run(fmt.Sprint(size), func(b *testing.B) {
			p := make([]byte, size)
			b.SetBytes(int64(size))
			for b.Loop() {
				Mask([4]byte{1, 2, 3, 4}, 1, p)
			}
		})
	}
	b.Run("plain/4096", func(b *testing.B) {
		p := make([]byte, 4096)
		b.SetBytes(4096)
		for b.Loop() {
			plainMask([4]byte{1, 2, 3, 4}, 1, p)
		}
	})
}
