package wire

import (
	"strings"
	"testing"
)

func TestMeasureWindowVectors(t *testing.T) {
	w := func() *bitWriter { return &bitWriter{} }
	far := strings.Repeat("x", 40000)
	for _, tt := range []struct {
		name    string
		payload []byte
		history int64
		want    WindowUse
	}{
		{"RFC 7692 7.2.3.1: one fixed block", octets(t, "f248cdc9c90700"), 0, WindowUse{Octets: 5}},
		{"RFC 7692 7.2.3.2: a reference to the message before", octets(t, "f200110000"), 5, WindowUse{Octets: 5, MaxDistance: 5, Reach: 4}},
		{"RFC 7692 7.2.3.3: a stored block", octets(t, "000500faff48656c6c6f00"), 0, WindowUse{Octets: 5}},
		{"RFC 7692 7.2.3.4: BFINAL", octets(t, "f348cdc9c9070000"), 0, WindowUse{Octets: 5}},
		{"RFC 7692 7.2.3.5: two blocks", octets(t, "f24805000000ffffcac9c90700"), 0, WindowUse{Octets: 5}},
		{"RFC 7692 7.2.3.6: the empty message", octets(t, "00"), 0, WindowUse{}},

		{"a reference inside the message", w().fixed(false).text("abc").match(3, 3).end().payload(), 0, WindowUse{Octets: 6, MaxDistance: 3}},
		{"a run", w().fixed(false).text("a").match(10, 1).end().payload(), 0, WindowUse{Octets: 11, MaxDistance: 1}},
		{"partly before the message", w().fixed(false).text("abc").match(3, 10).end().payload(), 7, WindowUse{Octets: 6, MaxDistance: 10, Reach: 7}},
		{"the furthest of several", w().fixed(false).match(4, 100).match(3, 104).match(5, 20).end().payload(), 100,
			WindowUse{Octets: 12, MaxDistance: 104, Reach: 100}},
		{"reach is not of the longest distance", w().fixed(false).match(3, 50).end().stored(false, far[:300]).fixed(false).match(3, 303).end().payload(), 50,
			WindowUse{Octets: 306, MaxDistance: 303, Reach: 50}},
		{"the largest distance there is", w().stored(false, far[:32768]).fixed(false).match(3, 32768).end().payload(), 0,
			WindowUse{Octets: 32771, MaxDistance: 32768}},
		{"over BFINAL", w().fixed(true).text("abc").end().pad().fixed(false).match(3, 3).end().payload(), 0,
			WindowUse{Octets: 6, MaxDistance: 3}},
		{"padding behind BFINAL that is not zero", w().fixed(true).text("ab").end().put(1, 1).pad().payload(), 0,
			WindowUse{Octets: 2, PaddingSet: true}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, broken := MeasureWindow(tt.payload, tt.history)
			if broken != nil {
				t.Fatal(broken)
			}
			if got != tt.want {
				t.Errorf("got %+v, want %+v", got, tt.want)
			}
		})
	}
}

func TestMeasureWindowRefuses(t *testing.T) {
	for _, tt := range corruptPayloads(t) {
		t.Run(tt.name, func(t *testing.T) {
			_, broken := MeasureWindow(tt.payload, 0)
			if broken == nil || broken.Rule != RuleDeflateData || !strings.Contains(broken.Detail, tt.fault) {
				t.Errorf("got %v, want %s", broken, tt.fault)
			}
		})
	}
}

// corruptPayload is no DEFLATE data; fault is what MeasureWindow says of it.
type corruptPayload struct {
	name    string
	payload []byte
	fault   string
}

