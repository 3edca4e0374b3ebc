package frames

import (
	"testing"
	"unicode/utf8"

	"github.com/wsspec/wsspec/fuzz/input"
	"github.com/wsspec/wsspec/ref/wire"
)

// FuzzUTF8: the validator finds the first octet that no text can have there,
// wherever the text is cut, and says at every cut whether it may end.
func FuzzUTF8(f *testing.F) {
	f.Fuzz(func(t *testing.T, data []byte) {
		r := input.From(data)
		cut := int(r.Octet())
		text := r.Rest()
		cut = min(cut, len(text))
		good, rest := naiveText(text)

		validateText(t, text, good, rest, len(text))
		validateText(t, text, good, rest, cut, len(text)-cut)
		var v wire.UTF8Validator
		for i := range text {
			if _, ok := v.Validate(text[i : i+1]); ok != (i < good) {
				t.Fatalf("% x: octet %d taken: %v, text up to %d", text, i, ok, good)
			}
			if v.Complete() != utf8.Valid(text[:i+1]) {
				t.Fatalf("% x may end: %v", text[:i+1], v.Complete())
			}
		}
		v.Reset()
		if n, ok := v.Validate([]byte("é")); n != 2 || !ok || !v.Complete() {
			t.Fatal("not ready for a new text after Reset")
		}
	})
}

// validateText validates pieces of the sizes given.
func validateText(t *testing.T, text []byte, good, rest int, sizes ...int) {
	var v wire.UTF8Validator
	from := 0
	for _, size := range sizes {
		n, ok := v.Validate(text[from : from+size])
		if want := min(max(good-from, 0), size); n != want || ok != (want == size && good >= from+size) {
			t.Fatalf("% x in pieces of %d: piece at %d accepted to %d, %v; the text is good to %d", text, sizes, from, n, ok, good)
		}
		from += size
	}
	if want := good == len(text) && rest == 0; v.Complete() != want {
		t.Fatalf("% x in pieces of %d may end: %v", text, sizes, v.Complete())
	}
}
