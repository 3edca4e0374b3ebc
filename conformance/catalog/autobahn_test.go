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
	"github.com/wsspec/wsspec/conformance/catalog"
	c "github.com/wsspec/wsspec/conformance/script"
	"github.com/wsspec/wsspec/conformance/verdict"
	"github.com/wsspec/wsspec/ref/wire"
)

// recorded is Autobahn's own log of a run against a server, one case a line. The
// file is not part of the repository.
const recorded = "../../../shared/autobahn/server-gorilla.jsonl"

// A recording is Autobahn's log of one case.
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

// An act is one action of a case: it sends a frame, or it waits. Autobahn's log and
// our cases are both converted to acts.
type act struct {
	Wait   bool
	Opcode wire.Opcode
	Fin    bool
	RSV    wire.RSV
	Length uint64
	// Payload is cut after 2,000 octets, because Autobahn's log cuts long payloads.
	Payload string
	// Cut says how the octets of the frame were cut into writes.
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
	// The octets on the wire are more exact than the log of the frames, which shows
	// payloads as text. They are used as far as the log has them.
	frames := parse(stream)
	if r.ID == "6.4.3" || r.ID == "6.4.4" {
		// Autobahn sends one frame in three writes of its own here. Its log has only
		// the waits and the last frame.
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

// octetsOf reads a payload in Autobahn's form: text unchanged, other octets in
// hexadecimal, and an ellipsis at the end of a payload that was cut.
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

// parse reads masked frames until the first incomplete frame.
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

// actsOf converts one of our cases to acts. A frame that is sent in parts counts as
// one frame, at the place of its first part.
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

// Every case sends what Autobahn sends: for each frame the opcode, FIN, the reserved
// bits, the payload, and how the octets are cut into writes.
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

// departures are the cases that permit other outcomes than Autobahn on purpose.
var departures = map[string]struct {
	why      string
	outcomes []c.Outcome
}{
	"7.3.6": {"1009 fits a frame that is too big", []c.Outcome{{Behavior: verdict.OK, Ending: c.RefusedByPeer(wire.StatusProtocolError, wire.StatusMessageTooBig)}}},
	// Autobahn permits any outcome in these three cases.
	"7.1.6":  {"whether to echo before the Close is answered is the peer's own choice", nil},
	"7.13.1": {"codes above 4999 are undefined", []c.Outcome{{Behavior: verdict.Informational, Ending: c.AnyEnd()}}},
	"7.13.2": {"codes above 4999 are undefined", []c.Outcome{{Behavior: verdict.Informational, Ending: c.AnyEnd()}}},
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
			if late := len(got) - 1; late == 1 && x.Note != "" && len(want) == 1 && got[late].Behavior == verdict.NonStrict {
				// A pong after the message is NON-STRICT here and FAILED in
				// Autobahn. The note says so.
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

// outcomes converts Autobahn's expectations to outcomes.
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
	for _, behavior := range []verdict.Behavior{verdict.OK, verdict.NonStrict} {
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
				// Our cases expect the pongs for the pings of one step together,
				// because a peer may answer only the latest (RFC6455-5.5.3-2).
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

// longMessage completes a message of which the log shows only the beginning. The
// message repeats one character and is as long as the frames that were sent.
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

// Every departure has a note, where a reader of the case finds it.
func TestDeparturesAreExplained(t *testing.T) {
	for id, d := range departures {
		x := catalog.ByID(id)
		if x == nil || x.Note == "" || x.Level != verdict.LevelInformational && !strings.Contains(x.Note, "Autobahn") {
			t.Errorf("%s departs from Autobahn (%s), and neither its note nor its level says so: %s", id, d.why, fmt.Sprint(x))
		}
	}
}
