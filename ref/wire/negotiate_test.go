package wire

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func parseOffers(t *testing.T, value string) []Extension {
	t.Helper()
	if value == "" {
		return nil
	}
	list, err := ParseExtensions(value)
	if err != nil {
		t.Fatal(err)
	}
	return list
}

func TestAcceptDeflate(t *testing.T) {
	plain := DeflateParams{ServerMaxWindowBits: 15, ClientMaxWindowBits: 15}
	for _, tt := range []struct {
		name   string
		offers string
		policy DeflatePolicy
		params DeflateParams
		answer string
	}{
		{"RFC 7692 7.1.3: the simplest offer", "permessage-deflate", DeflatePolicy{}, plain, "permessage-deflate"},
		{"RFC 7692 7.1.3: a small window for the server",
			"permessage-deflate; client_max_window_bits; server_max_window_bits=10", DeflatePolicy{},
			DeflateParams{ServerMaxWindowBits: 10, ClientMaxWindowBits: 15},
			"permessage-deflate; server_max_window_bits=10"},
		{"RFC 7692 7.1.3: with a fallback, the first is taken",
			"permessage-deflate; client_max_window_bits; server_max_window_bits=10, permessage-deflate; client_max_window_bits",
			DeflatePolicy{}, DeflateParams{ServerMaxWindowBits: 10, ClientMaxWindowBits: 15},
			"permessage-deflate; server_max_window_bits=10"},
		{"among others", "foo; bar, permessage-deflate, baz", DeflatePolicy{}, plain, "permessage-deflate"},
		{"the server's takeover forbidden (RFC7692-7.1.1.1-3)", "permessage-deflate; server_no_context_takeover", DeflatePolicy{},
			DeflateParams{ServerNoContextTakeover: true, ServerMaxWindowBits: 15, ClientMaxWindowBits: 15},
			"permessage-deflate; server_no_context_takeover"},
		{"the client's hint taken up (RFC7692-7.1.1.2-2)", "permessage-deflate; client_no_context_takeover", DeflatePolicy{},
			DeflateParams{ClientNoContextTakeover: true, ServerMaxWindowBits: 15, ClientMaxWindowBits: 15},
			"permessage-deflate; client_no_context_takeover"},
		{"quoted", `permessage-deflate; server_max_window_bits="9"`, DeflatePolicy{},
			DeflateParams{ServerMaxWindowBits: 9, ClientMaxWindowBits: 15}, "permessage-deflate; server_max_window_bits=9"},
		{"the limit that limits nothing is repeated (RFC7692-7.1.2.1-4)", "permessage-deflate; server_max_window_bits=15", DeflatePolicy{},
			plain, "permessage-deflate; server_max_window_bits=15"},
		{"the smallest window", "permessage-deflate; server_max_window_bits=8", DeflatePolicy{},
			DeflateParams{ServerMaxWindowBits: 8, ClientMaxWindowBits: 15}, "permessage-deflate; server_max_window_bits=8"},
		{"the client's hint about its window", "permessage-deflate; client_max_window_bits=10", DeflatePolicy{},
			DeflateParams{ServerMaxWindowBits: 15, ClientMaxWindowBits: 10}, "permessage-deflate; client_max_window_bits=10"},
		{"a hint that says nothing", "permessage-deflate; client_max_window_bits=15", DeflatePolicy{}, plain, "permessage-deflate"},

		{"the server wishes no takeover, unasked (RFC7692-7.1.1.1-5)", "permessage-deflate",
			DeflatePolicy{ServerNoContextTakeover: true, ClientNoContextTakeover: true},
			DeflateParams{ServerNoContextTakeover: true, ClientNoContextTakeover: true, ServerMaxWindowBits: 15, ClientMaxWindowBits: 15},
			"permessage-deflate; server_no_context_takeover; client_no_context_takeover"},
		{"the server limits itself, unasked (RFC7692-7.1.2.1-6)", "permessage-deflate", DeflatePolicy{ServerMaxWindowBits: 11},
			DeflateParams{ServerMaxWindowBits: 11, ClientMaxWindowBits: 15}, "permessage-deflate; server_max_window_bits=11"},
		{"below what was asked", "permessage-deflate; server_max_window_bits=12", DeflatePolicy{ServerMaxWindowBits: 9},
			DeflateParams{ServerMaxWindowBits: 9, ClientMaxWindowBits: 15}, "permessage-deflate; server_max_window_bits=9"},
		{"never above it", "permessage-deflate; server_max_window_bits=9", DeflatePolicy{ServerMaxWindowBits: 12},
			DeflateParams{ServerMaxWindowBits: 9, ClientMaxWindowBits: 15}, "permessage-deflate; server_max_window_bits=9"},
		{"the client limited, as it allows", "permessage-deflate; client_max_window_bits", DeflatePolicy{ClientMaxWindowBits: 9},
			DeflateParams{ServerMaxWindowBits: 15, ClientMaxWindowBits: 9}, "permessage-deflate; client_max_window_bits=9"},
		{"the client limited below its hint", "permessage-deflate; client_max_window_bits=12", DeflatePolicy{ClientMaxWindowBits: 9},
			DeflateParams{ServerMaxWindowBits: 15, ClientMaxWindowBits: 9}, "permessage-deflate; client_max_window_bits=9"},
		{"the client not limited, as it does not allow (RFC7692-7.1.2.2-6)", "permessage-deflate", DeflatePolicy{ClientMaxWindowBits: 9},
			plain, "permessage-deflate"},

		{"a bad offer before a good one (RFC7692-7-5)", "permessage-deflate; foo, permessage-deflate; server_max_window_bits=9",
			DeflatePolicy{}, DeflateParams{ServerMaxWindowBits: 9, ClientMaxWindowBits: 15}, "permessage-deflate; server_max_window_bits=9"},
		{"several bad ones before it", "permessage-deflate; server_max_window_bits=7, permessage-deflate; server_max_window_bits, permessage-deflate",
			DeflatePolicy{}, plain, "permessage-deflate"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			offers := parseOffers(t, tt.offers)
			params, answer, ok := AcceptDeflate(offers, tt.policy)
			if !ok {
				t.Fatal("declined")
			}
			if diff := cmp.Diff(tt.params, params); diff != "" {
				t.Error(diff)
			}
			if answer.String() != tt.answer {
				t.Errorf("answered %s, want %s", answer, tt.answer)
			}
			// Whatever we answer, our own client has to agree with.
			agreed, ok, broken := CheckDeflateAnswer(offers, parseOffers(t, answer.String()))
			if !ok || broken != nil || agreed != params {
				t.Errorf("the client understands %+v, %t, %v", agreed, ok, broken)
			}
		})
	}
}

