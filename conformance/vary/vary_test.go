package vary_test

import (
	"bytes"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/wsspec/wsspec/conformance/catalog"
	"github.com/wsspec/wsspec/conformance/script"
	"github.com/wsspec/wsspec/conformance/vary"
	"github.com/wsspec/wsspec/ref/wire"
)

func caseOf(t testing.TB, id string) *script.Case {
	t.Helper()
	c := catalog.ByID(id)
	if c == nil {
		t.Fatalf("the catalogue has no case %s", id)
	}
	return c
}

func made(t testing.TB, id string, role wire.Role, shape vary.Shape) *vary.Variant {
	t.Helper()
	v, err := vary.Make(caseOf(t, id), role, shape)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// Which shapes fit a case follows from what it sends and what it asks for.
func TestShapesThatFit(t *testing.T) {
	server, client := wire.RoleServer, wire.RoleClient
	for _, tt := range []struct {
		name   string
		id     string
		role   wire.Role
		has    string
		hasNot string
	}{
		{"a masked frame has four octets more to cut at", "1.1.2", server, "cut@5 cut@6 octets", "cut@131"},
		{"an unmasked one has not", "1.1.2", client, "cut@1 cut@2 cut@126", "cut@127"},
		{"a 16-bit length can be cut", "1.1.3", server, "cut@3 cut@4 cut@7", ""},
		{"a frame can be as long as a buffer, with its header", "1.1.2", server, "size@4088 size@4096 size@65528", "size@-1"},
		{"a server's frame has a shorter header", "1.1.2", client, "size@4092 size@4096", ""},
		{"a ping has at most 125 octets", "2.4", server, "size@124", "size@126 size@127"},
		{"a text of its own is not about length", "6.2.1", server, "fragments@1 deflate@fixed", "size@1"},
		{"a code point can be cut", "6.2.1", server, "cut@13", ""},
		{"a reserved bit keeps compression out", "3.2", server, "cut@3 octets after@text", "after@deflate deflate@fixed"},
		{"what follows a compressed message is a case like any other", "5.9", server, "after@deflate after@deflate-final after@ping-in-code-point ping@1 ping@2", ""},
		{"the case negotiates compression itself", "rfc7692/7.2/1", server, "after@text after@deflate-final", "after@deflate-takeover deflate@fixed"},
		{"what a bad reference refers to may be in a compressed beginning", "rfc7692/7.2/38", server, "after@text", "after@deflate"},
		{"only the latest ping may be answered", "2.10", server, "ping@1 pong@1 pong@5", "ping@2"},
		{"a pong may come before an earlier message", "2.2", server, "after@text with@pong", "with@text"},
		{"nothing goes behind a Close", "7.1.2", server, "ping@1 after@text", "ping@2 pong@2"},
		{"a client cannot be asked for a second connection", "1.1.2", client, "early early@1", "second@fragment"},
		{"frames may not come before a server's response", "1.1.2", server, "second@fragment second@header", "early"},
		{"a ping behind a response is not one of the script's", "2.2", client, "after@text", "early"},
		{"the handshake is cut for the simplest case", "1.1.1", server, "opening@1 opening@-1", ""},
		{"and for no other", "1.1.2", server, "", "opening@1"},
		{"large messages are not varied much", "9.1.6", server, "after@text", "cut@1 with@text after@large second@idle"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			fits := vary.Shapes(caseOf(t, tt.id), tt.role)
			for shape := range strings.FieldsSeq(tt.has) {
				if !slices.Contains(fits, vary.Shape(shape)) {
					t.Errorf("%s does not have +%s, only %v", tt.id, shape, fits)
				}
			}
			for shape := range strings.FieldsSeq(tt.hasNot) {
				if slices.Contains(fits, vary.Shape(shape)) {
					t.Errorf("%s has +%s", tt.id, shape)
				}
			}
		})
	}
}

// A case without a definite right answer, or that is not about frames, has no variants.
func TestCasesWithoutVariants(t *testing.T) {
	for _, id := range []string{"7.1.6", "7.13.1", "rfc6455/4.2.1/1", "rfc7692/7/1", "rfc6455/10.6/1"} {
		for _, role := range []wire.Role{wire.RoleServer, wire.RoleClient} {
			if fits := vary.Shapes(caseOf(t, id), role); len(fits) > 0 {
				t.Errorf("%s has variants for a %v: %v", id, role, fits)
			}
		}
	}
}

