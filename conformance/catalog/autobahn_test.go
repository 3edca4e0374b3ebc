package catalog_test

import (
	"bufio"
	"bytes"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	c "github.com/wsspec/wsspec/conformance"
	"github.com/wsspec/wsspec/conformance/catalog"
	"github.com/wsspec/wsspec/ref/wire"
)

// recorded is where the real Autobahn's own account of a run against a server
// lies, one case a line. It stands beside the repository and not in it.
const recorded = "../../../shared/autobahn/server-gorilla.jsonl"

// A recording is Autobahn's account of one case.
type recording struct {
	ID            string                         `json:"id"`
	Expected      map[string][][]json.RawMessage `json:"expected"`
	ExpectedClose struct {
		Codes        []wire.StatusCode `json:"closeCode"`
		ClosedByMe   bool              `json:"closedByMe"`
		RequireClean bool              `json:"requireClean"`
	} `json:"expectedClose"`
	Log [][]json.RawMessage `json:"wirelog"`
}

func recordings(t *testing.T) map[string]recording {
	t.Helper()
	f, err := os.Open(recorded)
	if errors.Is(err, fs.ErrNotExist) {
		t.Skipf("NOT COMPARED WITH AUTOBAHN: %s is not there", recorded)
	}
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	all := map[string]recording{}
	for lines := bufio.NewReader(f); ; {
		line, err := lines.ReadBytes('\n')
		if len(bytes.TrimSpace(line)) > 0 {
			var r recording
			if err := json.Unmarshal(line, &r); err != nil {
				t.Fatalf("%s: %v", recorded, err)
			}
			all[r.ID] = r
		}
		if err != nil {
			return all
		}
	}
}

// An act is one thing that a case does to the peer under test: it sends a
// frame, or waits. Both accounts are brought into this form.
type act struct {
	Wait   bool
	Opcode wire.Opcode
	Fin    bool
	RSV    wire.RSV
	Length uint64
	// Payload may be cut after 2,000 octets: Autobahn's account is, for the
	// longest.
	Payload string
	// Cut is how the frame's octets were cut into writes.
	Cut c.Chop
}

const shown = 2000

func (r recording) acts(t *testing.T) []act {
	t.Helper()
	var acts []act
	var stream []byte
	whole, parts := true, 0
	for _, entry := range r.Log[2:] { // behind the opening handshake
		switch decode[string](t, entry[0]) {
		case "KL", "TI": // from here on Autobahn only waits
			parts = -1
		case "CT":
			if parts >= 0 {
				acts = append(acts, act{Wait: true})
			}
		case "TF":
			if parts >= 0 {
				acts = append(acts, frameAct(t, entry))
				parts++
			}
		case "TO":
			var octets [2]json.RawMessage
			unmarshal(t, entry[1], &octets)
			text := decode[string](t, octets[1])
			piece, err := hex.DecodeString(text)
			whole = whole && err == nil && len(piece) == decode[int](t, octets[0])
			stream = append(stream, piece...)
		}
	}
	if !whole {
		return acts
	}
	// The octets on the wire say more than the account of the frames, which
	// shows payloads as text: they are taken as far as they go.
	frames := parse(stream)
	if r.ID == "6.4.3" || r.ID == "6.4.4" {
		// One frame in three writes, which Autobahn writes by hand: its account
		// has the waits and the last frame only.
		return append([]act{frames[0]}, acts...)
	}
	i := 0
	for j := range acts {
		if !acts[j].Wait && i < len(frames) {
			frames[i].Cut = acts[j].Cut
			if diff := cmp.Diff(acts[j], frames[i], cmp.FilterPath(func(p cmp.Path) bool { return p.Last().String() == ".Payload" }, cmp.Ignore())); diff != "" {
				t.Fatalf("%s: Autobahn's two accounts of frame %d differ:\n%s", r.ID, i, diff)
			}
			acts[j] = frames[i]
			i++
		}
	}
	return acts
}

// frameAct reads [TF, [length, payload], opcode, fin, rsv, key, length or null,
// chop or null, sync].
func frameAct(t *testing.T, entry []json.RawMessage) act {
	t.Helper()
	var payload [2]json.RawMessage
	unmarshal(t, entry[1], &payload)
	a := act{
		Opcode: decode[wire.Opcode](t, entry[2]), Fin: decode[bool](t, entry[3]), RSV: decode[wire.RSV](t, entry[4]),
		Length: decode[uint64](t, payload[0]), Payload: cut(octetsOf(t, decode[string](t, payload[1]))),
	}
	if repeat := decode[*uint64](t, entry[6]); repeat != nil { // the payload is repeated to this length
		a.Payload = cut(strings.Repeat(a.Payload, shown/len(a.Payload)+1))
		a.Length = *repeat
	}
	switch chop := decode[*c.Chop](t, entry[7]); {
	case chop != nil:
		a.Cut = *chop
	case decode[bool](t, entry[8]):
		a.Cut = c.ChopFrames
	}
	return a
}