func corruptPayloads(t testing.TB) []corruptPayload {
	w := func() *bitWriter { return &bitWriter{} }
	return []corruptPayload{
		{"no octet at all", nil, "ends inside a block"},
		{"the reserved block type", octets(t, "07"), "octet 0: reserved block type"},
		{"lengths of a stored block that differ", octets(t, "000500faf048656c6c6f00"), "the two lengths of a stored block differ"},
		{"a stored block cut short", octets(t, "00ff0000ff48"), "ends inside a block"},
		{"a fixed block cut short", octets(t, "f248cd"), ""},
		{"without the last octet", octets(t, "f248cdc9c907"), ""},
		{"BFINAL without the octet behind it (RFC 7692 7.2.3.4)", octets(t, "f348cdc9c90700"), ""},
		{"a reference to before the first octet", w().fixed(false).text("ab").match(3, 3).end().payload(), "before the first octet"},
		{"a reference in a first message", octets(t, "f200110000"), "before the first octet"},
		{"the undefined length code 286", w().fixed(false).text("a").symbol(286).code(0, 5).end().payload(), "undefined length code"},
		{"the undefined distance code 30", w().fixed(false).text("a").symbol(257).code(30, 5).end().payload(), "undefined distance code"},
		{"too many literals in a code of its own", w().put(0b100, 3).put(30, 5).put(0, 5).put(0, 4).put(0, 64).payload(), "too many symbols"},
		{"too many distances", w().put(0b100, 3).put(0, 5).put(30, 5).put(0, 4).put(0, 64).payload(), "too many symbols"},
		{"code lengths that are over-subscribed", w().put(0b100, 3).put(0, 14).put(0b001001001001, 12).put(0, 64).payload(), "code of the code lengths"},
		{"code lengths that leave codes unused", w().put(0b100, 3).put(0, 14).put(0b010, 12).put(0, 64).payload(), "code of the code lengths"},
		{"a repetition of nothing", w().put(0b100, 3).put(0, 14).put(0b001001, 12).put(0, 64).payload(), "repeats another"},
		{"one code length more than symbols", w().put(0b100, 3).put(0, 14).put(0b001001000000, 12).
			code(1, 1).put(138-11, 7).code(1, 1).put(121-11, 7).put(0, 64).payload(), "more code lengths than symbols"},
		{"garbage behind the last block", append(octets(t, "f248cdc9c90700"), octets(t, "0000ffffff")...), "reserved block type"},
		// Found by FuzzInflate.
		{"the last block cut short by as many octets as follow the payload", octets(t, "010e00f1ff48656c6c6f"), "ends inside a block"},
		{"a distance that has no code, behind a block where it has one",
			octets(t, "0cc0810c000000c020d6fc25fe2c06e0400600000060106bfe12ff2c00"), "bits that are no symbol's code"},
	}
}

func TestCheckWindow(t *testing.T) {
	small := DeflateParams{ServerMaxWindowBits: 9, ClientMaxWindowBits: 8}
	alone := DeflateParams{ServerNoContextTakeover: true}
	for _, tt := range []struct {
		name   string
		use    WindowUse
		agreed DeflateParams
		sender Role
		want   *Rule
	}{
		{"within the server's window", WindowUse{MaxDistance: 512, Reach: 512}, small, RoleServer, nil},
		{"beyond it", WindowUse{MaxDistance: 513}, small, RoleServer, RuleDeflateServerWindow},
		{"within the client's window", WindowUse{MaxDistance: 256}, small, RoleClient, nil},
		{"beyond it", WindowUse{MaxDistance: 257}, small, RoleClient, RuleDeflateClientWindow},
		{"the whole window", WindowUse{MaxDistance: 32768}, DeflateParams{}, RoleClient, nil},
		{"context taken over as agreed", WindowUse{MaxDistance: 9, Reach: 1}, alone, RoleClient, nil},
		{"context kept that was to be dropped", WindowUse{MaxDistance: 9, Reach: 1}, alone, RoleServer, RuleDeflateServerContext},
		{"the client's", WindowUse{MaxDistance: 9, Reach: 1}, DeflateParams{ClientNoContextTakeover: true}, RoleClient, RuleDeflateClientContext},
		{"no context needed", WindowUse{MaxDistance: 9}, alone, RoleServer, nil},
	} {
		broken := CheckWindow(tt.use, tt.agreed, tt.sender)
		if tt.want == nil && broken != nil || tt.want != nil && (broken == nil || broken.Rule != tt.want) {
			t.Errorf("%s: %v, want %v", tt.name, broken, tt.want)
		}
	}
}
