package oracle_test

import (
	"testing"

	"github.com/wsspec/wsspec/conformance/oracle"
	"github.com/wsspec/wsspec/ref/wire"
)

// FuzzOf checks that the oracle allows at least one ending for any octets, and that it
// allows each of its endings after all answers.
func FuzzOf(f *testing.F) {
	for _, s := range []string{
		"", "81 02 'hi'", "01 01 'a' 89 01 'p' 80 01 'b'", "88 02 03e9", "81 82 01020304 'hi'", "c1 07 f248cdc9c90700",
		"a1 01 'b' 89 00", "82 7f 4000000000000000 00", "01 01 ff 88 00", "c2 0e 01 0200 fdff 'ab' 01 0100 feff 'c' 00",
	} {
		f.Add(octets(f, s), true, true)
		f.Add(octets(f, s), false, false)
	}
	f.Fuzz(func(t *testing.T, sent []byte, client, deflate bool) {
		subject := oracle.Subject{Role: wire.RoleServer}
		if client {
			subject.Role = wire.RoleClient
		}
		if deflate {
			subject.Deflate = &wire.DeflateParams{}
		}
		p := oracle.Of(subject, sent)
		if len(p.Endings) == 0 {
			t.Fatal("no ending is permitted")
		}
		for _, e := range p.Endings {
			var events []oracle.Event
			for _, a := range p.Answers {
				events = append(events, oracle.Event{Kind: a.Kind, Opcode: a.Opcode, Payload: a.Payload})
			}
			if e.Fate != oracle.Stays {
				code := wire.StatusNoStatusRcvd
				if !e.AnyCode {
					code = e.Codes[0]
				}
				events = append(events, oracle.Closing(code), eof)
			}
			if ok, why := p.Permits(oracle.Observation{Events: events, Final: true}); !ok {
				t.Fatalf("%v is not permitted: %s\n%s", events, why, p)
			}
		}
	})
}