// These make a server decline the offer, and a client fail the answer.
var badElements = []struct {
	element       string
	offer, answer *Rule
}{
	{"permessage-deflate; foo", RuleDeflateOfferUndefined, RuleDeflateAnswerUndefined},
	{"permessage-deflate; foo=1", RuleDeflateOfferUndefined, RuleDeflateAnswerUndefined},
	{"permessage-deflate; Server_no_context_takeover", RuleDeflateOfferUndefined, RuleDeflateAnswerUndefined},
	{"permessage-deflate; server_no_context_takeover=1", RuleDeflateOfferValue, RuleDeflateAnswerValue},
	{"permessage-deflate; server_no_context_takeover=true", RuleDeflateOfferValue, RuleDeflateAnswerValue},
	{"permessage-deflate; client_no_context_takeover=1", RuleDeflateOfferValue, RuleDeflateAnswerValue},
	{"permessage-deflate; server_max_window_bits", RuleDeflateOfferValue, RuleDeflateAnswerValue},
	{"permessage-deflate; server_max_window_bits=7", RuleDeflateOfferValue, RuleDeflateAnswerValue},
	{"permessage-deflate; server_max_window_bits=16", RuleDeflateOfferValue, RuleDeflateAnswerValue},
	{"permessage-deflate; server_max_window_bits=0", RuleDeflateOfferValue, RuleDeflateAnswerValue},
	{"permessage-deflate; server_max_window_bits=-1", RuleDeflateOfferValue, RuleDeflateAnswerValue},
	{"permessage-deflate; server_max_window_bits=08", RuleDeflateOfferValue, RuleDeflateAnswerValue},
	{"permessage-deflate; server_max_window_bits=+9", RuleDeflateOfferValue, RuleDeflateAnswerValue},
	{"permessage-deflate; server_max_window_bits=abc", RuleDeflateOfferValue, RuleDeflateAnswerValue},
	{"permessage-deflate; server_max_window_bits=10.0", RuleDeflateOfferValue, RuleDeflateAnswerValue},
	{"permessage-deflate; server_max_window_bits=1000000000000000000000", RuleDeflateOfferValue, RuleDeflateAnswerValue},
	{"permessage-deflate; client_max_window_bits=7", RuleDeflateOfferValue, RuleDeflateAnswerValue},
	{"permessage-deflate; client_max_window_bits=16", RuleDeflateOfferValue, RuleDeflateAnswerValue},
	{`permessage-deflate; client_max_window_bits="08"`, RuleDeflateOfferValue, RuleDeflateAnswerValue},
	{"permessage-deflate; server_no_context_takeover; server_no_context_takeover", RuleDeflateOfferDoubled, RuleDeflateAnswerDoubled},
	{"permessage-deflate; client_no_context_takeover; client_no_context_takeover", RuleDeflateOfferDoubled, RuleDeflateAnswerDoubled},
	{"permessage-deflate; server_max_window_bits=9; server_max_window_bits=9", RuleDeflateOfferDoubled, RuleDeflateAnswerDoubled},
	{"permessage-deflate; server_max_window_bits=9; server_max_window_bits=10", RuleDeflateOfferDoubled, RuleDeflateAnswerDoubled},
	{"permessage-deflate; client_max_window_bits=9; client_max_window_bits=10", RuleDeflateOfferDoubled, RuleDeflateAnswerDoubled},
}

