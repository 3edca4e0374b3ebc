package opening

import (
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/wsspec/wsspec/ref/wire"
)

// The harness's statements about the handshake and those of the reference are written
// apart, from the same clauses. These tests hold them against each other: where one
// is wrong, they differ.

// rules are the ids of the rules broken, in order.
func rules(violations []*wire.Violation) []string {
	out := []string{}
	for _, v := range violations {
		out = append(out, v.Rule.ID)
	}
	return out
}

// field values that the tables and the random requests are made of, by name.
var values = map[string][]string{
	"Host": {
		"localhost", "localhost:9001", "127.0.0.1:1", "[::1]:80", "[::1]", "[::1", "[1.2.3.4]", "[fe80::1%25eth0]", "[]", "", ":", ":80", "a:", "a:b", "a:-1", "a b", "a/b", "u@h",
		"a_b~!$&'()*+,;=%20", "h\u00e4", "[::ffff:1.2.3.4]:5", "a:1:2",
	},
	"Upgrade":    {"websocket", "WebSocket", "WEBSOCKET", "", "h2c", "websockets", "foo, websocket", "websocket, foo/2", "foo/2/3, websocket", "foo / 2, websocket", ",websocket,", "web\u017focket", "websoc\u212aet", "websocket; a", "/2, websocket", ","},
	"Connection": {"Upgrade", "upgrade", "keep-alive, Upgrade", "keep-alive Upgrade", "", "close", "upgradex", "Upgrade,", ", ,Upgrade", "\"Upgrade\"", "a b, Upgrade", "Upgrade\t,\tx"},
	"Sec-WebSocket-Key": {
		"dGhlIHNhbXBsZSBub25jZQ==", "AAECAwQFBgcICQoLDA0ODw==", "AAECAwQFBgcICQoLDA0ODx==", "", "AA==", "AAECAwQFBgcICQoLDA0ODw", "AAECAwQFBgcICQoLDA0ODw=", "-_-_-_-_-_-_-_-_-_-_-w==",
		"+/+/+/+/+/+/+/+/+/+/+w==", "AAECAwQFBgcI CQoLDA0ODw==", "AAECAwQFBgcICQoLDA0ODxA=", "========================", "AAECAwQFBgcICQoLDA0ODw==A",
	},
	"Sec-WebSocket-Version":  {"13", "013", "8", "0", "00", "255", "256", "1000", "", "+13", "-13", "13 ", "1 3", "13.0", "0x0d", "13, 8", "99", "100", "199", "249", "260"},
	"Sec-WebSocket-Protocol": {"chat", "chat, soap", "chat,chat", "a b", "", ",", ",a,", "a;b", "\"a\"", "a\x7f", "a, b, a, b", "A, a", "a/b", "{a}", "!#$%&'*+-.^_`|~09AZaz"},
	"Sec-WebSocket-Extensions": {
		"permessage-deflate", "permessage-deflate; client_max_window_bits", "a; b=c; d=\"e\"", "a; b=\"\\e\\f\"", "a;", ";", "a;;b", "a; b=", "a; =b", "a; b=\"\"", "a; b=\"c d\"", "a; b=\"c", "a b",
		"a ; b = c , d", "a,b", ",a,,b,", "", ",", "a; b=c=d", "a=b", "\"x\"", "a; b=\"c,d\"", "a; b=\"c\\", "a; b=\"\\\"\"", "a\t;\tb\t=\t\"c\"\t", "a;b;b", "a; b=\"c\"d", "a; b c",
		"permessage-deflate; server_max_window_bits=08", "permessage-deflate; server_max_window_bits=16; x", "permessage-deflate; x=1; server_max_window_bits",
	},
}

var (
	methods  = []string{"GET", "get", "POST", "CONNECT", "", "GE\tT"}
	targets  = []string{"/", "/a?b=c", "*", "", "a", "/a#b", "/a b", "/\u00e4", "/\x01", "http://h/", "HTTPS://h:1?x", "http://", "http:///a", "ws://h/", "http://u@h/", "http://[::1]/", "http://h", "/|%zz\"<>", "http://h#a", "httpx://h/"}
	versions = []string{"HTTP/1.1", "HTTP/1.0", "HTTP/2.0", "HTTP/1.2", "HTTP/0.9", "HTTP/1", "HTTP/1.10", "HTTP/a.b", "http/1.1", "HTTPS/1.1", "", "HTTP/9.9", "HTTP/1,1"}
)

// plainRequest breaks nothing.
func plainRequest() wire.Request {
	return wire.NewRequest("/", "localhost", "dGhlIHNhbXBsZSBub25jZQ==", nil)
}

