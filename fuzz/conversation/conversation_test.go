package conversation

import (
	"math/rand"
	"testing"

	"github.com/wsspec/wsspec/fuzz/fillers"
	"github.com/wsspec/wsspec/fuzz/input"
)

// FuzzConversation: the input is the choices of a script.
func FuzzConversation(f *testing.F) {
	var src input.Source
	fuzzer := fillers.New(&src)
	var s fillers.Script
	f.Fuzz(func(t *testing.T, data []byte) {
		src.Reset(data)
		fuzzer.Fuzz(&s)
		newPlay(t, &s).run()
	})
}

// Without a fuzzer, random scripts.
func TestRandomConversations(t *testing.T) {
	seed := rand.Int63()
	t.Logf("the seed is %d", seed)
	fuzzer := fillers.New(rand.NewSource(seed))
	var s fillers.Script
	for range 2000 {
		fuzzer.Fuzz(&s)
		newPlay(t, &s).run()
	}
}