// octetsOf reads a payload as Autobahn shows it: text as it is, other octets in
// hexadecimal, and an ellipsis where it was too long.
func octetsOf(t *testing.T, s string) string {
	t.Helper()
	s, _ = strings.CutSuffix(s, " ...")
	if rest, ok := strings.CutPrefix(s, "0x"); ok {
		b, err := hex.DecodeString(rest)
		if err != nil {
			t.Fatal(err)
		}
		return string(b)
	}
	return s
}

func cut(s string) string { return s[:min(len(s), shown)] }

// parse reads masked frames as long as they are whole.
func parse(stream []byte) []act {
	var frames []act
	for {
		h, n, err := wire.ParseHeader(stream)
		if err != nil || uint64(len(stream)-n) < h.Length {
			return frames
		}
		payload := bytes.Clone(stream[n : n+int(h.Length)])
		wire.Mask(h.MaskKey, 0, payload)
		frames = append(frames, act{Opcode: h.Opcode, Fin: h.Fin, RSV: h.RSV, Length: h.Length, Payload: cut(string(payload))})
		stream = stream[n+int(h.Length):]
	}
}

func decode[T any](t *testing.T, raw json.RawMessage) (v T) {
	t.Helper()
	unmarshal(t, raw, &v)
	return v
}

func unmarshal(t *testing.T, raw json.RawMessage, v any) {
	t.Helper()
	if err := json.Unmarshal(raw, v); err != nil {
		t.Fatalf("%s: %v", raw, err)
	}
}

// actsOf brings a case of ours into the same form. The pieces of one frame
// count as the frame at its first piece.
func actsOf(t *testing.T, x *c.Case) []act {
	t.Helper()
	var acts []act
	add := func(f c.Frame, chop c.Chop) {
		acts = append(acts, act{Opcode: f.Opcode, Fin: f.Fin, RSV: f.RSV, Length: uint64(f.Payload.Len()), Payload: cut(string(f.Payload.Bytes())), Cut: chop})
		if f.Form != wire.LengthShortest || f.Mask != c.MaskByRole {
			t.Errorf("%s: frame %s is not encoded as usual", x.ID, f)
		}
	}
	for _, s := range x.Script.Steps {
		switch s := s.(type) {
		case c.Send:
			for _, f := range s.Frames {
				add(f, s.Chop)
			}
		case c.SendPart:
			if s.From == 0 {
				add(s.Frame, c.ChopNone)
			}
		case c.Await, c.Settle, c.Watch:
			acts = append(acts, act{Wait: true})
		default:
			t.Errorf("%s: Autobahn has nothing like the step %s", x.ID, s)
		}
	}
	return acts
}

// Every case sends what Autobahn sends: frame by frame the opcode, FIN, the
// reserved bits, the payload, and how the octets are cut.
func TestCasesSendWhatAutobahnSends(t *testing.T) {
	all := recordings(t)
	compared := 0
	for _, x := range catalog.Cases() {
		r, ok := all[x.ID]
		if !ok {
			continue
		}
		compared++
		t.Run(x.ID, func(t *testing.T) {
			if diff := cmp.Diff(r.acts(t), actsOf(t, x)); diff != "" {
				t.Errorf("what is sent (-Autobahn +wsspec):\n%s", diff)
			}
		})
	}
	if compared != 247 || len(all) != 247 {
		t.Errorf("%d cases compared of %d recorded, want 247", compared, len(all))
	}
}

// A departure is a case that permits other things than Autobahn does, on
// purpose.
var departures = map[string]struct {
	why      string
	outcomes []c.Outcome
}{
	// Autobahn permits anything in these three by a verdict of its own.
	"7.1.6":  {"whether to echo before the Close is answered is the peer's own choice", nil},
	"7.13.1": {"codes above 4999 are undefined", []c.Outcome{{Behavior: c.InformationalBehavior, Ending: c.AnyEnd()}}},
	"7.13.2": {"codes above 4999 are undefined", []c.Outcome{{Behavior: c.InformationalBehavior, Ending: c.AnyEnd()}}},
}

