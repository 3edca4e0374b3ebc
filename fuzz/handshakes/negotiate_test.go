package handshakes

import (
	"slices"
	"strings"
	"testing"

	"github.com/wsspec/wsspec/fuzz/input"
	"github.com/wsspec/wsspec/ref/wire"
)

// FuzzNegotiate: two octets of a server's policy, then offers and, behind the
// first line end, a server's answer, as the values of Sec-WebSocket-Extensions.
// Accepting answers the first valid offer, only what was offered, within the
// policy; any answer is judged as the naive reading does.
func FuzzNegotiate(f *testing.F) {
	f.Fuzz(func(t *testing.T, data []byte) {
		r := input.From(data)
		flags, windows := r.Octet(), r.Octet()
		policy := wire.DeflatePolicy{
			ServerNoContextTakeover: flags&1 != 0, ClientNoContextTakeover: flags&2 != 0,
			ServerMaxWindowBits: int(windows >> 4), ClientMaxWindowBits: int(windows & 15),
		}
		first, second, _ := strings.Cut(string(r.Rest()), "\n")
		offers, err := wire.ParseExtensions(first)
		if err != nil {
			return // FuzzGrammar's
		}
		accept(t, offers, policy)
		answers, err := wire.ParseExtensions(second)
		if err != nil {
			return
		}
		params, agreed, v := wire.CheckDeflateAnswer(offers, answers)
		want, may := naiveAnswer(offers, answers)
		if (v == nil) != (len(may) == 0) || v != nil && !slices.Contains(may, v.Rule) {
			t.Fatalf("offers %q, answer %q: %v, want one of %v", first, second, v, ids(may))
		}
		if agreed != (want != nil) || agreed && params != want.params() {
			t.Fatalf("offers %q, answer %q: agreed %v on %+v, want %v", first, second, agreed, params, want)
		}
	})
}

func accept(t *testing.T, offers []wire.Extension, policy wire.DeflatePolicy) {
	params, answer, ok := wire.AcceptDeflate(offers, policy)
	sound := func(bits int) bool { return bits == 0 || bits >= 8 && bits <= 15 }
	possible := sound(policy.ServerMaxWindowBits) && sound(policy.ClientMaxWindowBits)
	if (policy.Validate() == nil) != possible {
		t.Fatalf("%+v: %v", policy, policy.Validate())
	}
	valid := validOffers(offers)
	if ok != (possible && len(valid) > 0) {
		t.Fatalf("%v to %+v: accepted %v", offers, policy, ok)
	}
	if !ok {
		return
	}
	got, broken := naiveTerms(answer, true)
	broken = append(broken, got.answers(valid[0])...)
	if len(broken) > 0 || answer.Name != "permessage-deflate" {
		t.Fatalf("%v to %+v: the answer %v breaks %v", offers, policy, answer, ids(broken))
	}
	if got.params() != params {
		t.Fatalf("%v to %+v: the answer %v, but agreed %+v", offers, policy, answer, params)
	}
	// The policy is kept wherever the client lets it, and nothing is asked of
	// either side that neither wanted.
	offer := valid[0]
	limit := func(bits int) int { return min(15, bits+15*(1-min(bits, 1))) }
	want := wire.DeflateParams{
		ServerNoContextTakeover: policy.ServerNoContextTakeover || offer.has("server_no_context_takeover"),
		ClientNoContextTakeover: policy.ClientNoContextTakeover || offer.has("client_no_context_takeover"),
		ServerMaxWindowBits:     min(limit(policy.ServerMaxWindowBits), offer.window("server_max_window_bits")),
		ClientMaxWindowBits:     15,
	}
	if offer.has("client_max_window_bits") {
		want.ClientMaxWindowBits = min(limit(policy.ClientMaxWindowBits), offer.window("client_max_window_bits"))
	}
	if params != want {
		t.Fatalf("%v to %+v: agreed %+v, want %+v", offers, policy, params, want)
	}
	// And the client takes the answer.
	back, agreed, v := wire.CheckDeflateAnswer(offers, []wire.Extension{answer})
	if v != nil || !agreed || back != params {
		t.Fatalf("%v: the client takes %v as %+v, %v", offers, answer, back, v)
	}
}

func ids(rules []*wire.Rule) []string {
	names := []string{}
	for _, r := range rules {
		names = append(names, r.ID)
	}
	return names
}