func TestIDs(t *testing.T) {
	for _, tt := range []struct{ id, when, failure string }{
		{"3.2+cut@3", "when cut after octet 3 of the header of frame 1 (text)", ""},
		{"3.2+cut@20", "when cut after octet 1 of the header of frame 2 (text)", ""},
		{"1.1.2+cut@6", "when cut after the header of the text frame", ""},
		{"5.9+after@deflate-final", "behind a compressed message with BFINAL set", ""},
		{"1.1.2+after@text+octets", "behind a text message, octet by octet", ""},
		{"1.1.2+size@4088", "with a payload of 4088 octets, a frame of 4096", ""},
		{"3.2+cut@0", "", "the variant +cut@0 does not fit case 3.2; there are +cut@1, "},
		{"3.2+nonsense", "", "there is no variant +nonsense; there are +cut, +frames, "},
		{"3.*+cut@3", "", "a variant is named by the whole id of its case"},
		{"99.1+cut@3", "", "matches no case"},
		{"7.13.1+cut@3", "", "case 7.13.1 has no variants for a server"},
	} {
		chosen, err := vary.Choose(script.Selection{Run: []string{tt.id}}, catalog.Cases(), wire.RoleServer)
		switch {
		case tt.failure != "":
			if err == nil || !strings.Contains(err.Error(), tt.failure) {
				t.Errorf("%s: %v, want %q", tt.id, err, tt.failure)
			}
		case err != nil || len(chosen) != 1 || chosen[0].ID != tt.id || !strings.HasSuffix(chosen[0].Title, "["+tt.when+"]"):
			t.Errorf("%s: %v, %v; want %q", tt.id, chosen, err, tt.when)
		}
	}
}

// The patterns of a selection choose cases beside variants.
func TestVariantsBesideCases(t *testing.T) {
	chosen, err := vary.Choose(script.Selection{Run: []string{"2.1", "3.2+cut@3", "3.2+cut@3"}}, catalog.Cases(), wire.RoleServer)
	if err != nil || len(chosen) != 2 || chosen[0].ID != "2.1" || chosen[1].ID != "3.2+cut@3" {
		t.Errorf("%v, %v; want 2.1 and the variant once", chosen, err)
	}
}

// Each variant that a run may play can be made, by its id, and leaves its case as it is.
func TestEveryVariantCanBeMade(t *testing.T) {
	for _, role := range []wire.Role{wire.RoleServer, wire.RoleClient} {
		seen := map[string]bool{}
		for _, c := range vary.Select(catalog.Cases(), role, vary.Covering) {
			before := strings.Join(c.Of.Script.Sentences(), "\n")
			v, err := vary.Make(c.Of, role, c.Shape)
			if err != nil {
				t.Error(err)
				continue
			}
			if seen[v.Case.ID] {
				t.Errorf("%s is there twice", v.Case.ID)
			}
			seen[v.Case.ID] = true
			if base, shape, ok := vary.CutID(v.Case.ID); !ok || base != c.Of.ID || shape != c.Shape {
				t.Errorf("the id %s is not that of %s in the shape %s", v.Case.ID, c.Of.ID, c.Shape)
			}
			if after := strings.Join(c.Of.Script.Sentences(), "\n"); after != before {
				t.Errorf("%s has changed its case:\n%s", v.Case.ID, cmp.Diff(before, after))
			}
			if strings.Join(v.Case.Script.Sentences(), "\n") == before && len(v.Case.Script.Outcomes) == len(c.Of.Script.Outcomes) {
				t.Errorf("%s is no other case than %s", v.Case.ID, c.Of.ID)
			}
		}
	}
}

// The covering selection has every place, and is small. All variants are tens of thousands.
func TestSelections(t *testing.T) {
	for _, tt := range []struct {
		role           wire.Role
		few, many, all int
	}{{wire.RoleServer, 3000, 20_000, 80_000}, {wire.RoleClient, 800, 20_000, 80_000}} {
		covering, all := vary.Select(catalog.Cases(), tt.role, vary.Covering), vary.Select(catalog.Cases(), tt.role, vary.All)
		seen := map[string]bool{}
		for _, c := range all {
			id := c.Of.ID + "+" + string(c.Shape)
			if seen[id] {
				t.Errorf("for a %v, %s is chosen twice", tt.role, id)
			}
			seen[id] = true
		}
		if len(covering) == 0 || len(covering) > tt.few || len(all) < tt.many || len(all) > tt.all {
			t.Errorf("for a %v there are %d covering variants and %d in all", tt.role, len(covering), len(all))
		}
		if none := vary.Select(catalog.Cases(), tt.role, vary.None); len(none) > 0 {
			t.Errorf("%d variants where none is wanted", len(none))
		}
		if !slices.ContainsFunc(covering, func(c vary.Choice) bool { return c.Of.ID == "5.9" && c.Shape == "after@deflate" }) {
			t.Errorf("for a %v nothing covers a stray continuation frame behind a compressed message", tt.role)
		}
		covered := map[string]bool{}
		for _, c := range covering {
			covered[c.Place] = true
		}
		for _, place := range []string{
			"cut octet 3 of a header of 4 in a data frame", "after deflate", "after deflate-final", "after ping-in-code-point",
			"octets octet by octet", "ping ping between fragments", "fragments in fragments", "deflate as a stored block",
		} {
			if !covered[strings.ReplaceAll(place, "3 of a header of 4", map[wire.Role]string{wire.RoleServer: "3 of a header of 8", wire.RoleClient: "3 of a header of 4"}[tt.role])] {
				t.Errorf("for a %v nothing covers %q", tt.role, place)
			}
		}
	}
}