// set replaces the fields of a name by these values.
func set(r *wire.Request, name string, values ...string) {
	r.Fields = slices.DeleteFunc(slices.Clone(r.Fields), func(f wire.Field) bool { return f.Name == name })
	for _, v := range values {
		r.Fields = append(r.Fields, wire.Field{Name: name, Value: strings.Trim(v, " \t")}) // as a parser leaves it
	}
}

func sameRequest(t *testing.T, r wire.Request) {
	t.Helper()
	if own, theirs := rules(CheckRequest(r)), rules(wire.CheckClientRequest(r)); !slices.Equal(own, theirs) {
		t.Errorf("%q\nharness:   %v\nreference: %v", r.Append(nil), own, theirs)
	}
	own, ok := extensions(r.Fields)
	list, present := r.Fields.List("Sec-WebSocket-Extensions")
	theirs, err := wire.ParseExtensions(list)
	if present && (ok != (err == nil) || !reflect.DeepEqual(own, theirs)) {
		t.Errorf("%q\nharness:   %+v, %t\nreference: %+v, %v", list, own, ok, theirs, err)
	}
	if own, theirs := tokens(r.Fields, "Sec-WebSocket-Protocol"), r.Subprotocols(); !slices.Equal(own, theirs) {
		t.Errorf("%q: harness %q, reference %q", r.Append(nil), own, theirs)
	}
}

// Each single value, alone and in a second field.
func TestRequestsAreJudgedAlike(t *testing.T) {
	if found := CheckRequest(plainRequest()); len(found) > 0 {
		t.Fatalf("the plain request breaks %v", found)
	}
	for name, list := range values {
		r := plainRequest()
		set(&r, name)
		sameRequest(t, r)
		for _, v := range list {
			r := plainRequest()
			set(&r, name, v)
			sameRequest(t, r)
			for _, w := range list {
				set(&r, name, v, w)
				sameRequest(t, r)
			}
		}
	}
	for i, parts := range [][]string{methods, targets, versions} {
		for _, part := range parts {
			r := plainRequest()
			*[]*string{&r.Method, &r.Target, &r.Version}[i] = part
			sameRequest(t, r)
		}
	}
}

// Every single octet in every place where a token or a name stands.
func TestOctetsAreJudgedAlike(t *testing.T) {
	for c := range 256 {
		if c == '\r' || c == '\n' {
			continue // no field has them
		}
		s := string([]byte{byte(c)})
		for name, form := range map[string]string{
			"Host": "a%sb", "Upgrade": "websocket, a%sb", "Connection": "Upgrade, a%sb", "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZ%s==",
			"Sec-WebSocket-Version": "1%s", "Sec-WebSocket-Protocol": "a%sb", "Sec-WebSocket-Extensions": "a; b=\"c%sd\", e%sf",
		} {
			r := plainRequest()
			set(&r, name, strings.ReplaceAll(form, "%s", s))
			sameRequest(t, r)
		}
		r := plainRequest()
		r.Target = "/a" + s + "b"
		sameRequest(t, r)
		r.Target, r.Method = "http://a"+s+"b/", "GE"+s
		sameRequest(t, r)
	}
}

// Requests made of these parts at random, and with octets changed at random.
func TestRandomRequestsAreJudgedAlike(t *testing.T) {
	rnd := rand.New(rand.NewPCG(6455, 7692))
	one := func(list []string) string { return list[rnd.IntN(len(list))] }
	const alphabet = "aA0, ;=\"\\/\t!\x7f\u00e4[]:13"
	for range 100_000 {
		r := plainRequest()
		if rnd.IntN(8) == 0 {
			r.Method, r.Target, r.Version = one(methods), one(targets), one(versions)
		}
		for name, list := range values {
			if rnd.IntN(3) > 0 {
				continue
			}
			v := []byte(one(list))
			for range rnd.IntN(3) {
				at := rnd.IntN(len(v) + 1)
				v = slices.Insert(v, at, alphabet[rnd.IntN(len(alphabet))])
			}
			set(&r, name, string(v))
		}
		sameRequest(t, r)
		if t.Failed() {
			return
		}
	}
}

