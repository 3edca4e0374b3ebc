package wire

import (
	"bytes"
	"io"
	"math/rand/v2"
	"testing"
)

// What an Inflater says of the use of the window is what MeasureWindow measures, whether the
// message is read in pieces or inflated at once.
func TestUseIsWhatIsMeasured(t *testing.T) {
	rnd := rand.New(rand.NewPCG(7692, 721))
	reached := 0
	for round := range 300 {
		deflater, err := NewDeflater(DeflaterOptions{WindowBits: 8 + rnd.IntN(8)})
		if err != nil {
			t.Fatal(err)
		}
		pieces, _ := NewInflater(InflaterOptions{})
		whole, _ := NewInflater(InflaterOptions{})
		var history int64
		for i := range 4 {
			message := make([]byte, rnd.IntN(5000))
			for at := range message {
				message[at] = "aab\x00"[rnd.IntN(4)]
			}
			payload := deflater.AppendMessage(nil, message)
			want, broken := MeasureWindow(payload, history)
			if broken != nil {
				t.Fatal(broken)
			}
			pieces.Start(bytes.NewReader(payload), int64(len(message)))
			if _, err := io.CopyBuffer(struct{ io.Writer }{io.Discard}, struct{ io.Reader }{pieces}, make([]byte, 1+rnd.IntN(700))); err != nil {
				t.Fatal(err)
			}
			if _, err := whole.AppendMessage(nil, payload, int64(len(message))); err != nil {
				t.Fatal(err)
			}
			if pieces.Use() != want || whole.Use() != want {
				t.Fatalf("round %d, message %d: read %+v, at once %+v, measured %+v", round, i, pieces.Use(), whole.Use(), want)
			}
			history += want.Octets
			if want.Reach > 0 {
				reached++
			}
		}
		deflater.Release()
		pieces.Release()
		whole.Release()
	}
	if reached < 100 {
		t.Errorf("only %d messages refer to earlier ones", reached)
	}
}