// What stands before a case comes first in each outcome, and where the case waits.
func TestBeginnings(t *testing.T) {
	v := made(t, "5.19", wire.RoleServer, "after@binary")
	before := "binary message 0x00fffe80"
	for _, o := range v.Case.Script.Outcomes {
		if got := o.Sentences()[0]; got != before {
			t.Errorf("an outcome begins with %s, want %s", got, before)
		}
	}
	for _, s := range v.Case.Script.Steps {
		if await, ok := s.(script.Await); ok && await.Events[0].String() != before {
			t.Errorf("%s: it has to wait for %s first", await, before)
		}
	}
	// A peer may end the connection on the violation before it has answered.
	if got := made(t, "3.1", wire.RoleServer, "with@text").Case.Script.Outcomes[0].Sentences()[0]; got != `perhaps text message "before"` {
		t.Errorf("behind a message in the same write, a violation permits %q", got)
	}
	if got := made(t, "1.1.2", wire.RoleServer, "with@text").Case.Script.Outcomes[0].Sentences()[0]; got != `text message "before"` {
		t.Errorf("behind a message in the same write, a message permits %q", got)
	}
	// A peer may have a limit.
	outcomes := made(t, "1.1.2", wire.RoleServer, "after@large").Case.Script.Outcomes
	if got := outcomes[len(outcomes)-1].String(); got != "no message and no pong; then the peer closes with 1009" {
		t.Errorf("behind a large message the last outcome is %q", got)
	}
}

// A ping beside the case is in no outcome: its pong may come anywhere.
func TestPingsBesideTheCase(t *testing.T) {
	v := made(t, "5.3", wire.RoleServer, "ping@2")
	frames := v.Case.Script.Steps[0].(script.Send).Frames
	if len(frames) != 3 || frames[1].Opcode != wire.OpPing || !frames[1].AnyPong {
		t.Errorf("the frames are %v", frames)
	}
	if diff := cmp.Diff(caseOf(t, "5.3").Script.Outcomes, v.Case.Script.Outcomes); diff != "" {
		t.Error(diff)
	}
}

// Each way to compress a message gives that message.
func TestCompressedMessages(t *testing.T) {
	message := caseOf(t, "6.2.1").Script.Steps[0].(script.Send).Frames[0].Payload.Bytes()
	n := 0
	for _, shape := range vary.Shapes(caseOf(t, "6.2.1"), wire.RoleServer) {
		if !strings.HasPrefix(string(shape), "deflate@") || strings.Contains(string(shape), "+") {
			continue
		}
		n++
		var payload []byte
		for i, f := range made(t, "6.2.1", wire.RoleServer, shape).Case.Script.Steps[0].(script.Send).Frames {
			if (f.RSV == wire.RSV1) != (i == 0) {
				t.Errorf("%s: frame %d has the reserved bits %03b", shape, i+1, f.RSV)
			}
			payload = append(payload, f.Payload.Bytes()...)
		}
		inflater, err := wire.NewInflater(wire.InflaterOptions{NoContextTakeover: true})
		if err != nil {
			t.Fatal(err)
		}
		got, err := inflater.AppendMessage(nil, payload, 1<<20)
		inflater.Release()
		if err != nil || !bytes.Equal(got, message) {
			t.Errorf("%s inflates to %q, %v", shape, got, err)
		}
		if use, v := wire.MeasureWindow(payload, 0); v != nil || use.PaddingSet {
			t.Errorf("%s: %v, padding set: %t", shape, v, use.PaddingSet)
		}
	}
	if n < 8 {
		t.Errorf("there are %d ways to compress a message", n)
	}
}

// A finding is made simpler: by a single cut, an earlier argument, one transform of two.
func TestSimpler(t *testing.T) {
	for _, tt := range []struct {
		id   string
		of   vary.Shape
		want []vary.Shape
	}{
		{"1.1.3", "octets", []vary.Shape{"cut@1", "cut@2", "cut@3"}},
		{"1.1.3", "cut@3", []vary.Shape{"cut@1", "cut@2"}},
		{"1.1.3", "after@empty", []vary.Shape{"after@text", "after@binary"}},
		{"1.1.3", "with@binary", []vary.Shape{"after@binary", "with@text"}},
		{"1.1.3", "after@deflate+octets", []vary.Shape{"octets", "after@deflate", "after@deflate+cut@1"}},
		{"1.1.3", "cut@1", nil},
	} {
		got := vary.Simpler(made(t, tt.id, wire.RoleServer, tt.of), wire.RoleServer)
		if diff := cmp.Diff(tt.want, got[:min(len(got), len(tt.want))]); diff != "" || len(got) > 30 {
			t.Errorf("simpler than +%s are %v", tt.of, got)
		}
	}
}
