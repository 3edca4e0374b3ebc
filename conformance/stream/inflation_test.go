package stream

import (
	"errors"
	"math/rand/v2"
	"testing"
	"unicode/utf8"

	"github.com/wsspec/wsspec/ref/wire"
)

// What an Inflation finds in pieces is what a Deflation finds in whole messages: the
// octets, and the rule that a message breaks.
func TestInflationJudgesAsDeflationDoes(t *testing.T) {
	rnd := rand.New(rand.NewPCG(7692, 1))
	found := map[string]int{}
	for round := range 3000 {
		agreed := wire.DeflateParams{ServerMaxWindowBits: 8 + rnd.IntN(8), ServerNoContextTakeover: rnd.IntN(2) == 0}
		sent := wire.DeflaterOptions{WindowBits: agreed.ServerMaxWindowBits, NoContextTakeover: agreed.ServerNoContextTakeover}
		if rnd.IntN(3) == 0 { // the sender does not keep to what was agreed
			sent = wire.DeflaterOptions{WindowBits: 15}
		}
		deflater, err := wire.NewDeflater(sent)
		if err != nil {
			t.Fatal(err)
		}
		whole, err := NewDeflation(agreed, wire.RoleServer)
		if err != nil {
			t.Fatal(err)
		}
		parts, err := NewInflation(agreed, wire.RoleServer)
		if err != nil {
			t.Fatal(err)
		}
		for range 3 {
			message := repetitive(rnd, rnd.IntN(3000))
			payload := deflater.AppendMessage(nil, message)
			if len(payload) > 0 && rnd.IntN(6) == 0 {
				payload[rnd.IntN(len(payload))] ^= 1 << rnd.IntN(8)
			}
			want, broken := whole.inflate(payload, 1<<20)
			var got []byte
			var err error
			for rest := payload; ; {
				n := min(len(rest), rnd.IntN(200))
				last := n == len(rest)
				e := parts.Feed(rest[:n], last, func(b []byte) { got = append(got, b...) })
				if rest = rest[n:]; err == nil {
					err = e
				}
				if last || errors.Is(e, ErrNotInflated) {
					break
				}
			}
			// Of several breaches an Inflation tells the first, a Deflation the worst.
			if rank(err) > rank(orNil(broken)) || (err == nil) != (broken == nil) {
				t.Fatalf("round %d: in pieces %v, whole %v", round, err, broken)
			}
			found[ruleID(err)]++
			if broken != nil {
				break // a Deflation takes nothing behind a violation
			}
			if len(got) != len(want) || utf8.Valid(got) != utf8.Valid(want) {
				t.Fatalf("round %d: %d octets in pieces, valid UTF-8 %t; %d whole, %t", round, len(got), utf8.Valid(got), len(want), utf8.Valid(want))
			}
		}
		parts.Release()
		deflater.Release()
	}
	for _, rule := range []*wire.Rule{wire.RuleDeflateServerWindow, wire.RuleDeflateServerContext, wire.RuleDeflateData} {
		if found[rule.ID] < 20 {
			t.Errorf("%s was found %d times, want 20 at least; all: %v", rule.ID, found[rule.ID], found)
		}
	}
}

// rank is higher for what a Deflation looks for first.
func rank(err error) int {
	switch ruleID(err) {
	case wire.RuleDeflateData.ID:
		return 4
	case wire.RuleDeflateServerWindow.ID:
		return 3
	case wire.RuleDeflateServerContext.ID:
		return 2
	}
	return 1
}

func orNil(v *wire.Violation) error {
	if v == nil {
		return nil
	}
	return v
}

func ruleID(err error) string {
	var v *wire.Violation
	if errors.As(err, &v) {
		return v.Rule.ID
	}
	if err != nil {
		return err.Error()
	}
	return ""
}

// repetitive is a message that refers back far and near when it is compressed.
func repetitive(rnd *rand.Rand, n int) []byte {
	var b []byte
	for len(b) < n {
		if back := rnd.IntN(len(b) + 1); back > 0 && rnd.IntN(2) == 0 {
			at := len(b) - back
			b = append(b, b[at:min(len(b), at+4+rnd.IntN(60))]...)
			continue
		}
		for range 8 {
			b = append(b, byte(rnd.IntN(6))+'a')
		}
	}
	return b
}
