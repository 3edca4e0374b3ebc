package opening

import (
	"crypto/rand"
	"encoding/base64"
	"encoding/binary"
	"strings"
	"testing"

	"github.com/wsspec/wsspec/conformance/stream"
)

// A client draws 16 new octets for each connection (RFC6455-4.1-29).
func TestKeysOfOneClient(t *testing.T) {
	drawn := func(int) []byte {
		b := make([]byte, 16)
		_, _ = rand.Read(b)
		return b
	}
	for _, tt := range []struct {
		name string
		key  func(i int) []byte
		// finding is what has to be said of one of the keys, "" if nothing.
		finding string
		by      int
	}{
		{"drawn at random", drawn, "", 5000},
		{"always the same", func(int) []byte { return make([]byte, 16) }, "another connection had already", 2},
		{"the third like the first", func(i int) []byte { return []byte(strings.Repeat(string(rune('a'+i%2)), 16)) }, "another connection had already", 3},
		{"a counter", func(i int) []byte { return binary.BigEndian.AppendUint64(make([]byte, 8), uint64(i)) }, "octets never change", stream.FewestKeys},
		{"two octets that stay", func(i int) []byte { b := drawn(i); b[0], b[9] = 1, 2; return b }, "2 octets never change", stream.FewestKeys},
	} {
		t.Run(tt.name, func(t *testing.T) {
			q := &KeyQuality{}
			for i := range tt.by {
				v := q.Add(" " + base64.StdEncoding.EncodeToString(tt.key(i)) + " ")
				last := i+1 == tt.by
				switch {
				case v == nil && last && tt.finding != "":
					t.Fatalf("nothing is found in %d keys, want that %s", tt.by, tt.finding)
				case v != nil && (!last || tt.finding == ""):
					t.Fatalf("key %d: %v; want nothing yet", i+1, v)
				case v != nil && (!strings.Contains(v.Error(), tt.finding) || v.Rule.ID != "RFC6455-4.1-29"):
					t.Fatalf("key %d: %v (%s); want %s", i+1, v, v.Rule.ID, tt.finding)
				}
			}
			if len(q.seen) > stream.MostKeys {
				t.Errorf("%d keys are kept, want %d at most", len(q.seen), stream.MostKeys)
			}
		})
	}
}

// What is no key at all is another rule's business, also twice.
func TestKeysThatAreNone(t *testing.T) {
	q := &KeyQuality{}
	for _, key := range []string{"", "", "AA==", "AA==", "no base64", "no base64"} {
		if v := q.Add(key); v != nil {
			t.Errorf("key %q: %v", key, v)
		}
	}
}