func TestBadElementsAreDeclinedAndFailed(t *testing.T) {
	everything := parseOffers(t, "permessage-deflate; client_max_window_bits")
	for _, tt := range badElements {
		t.Run(tt.element, func(t *testing.T) {
			list := parseOffers(t, tt.element)
			if _, broken := ParseDeflateOffer(list[0]); broken == nil || broken.Rule != tt.offer {
				t.Errorf("as an offer: %v, want %s", broken, tt.offer.ID)
			}
			params, answer, ok := AcceptDeflate(list, DeflatePolicy{})
			if ok || answer.Name != "" || params != (DeflateParams{}) {
				t.Errorf("accepted with %s", answer)
			}
			if _, agreed, broken := CheckDeflateAnswer(everything, list); agreed || broken == nil || broken.Rule != tt.answer {
				t.Errorf("as an answer: %t, %v, want %s", agreed, broken, tt.answer.ID)
			}
		})
	}
	t.Run("client_max_window_bits without a value is for offers only", func(t *testing.T) {
		if _, broken := ParseDeflateOffer(everything[0]); broken != nil {
			t.Errorf("as an offer: %v", broken)
		}
		if _, agreed, broken := CheckDeflateAnswer(everything, everything); agreed || broken == nil || broken.Rule != RuleDeflateAnswerValue {
			t.Errorf("as an answer: %t, %v, want %s", agreed, broken, RuleDeflateAnswerValue.ID)
		}
	})
}

func TestAcceptDeflateDeclines(t *testing.T) {
	for _, tt := range []struct {
		name, offers string
		policy       DeflatePolicy
	}{
		{"no offer", "", DeflatePolicy{}},
		{"other extensions only", "foo, permessage-bzip2", DeflatePolicy{}},
		{"only bad offers", "permessage-deflate; x, permessage-deflate; server_max_window_bits=99", DeflatePolicy{}},
		{"a policy out of range", "permessage-deflate", DeflatePolicy{ServerMaxWindowBits: 7}},
	} {
		if params, answer, ok := AcceptDeflate(parseOffers(t, tt.offers), tt.policy); ok || answer.Name != "" || params != (DeflateParams{}) {
			t.Errorf("%s: accepted with %s", tt.name, answer)
		}
	}
}

