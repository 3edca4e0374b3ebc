package conversation

import (
	"math/rand"
	"testing"

	"github.com/wsspec/wsspec/internal/fuzzinput"
	"github.com/wsspec/wsspec/internal/generate"
)

// FuzzConversation runs a script. The input is a sequence of choices for the script.
func FuzzConversation(f *testing.F) {
	var src fuzzinput.Source
	fuzzer := generate.New(&src)
	var s generate.Script
	f.Fuzz(func(t *testing.T, data []byte) {
		src.Reset(data)
		fuzzer.Fuzz(&s)
		newPlay(t, &s).run()
	})
}

// Runs random scripts without the fuzzing engine.
func TestRandomConversations(t *testing.T) {
	seed := rand.Int63()
	t.Logf("the seed is %d", seed)
	fuzzer := generate.New(rand.NewSource(seed))
	var s generate.Script
	for range 2000 {
		fuzzer.Fuzz(&s)
		newPlay(t, &s).run()
	}
}
