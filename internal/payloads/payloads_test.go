package payloads

import (
	"bytes"
	"compress/flate"
	"crypto/sha256"
	"fmt"
	"testing"
	"unicode/utf8"
)

// Reports of two releases can be compared only if both sent the same octets.
func TestOctetsNeverChange(t *testing.T) {
	want := map[string]string{
		"JSON": "8a9596441d381d56", "HTML": "835ce3e20ba6b597", "prose": "bc9b56fc89908d7e",
		"a document": "18bee1fb4537e516", "a bitmap": "7e65e79ec1aff7de",
	}
	for _, s := range All() {
		sum := sha256.Sum256(s.bytes())
		if got := fmt.Sprintf("%x", sum[:8]); got != want[s.Name] {
			t.Errorf("%s: the hash of the octets is %s, but must stay %s", s.Name, got, want[s.Name])
		}
	}
}

// The streams differ in how well they compress.
func TestCompressionRatios(t *testing.T) {
	for _, tt := range []struct {
		stream   *Stream
		from, to float64
	}{
		{JSON, 0.02, 0.15}, {HTML, 0.02, 0.15}, {Prose, 0.3, 0.5}, {Document, 0.6, 0.9}, {Bitmap, 0.7, 0.95},
	} {
		var out bytes.Buffer
		w, err := flate.NewWriter(&out, 6)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write(tt.stream.bytes()); err != nil {
			t.Fatal(err)
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		if ratio := float64(out.Len()) / Length; ratio < tt.from || ratio > tt.to {
			t.Errorf("%s: the compression ratio is %.3f, want %.2f to %.2f", tt.stream.Name, ratio, tt.from, tt.to)
		}
	}
}

func TestMessages(t *testing.T) {
	for _, s := range All() {
		for _, size := range []int{0, 1, 16, 64, 4096, 65536, 131072, Length, 16 << 20} {
			for _, i := range []int{0, 1, 7, 999} {
				m := s.Message(size, i)
				if len(m) != size {
					t.Fatalf("%s: message %d of %d octets has %d", s.Name, i, size, len(m))
				}
				if s.Text && !utf8.Valid(m) {
					t.Errorf("%s: message %d of %d octets is not UTF-8", s.Name, i, size)
				}
			}
			if !bytes.Equal(s.Message(size, 3), s.Message(size, 3+Positions(size))) {
				t.Errorf("%s: messages of %d octets do not repeat after %d", s.Name, size, Positions(size))
			}
			if size >= 16 && Positions(size) > 1 && bytes.Equal(s.Message(size, 0), s.Message(size, 1)) {
				t.Errorf("%s: two neighbouring messages of %d octets are the same", s.Name, size)
			}
		}
	}
}

// copied is the plain twin of Message: it copies and trims in any case.
func copied(s *Stream, size, i int) []byte {
	out := make([]byte, 0, size)
	for at := i % Positions(size) * size % Length; len(out) < size; at = 0 {
		n := min(size-len(out), Length-at)
		out = append(out, s.bytes()[at:at+n]...)
		if s.Text {
			trim(out[len(out)-n:])
		}
	}
	return out
}

// A message can be a part of the stream. It has the octets that a copy would have, and
// nobody can append to the stream.
func TestMessagesAreThoseOfACopy(t *testing.T) {
	for _, s := range All() {
		for _, size := range []int{0, 1, 2, 3, 16, 63, 125, 4096, 65535, 65536, Length, Length + 1} {
			for i := range 300 {
				if size > 4096 && i > 20 {
					break
				}
				m := s.Message(size, i)
				if !bytes.Equal(m, copied(s, size, i)) {
					t.Fatalf("%s: message %d of %d octets differs from a copy", s.Name, i, size)
				}
				if cap(m) != len(m) {
					t.Fatalf("%s: message %d of %d octets has room for %d", s.Name, i, size, cap(m))
				}
			}
		}
	}
}