func TestDeflatePolicyValidate(t *testing.T) {
	for _, tt := range []struct {
		policy DeflatePolicy
		want   string
	}{
		{DeflatePolicy{}, ""},
		{DeflatePolicy{ServerMaxWindowBits: 8, ClientMaxWindowBits: 15}, ""},
		{DeflatePolicy{ServerMaxWindowBits: 7}, "server_max_window_bits is 7, want 8 to 15"},
		{DeflatePolicy{ClientMaxWindowBits: 16}, "client_max_window_bits is 16"},
		{DeflatePolicy{ClientMaxWindowBits: -1}, "client_max_window_bits is -1"},
	} {
		err := tt.policy.Validate()
		if tt.want == "" && err != nil || tt.want != "" && (err == nil || !strings.Contains(err.Error(), tt.want)) {
			t.Errorf("%+v: %v, want %q", tt.policy, err, tt.want)
		}
	}
}

func TestCheckDeflateAnswer(t *testing.T) {
	for _, tt := range []struct {
		name, offers, answers string
		// broken is the rule, nil if the answer is good.
		broken *Rule
		agreed bool
		params DeflateParams
	}{
		{"declined (RFC7692-5-14)", "permessage-deflate", "", nil, false, DeflateParams{}},
		{"another extension", "permessage-deflate, foo", "foo", nil, false, DeflateParams{}},
		{"the simplest", "permessage-deflate", "permessage-deflate", nil, true,
			DeflateParams{ServerMaxWindowBits: 15, ClientMaxWindowBits: 15}},
		{"RFC 7692 7.1.3: the first option taken",
			"permessage-deflate; client_max_window_bits; server_max_window_bits=10, permessage-deflate; client_max_window_bits",
			"permessage-deflate; server_max_window_bits=10", nil, true,
			DeflateParams{ServerMaxWindowBits: 10, ClientMaxWindowBits: 15}},
		{"RFC 7692 7.1.3: the second option taken",
			"permessage-deflate; client_max_window_bits; server_max_window_bits=10, permessage-deflate; client_max_window_bits",
			"permessage-deflate", nil, true, DeflateParams{ServerMaxWindowBits: 15, ClientMaxWindowBits: 15}},
		{"server_no_context_takeover unasked (RFC7692-7.1.1.1-5)", "permessage-deflate", "permessage-deflate; server_no_context_takeover",
			nil, true, DeflateParams{ServerNoContextTakeover: true, ServerMaxWindowBits: 15, ClientMaxWindowBits: 15}},
		{"client_no_context_takeover unasked (RFC7692-7.1.1.2-5)", "permessage-deflate", "permessage-deflate; client_no_context_takeover",
			nil, true, DeflateParams{ClientNoContextTakeover: true, ServerMaxWindowBits: 15, ClientMaxWindowBits: 15}},
		{"the client's hint ignored (RFC7692-7.1.1.2-3)", "permessage-deflate; client_no_context_takeover", "permessage-deflate",
			nil, true, DeflateParams{ServerMaxWindowBits: 15, ClientMaxWindowBits: 15}},
		{"server_max_window_bits unasked (RFC7692-7.1.2.1-6)", "permessage-deflate", `permessage-deflate; server_max_window_bits="8"`,
			nil, true, DeflateParams{ServerMaxWindowBits: 8, ClientMaxWindowBits: 15}},
		{"smaller than demanded", "permessage-deflate; server_max_window_bits=10", "permessage-deflate; server_max_window_bits=9",
			nil, true, DeflateParams{ServerMaxWindowBits: 9, ClientMaxWindowBits: 15}},
		{"a limit for the client", "permessage-deflate; client_max_window_bits", "permessage-deflate; client_max_window_bits=8",
			nil, true, DeflateParams{ServerMaxWindowBits: 15, ClientMaxWindowBits: 8}},
		{"larger than the client's hint (RFC7692-7.2.1-14)", "permessage-deflate; client_max_window_bits=9", "permessage-deflate; client_max_window_bits=12",
			nil, true, DeflateParams{ServerMaxWindowBits: 15, ClientMaxWindowBits: 12}},
		{"good for the second offer only", "permessage-deflate; server_no_context_takeover, permessage-deflate; client_max_window_bits",
			"permessage-deflate; client_max_window_bits=9", nil, true, DeflateParams{ServerMaxWindowBits: 15, ClientMaxWindowBits: 9}},

		{"not offered (RFC7692-5-15)", "foo", "permessage-deflate", RuleDeflateUnasked, false, DeflateParams{}},
		{"offered with a mistake of our own", "permessage-deflate; x", "permessage-deflate", RuleDeflateUnasked, false, DeflateParams{}},
		{"twice (RFC7692-5-10)", "permessage-deflate", "permessage-deflate, permessage-deflate", RuleDeflateConflict, false, DeflateParams{}},
		{"with another user of RSV1 (RFC7692-5-10)", "permessage-deflate, x-webkit-deflate-frame",
			"x-webkit-deflate-frame, permessage-deflate", RuleDeflateConflict, false, DeflateParams{}},
		{"server_no_context_takeover not repeated", "permessage-deflate; server_no_context_takeover", "permessage-deflate",
			RuleDeflateTakeoverKept, false, DeflateParams{}},
		{"server_max_window_bits not repeated", "permessage-deflate; server_max_window_bits=15", "permessage-deflate",
			RuleDeflateServerBits, false, DeflateParams{}},
		{"server_max_window_bits larger", "permessage-deflate; server_max_window_bits=9", "permessage-deflate; server_max_window_bits=10",
			RuleDeflateServerBits, false, DeflateParams{}},
		{"client_max_window_bits not offered (RFC7692-7.1.2.2-7)", "permessage-deflate", "permessage-deflate; client_max_window_bits=10",
			RuleDeflateClientBits, false, DeflateParams{}},
		{"good for neither offer", "permessage-deflate; server_no_context_takeover, permessage-deflate; server_max_window_bits=9",
			"permessage-deflate; client_no_context_takeover", RuleDeflateTakeoverKept, false, DeflateParams{}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			params, agreed, broken := CheckDeflateAnswer(parseOffers(t, tt.offers), parseOffers(t, tt.answers))
			switch {
			case broken == nil && tt.broken != nil:
				t.Errorf("accepted, want a violation of %s", tt.broken.ID)
			case broken != nil && broken.Rule != tt.broken:
				t.Errorf("unexpected violation: %v of %s", broken, broken.Rule.ID)
			}
			if agreed != tt.agreed {
				t.Errorf("agreed = %t", agreed)
			}
			if diff := cmp.Diff(tt.params, params); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestDeflateOfferRoundTrip(t *testing.T) {
	for _, tt := range []struct {
		offer DeflateOffer
		want  string
	}{
		{DeflateOffer{}, "permessage-deflate"},
		{DeflateOffer{ClientMaxWindowBits: AnyWindowBits}, "permessage-deflate; client_max_window_bits"},
		{DeflateOffer{ServerNoContextTakeover: true, ClientNoContextTakeover: true, ServerMaxWindowBits: 8, ClientMaxWindowBits: 15},
			"permessage-deflate; server_no_context_takeover; client_no_context_takeover; server_max_window_bits=8; client_max_window_bits=15"},
	} {
		if got := tt.offer.Extension().String(); got != tt.want {
			t.Errorf("%+v is written as %s, want %s", tt.offer, got, tt.want)
		}
		if got, broken := ParseDeflateOffer(tt.offer.Extension()); got != tt.offer || broken != nil {
			t.Errorf("%+v is read back as %+v, %v", tt.offer, got, broken)
		}
	}
}

func TestSenderOfDeflateParams(t *testing.T) {
	p := DeflateParams{ServerNoContextTakeover: true, ServerMaxWindowBits: 9, ClientMaxWindowBits: 12}
	for _, tt := range []struct {
		params   DeflateParams
		role     Role
		bits     int
		takeover bool
	}{
		{p, RoleServer, 9, false},
		{p, RoleClient, 12, true},
		{DeflateParams{ClientNoContextTakeover: true}, RoleClient, 15, false},
		{DeflateParams{}, RoleServer, 15, true},
	} {
		if bits, takeover := tt.params.Sender(tt.role); bits != tt.bits || takeover != tt.takeover {
			t.Errorf("%+v, %v: %d, %t", tt.params, tt.role, bits, takeover)
		}
	}
}