func TestCasesPermitWhatAutobahnPermits(t *testing.T) {
	all := recordings(t)
	sameOutcomes := cmp.Options{
		cmp.AllowUnexported(c.Expect{}, c.Ending{}),
		cmp.Comparer(func(a, b c.Payload) bool { return bytes.Equal(a.Bytes(), b.Bytes()) }),
	}
	for _, x := range catalog.Cases() {
		r, ok := all[x.ID]
		if !ok {
			continue
		}
		t.Run(x.ID, func(t *testing.T) {
			want := r.outcomes(t, x)
			if d, ok := departures[x.ID]; ok {
				if want = d.outcomes; want == nil {
					return
				}
			}
			got := slices.Clone(x.Script.Outcomes)
			if late := len(got) - 1; late == 1 && x.Note != "" && len(want) == 1 && got[late].Behavior == c.NonStrict {
				// A pong behind the message: NON-STRICT here, FAILED there; the
				// note says so.
				if !strings.Contains(x.Note, "Autobahn") {
					t.Errorf("one outcome more than Autobahn, and the note %q does not say so", x.Note)
				}
				got = got[:late]
			}
			if diff := cmp.Diff(want, got, sameOutcomes); diff != "" {
				t.Errorf("what is permitted (-Autobahn +wsspec):\n%s", diff)
			}
		})
	}
}

// outcomes puts Autobahn's expectations into our form.
func (r recording) outcomes(t *testing.T, x *c.Case) []c.Outcome {
	t.Helper()
	closes := false
	for _, a := range r.acts(t) {
		closes = closes || a.Opcode == wire.OpClose && !a.Wait
	}
	codes := r.ExpectedClose.Codes
	var ending c.Ending
	switch {
	case !r.ExpectedClose.ClosedByMe:
		ending = c.FailedByPeer(codes...)
	case !closes:
		ending = c.ClosedByHarness()
	case r.ExpectedClose.RequireClean:
		ending = c.AnsweredByPeer(codes...)
	default:
		ending = c.RefusedByPeer(codes...)
	}
	var out []c.Outcome
	for _, behavior := range []c.Behavior{c.OK, c.NonStrict} {
		events, ok := r.Expected[string(behavior)]
		if !ok {
			continue
		}
		o := c.Outcome{Behavior: behavior, Ending: ending}
		var pings []c.Frame
		for i, e := range events {
			name, payload := decode[string](t, e[0]), octetsOf(t, decode[string](t, e[1]))
			switch name {
			case "message":
				kind := c.Text
				if decode[bool](t, e[2]) {
					kind = c.Binary
				} else if !utf8.ValidString(payload) {
					t.Fatalf("Autobahn expects the text %x", payload)
				}
				if strings.HasSuffix(decode[string](t, e[1]), " ...") {
					payload = r.longMessage(t, payload)
				}
				o.Events = append(o.Events, c.Echo(kind(c.Octets(payload))))
			case "timeout":
				o.Events = append(o.Events, c.Quiet(payload))
			case "pong":
				// Ours count pings of one step together, since their pongs may be
				// coalesced (RFC6455-5.5.3-2).
				pings = append(pings, c.Ping(c.Octets(payload)))
				if i+1 == len(events) || decode[string](t, events[i+1][0]) != "pong" || awaits(x) {
					o.Events = append(o.Events, c.PongFor(pings...))
					pings = nil
				}
			default:
				t.Fatalf("Autobahn expects %s", name)
			}
		}
		out = append(out, o)
	}
	return out
}

// awaits reports whether the script waits for a pong between two pings.
func awaits(x *c.Case) bool {
	return slices.ContainsFunc(x.Script.Steps, func(s c.Step) bool { _, ok := s.(c.Await); return ok })
}

// longMessage completes a message that the account shows the beginning of: it
// is one character over and over, as long as the frames that were sent.
func (r recording) longMessage(t *testing.T, beginning string) string {
	t.Helper()
	if strings.Trim(beginning, beginning[:1]) != "" {
		t.Fatalf("%s: %.20q… is not one character over and over", r.ID, beginning)
	}
	length := 0
	for _, a := range r.acts(t) {
		length += int(a.Length)
	}
	return strings.Repeat(beginning[:1], length)
}

// The departures are named where a reader of the case finds them.
func TestDeparturesAreExplained(t *testing.T) {
	for id, d := range departures {
		x := catalog.ByID(id)
		if x == nil || x.Note == "" || x.Level != c.Informational {
			t.Errorf("%s departs from Autobahn (%s) and has no note, or is not informational: %s", id, d.why, fmt.Sprint(x))
		}
	}
}