// elementsOfDeflate are offers and answers, good and bad.
func randomDeflate(rnd *rand.Rand) wire.Extension {
	e := wire.Extension{Name: []string{"permessage-deflate", "permessage-deflate", "permessage-deflate", "permessage-bzip2", "x-webkit-deflate-frame", "other", "Permessage-Deflate"}[rnd.IntN(7)]}
	names := []string{"server_no_context_takeover", "client_no_context_takeover", "server_max_window_bits", "client_max_window_bits", "server_max_window_bit", "mode", "Client_Max_Window_Bits"}
	bits := []string{"8", "9", "10", "11", "12", "13", "14", "15", "7", "16", "08", "0", "-1", "8.0", "true", "015"}
	for range rnd.IntN(4) {
		p := wire.Param{Name: names[min(rnd.IntN(24)/5, len(names)-1)]}
		if rnd.IntN(24) == 0 {
			p.Name = names[rnd.IntN(len(names))]
		}
		wantsValue := strings.HasSuffix(p.Name, "_bits")
		if wantsValue != (rnd.IntN(6) == 0) {
			p.HasValue, p.Value, p.Quoted = true, bits[rnd.IntN(8)], rnd.IntN(4) == 0
			if rnd.IntN(5) == 0 {
				p.Value = bits[rnd.IntN(len(bits))]
			}
		}
		e.Params = append(e.Params, p)
	}
	return e
}

func ruleOf(v *wire.Violation) string {
	if v == nil {
		return ""
	}
	return v.Rule.ID
}

// Offers, answers, and what is agreed.
func TestDeflateIsNegotiatedAlike(t *testing.T) {
	rnd := rand.New(rand.NewPCG(7692, 6455))
	agreements, refusals := 0, map[string]int{}
	for range 200_000 {
		var offers, answers []wire.Extension
		for range rnd.IntN(3) {
			offers = append(offers, randomDeflate(rnd))
		}
		for range rnd.IntN(3) {
			answers = append(answers, randomDeflate(rnd))
		}
		if len(offers) > 0 && rnd.IntN(2) == 0 { // an answer that fits is rare otherwise
			answers = []wire.Extension{offers[0]}
		}
		what := fmt.Sprintf("offers %s, answers %s", wire.FormatExtensions(offers), wire.FormatExtensions(answers))
		for _, e := range offers {
			own, ownWrong := readOffer(e)
			theirs, wrong := wire.ParseDeflateOffer(e)
			if ruleOf(ownWrong) != ruleOf(wrong) || wrong == nil && own != theirs {
				t.Fatalf("offer %s\nharness:   %+v, %v\nreference: %+v, %v", e, own, ownWrong, theirs, wrong)
			}
		}
		params, agreed, wrong := agree(offers, answers)
		theirs, theirAgreed, theirWrong := wire.CheckDeflateAnswer(offers, answers)
		if params != theirs || agreed != theirAgreed || ruleOf(wrong) != ruleOf(theirWrong) {
			t.Fatalf("%s\nharness:   %+v, %t, %v\nreference: %+v, %t, %v", what, params, agreed, wrong, theirs, theirAgreed, theirWrong)
		}
		if agreed {
			agreements++
		}
		refusals[ruleOf(wrong)]++
		noTakeover, window := rnd.IntN(2) == 0, []int{0, 8, 9, 12, 15}[rnd.IntN(5)]
		params, answer, ok := answerTo(offers, noTakeover, window)
		theirs, theirAnswer, theirOK := wire.AcceptDeflate(offers, wire.DeflatePolicy{ClientNoContextTakeover: noTakeover, ClientMaxWindowBits: window})
		if params != theirs || ok != theirOK || !reflect.DeepEqual(answer, theirAnswer) {
			t.Fatalf("offers %s, demanded %t, %d\nharness:   %+v, %s, %t\nreference: %+v, %s, %t",
				wire.FormatExtensions(offers), noTakeover, window, params, answer, ok, theirs, theirAnswer, theirOK)
		}
		if ok { // what the harness answers, the client has to take
			if taken, agreed, wrong := wire.CheckDeflateAnswer(offers, []wire.Extension{answer}); !agreed || taken != params {
				t.Fatalf("offers %s, answer %s: %+v, %v; want %+v", wire.FormatExtensions(offers), answer, taken, wrong, params)
			}
		}
	}
	// The random cases reach every rule.
	for _, rule := range []*wire.Rule{
		wire.RuleDeflateAnswerUndefined, wire.RuleDeflateAnswerValue, wire.RuleDeflateAnswerDoubled, wire.RuleDeflateConflict, wire.RuleDeflateUnasked,
		wire.RuleDeflateTakeoverKept, wire.RuleDeflateServerBits, wire.RuleDeflateClientBits,
	} {
		if refusals[rule.ID] < 100 {
			t.Errorf("%s was broken %d times, want 100 at least", rule.ID, refusals[rule.ID])
		}
	}
	if agreements < 1000 {
		t.Errorf("%d agreements, want 1000 at least", agreements)
	}
}
