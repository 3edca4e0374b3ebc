package handshakes

import (
	"slices"
	"strings"
	"testing"

	"github.com/wsspec/wsspec/internal/fuzzinput"
	"github.com/wsspec/wsspec/ref/wire"
)

// FuzzNegotiate negotiates permessage-deflate. The input has two octets for the policy of
// a server, the offers, a line end, and a response; offers and response are values of
// Sec-WebSocket-Extensions. The server must accept the first valid offer, within the
// offer and the policy. The client must judge the response as the naive check does.
func FuzzNegotiate(f *testing.F) {
	f.Fuzz(func(t *testing.T, data []byte) {
		r := fuzzinput.From(data)
		flags, windows := r.Octet(), r.Octet()
		policy := wire.DeflatePolicy{
			ServerNoContextTakeover: flags&1 != 0, ClientNoContextTakeover: flags&2 != 0,
			ServerMaxWindowBits: int(windows >> 4), ClientMaxWindowBits: int(windows & 15),
		}
		first, second, _ := strings.Cut(string(r.Rest()), "\n")
		offers, err := wire.ParseExtensions(first)
		if err != nil {
			return // FuzzGrammar tests malformed values
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
	// The response follows the policy as far as the offer allows, and has no parameter
	// that neither side asked for.
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
	// The client accepts the response.
	back, agreed, v := wire.CheckDeflateAnswer(offers, []wire.Extension{answer})
	if v != nil || !agreed || back != params {
		t.Fatalf("%v: the client reads the response %v as %+v, %v", offers, answer, back, v)
	}
}

func ids(rules []*wire.Rule) []string {
	names := []string{}
	for _, r := range rules {
		names = append(names, r.ID)
	}
	return names
}
