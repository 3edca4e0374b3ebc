package frames

import (
	"testing"
	"unicode/utf8"

	"github.com/wsspec/wsspec/internal/fuzzinput"
	"github.com/wsspec/wsspec/ref/wire"
)

// FuzzUTF8 checks that the validator finds the first invalid octet, however the text is
// split, and reports at every split whether the text is complete.
func FuzzUTF8(f *testing.F) {
	f.Fuzz(func(t *testing.T, data []byte) {
		r := fuzzinput.From(data)
		cut := int(r.Octet())
		text := r.Rest()
		cut = min(cut, len(text))
		good, rest := naiveText(text)

		validateText(t, text, good, rest, len(text))
		validateText(t, text, good, rest, cut, len(text)-cut)
		var v wire.UTF8Validator
		for i := range text {
			if _, ok := v.Validate(text[i : i+1]); ok != (i < good) {
				t.Fatalf("% x: octet %d accepted: %v, want valid text up to %d", text, i, ok, good)
			}
			if v.Complete() != utf8.Valid(text[:i+1]) {
				t.Fatalf("% x: Complete is %v", text[:i+1], v.Complete())
			}
		}
		v.Reset()
		if n, ok := v.Validate([]byte("é")); n != 2 || !ok || !v.Complete() {
			t.Fatal("Reset does not prepare the validator for a new text")
		}
	})
}

// validateText validates the text in pieces of the given lengths.
func validateText(t *testing.T, text []byte, good, rest int, sizes ...int) {
	var v wire.UTF8Validator
	from := 0
	for _, size := range sizes {
		n, ok := v.Validate(text[from : from+size])
		if want := min(max(good-from, 0), size); n != want || ok != (want == size && good >= from+size) {
			t.Fatalf("% x in pieces of %d: piece at %d accepted up to %d, %v; the text is valid up to %d", text, sizes, from, n, ok, good)
		}
		from += size
	}
	if want := good == len(text) && rest == 0; v.Complete() != want {
		t.Fatalf("% x in pieces of %d: Complete is %v", text, sizes, v.Complete())
	}
}
