package network

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/wsspec/wsspec/conformance/script"
	"github.com/wsspec/wsspec/ref/wire"
)

// A Script is what the harness sends on one connection, legal or not.
type Script struct {
	// Offer is the value of Sec-WebSocket-Extensions in the harness's request; empty means
	// none. Of a client the same is asked the other way round, as in [script.Script.Offers].
	Offer string `json:"offer,omitempty"`
	// Head replaces the harness's request, or its response to a client, with the names in braces
	// of [script.Opening]; empty means an ordinary one.
	Head string `json:"head,omitempty"`
	// HeadCuts are the places, counted in octets of the harness's part of the opening handshake,
	// where one write ends and the next one begins, in ascending order.
	HeadCuts []int `json:"headCuts,omitempty"`
	// Joined sends a client the response and what follows it in one write.
	Joined bool `json:"joined,omitempty"`
	// Parts are sent in order. Neighbours go out in one write, unless a part says otherwise.
	Parts []Part `json:"parts,omitempty"`
}

// A Part is one frame, or octets, or something else that the harness does. Exactly one of the
// first three fields is set.
type Part struct {
	Frame  *Frame `json:"frame,omitempty"`
	Octets []byte `json:"octets,omitempty"`
	Do     Action `json:"do,omitempty"`
	// Cuts are the places, counted in octets of this part, where one write ends and the next
	// one begins, in ascending order.
	Cuts []int `json:"cuts,omitempty"`
}

// An Action is something that the harness does besides sending.
type Action string

// The actions.
const (
	// Pause ends a write and leaves the peer a moment to read it.
	Pause Action = "pause"
	// Await waits until the peer has answered all that it has to answer so far.
	Await Action = "await"
	// HalfClose ends the harness's half of TCP. It is the last part.
	HalfClose Action = "half-close"
	// Reset resets TCP. It is the last part.
	Reset Action = "reset"
	// Connect opens another connection to a server, on which the script goes on. The one
	// before stays open until the end.
	Connect Action = "connect"
)

// actions are all actions.
var actions = []Action{Pause, Await, HalfClose, Reset, Connect}

// A Frame is one frame to send. The zero value of a field is what a correct endpoint sends;
// FIN is set unless More is.
type Frame struct {
	Opcode  wire.Opcode `json:"opcode"`
	Payload []byte      `json:"payload,omitempty"`
	// More clears FIN.
	More bool     `json:"more,omitempty"`
	RSV  wire.RSV `json:"rsv,omitempty"`
	// Form is the form of the payload length; 0 means the shortest form.
	Form wire.LengthForm `json:"form,omitempty"`
	// Mask: 1 masks, 2 does not, and 0 does as the harness's role has it.
	Mask script.MaskMode `json:"mask,omitempty"`
	// Key is the masking key, four octets; nil means another one for each frame.
	Key []byte `json:"key,omitempty"`
	// Declare is the payload length in the header; 0 means the true one.
	Declare uint64 `json:"declare,omitempty"`
}

// scripted is the frame in the language of cases.
func (f *Frame) scripted() script.Frame {
	out := script.Frame{
		Fin: !f.More, RSV: f.RSV, Opcode: f.Opcode, Payload: script.Payload{Octets: f.Payload},
		Form: f.Form, Mask: f.Mask, Declare: f.Declare,
	}
	if len(f.Key) == 4 {
		key := [4]byte(f.Key)
		out.Key = &key
	}
	return out
}

// length is how many octets the frame has on the wire, sent by that role.
func (f *Frame) length(sender wire.Role) int {
	h := f.scripted().Header(sender)
	return h.Len() + len(f.Payload)
}

// frameOf is the opposite of scripted.
func frameOf(f script.Frame) *Frame {
	out := &Frame{
		Opcode: f.Opcode, Payload: f.Payload.Bytes(), More: !f.Fin, RSV: f.RSV,
		Form: f.Form, Mask: f.Mask, Declare: f.Declare,
	}
	if f.Key != nil {
		out.Key = f.Key[:]
	}
	return out
}

// mostParts and mostOctets bound a script.
const (
	mostParts  = 64
	mostOctets = 256 << 10
)

// size is about how many octets the script sends.
func (s *Script) size() int {
	n := len(s.Head)
	for i := range s.Parts {
		n += len(s.Parts[i].Octets)
		if f := s.Parts[i].Frame; f != nil {
			n += wire.MaxHeaderLen + len(f.Payload)
		}
	}
	return n
}

// Frames is how many frames, or pieces of octets, the script sends.
func (s *Script) Frames() (n int) {
	for i := range s.Parts {
		if s.Parts[i].Do == "" {
			n++
		}
	}
	return n
}

// clone returns a copy that shares only octets, which nobody changes.
func (s *Script) clone() *Script {
	out := *s
	out.Parts = make([]Part, len(s.Parts), len(s.Parts)+2)
	for i, p := range s.Parts {
		if p.Frame != nil {
			f := *p.Frame
			p.Frame = &f
		}
		out.Parts[i] = p
	}
	return &out
}

// check says what is wrong with a script that was read from a file.
func (s *Script) check() error {
	if len(s.Parts) > mostParts*4 {
		return fmt.Errorf("the script has %d parts; %d is the most", len(s.Parts), mostParts*4)
	}
	if n := s.size(); n > 4*mostOctets {
		return fmt.Errorf("the script sends about %d octets; %d is the most", n, 4*mostOctets)
	}
	if err := checkCuts(s.HeadCuts); err != nil {
		return err
	}
	for i, p := range s.Parts {
		if err := p.check(); err != nil {
			return fmt.Errorf("part %d: %w", i+1, err)
		}
	}
	return nil
}

func (p *Part) check() error {
	set := 0
	for _, yes := range []bool{p.Frame != nil, len(p.Octets) > 0, p.Do != ""} {
		if yes {
			set++
		}
	}
	if set != 1 {
		return errors.New("it has to have one of frame, octets and do")
	}
	if p.Do != "" && !slices.Contains(actions, p.Do) {
		return fmt.Errorf("do %q: it has to be one of %v", p.Do, actions)
	}
	if f := p.Frame; f != nil {
		switch {
		case f.Opcode > 15:
			return fmt.Errorf("opcode %d: an opcode has four bits", f.Opcode)
		case f.RSV > 7:
			return fmt.Errorf("rsv %d: there are three bits", f.RSV)
		case f.Form > wire.Length64:
			return fmt.Errorf("form %d: there are 0, 1, 2 and 3", f.Form)
		case f.Mask > script.MaskNever:
			return fmt.Errorf("mask %d: there are 0, 1 and 2", f.Mask)
		case f.Key != nil && len(f.Key) != 4:
			return fmt.Errorf("key: a masking key has 4 octets, and not %d", len(f.Key))
		}
	}
	return checkCuts(p.Cuts)
}

func checkCuts(cuts []int) error {
	last := 0
	for _, c := range cuts {
		if c <= last {
			return errors.New("cuts have to ascend from 1")
		}
		last = c
	}
	return nil
}

// String describes the script for people, a part after the other.
func (s *Script) String() string {
	parts := []string{"a handshake"}
	switch {
	case s.Head != "":
		parts[0] = "a handshake with " + ownLines(s.Head)
	case s.Offer != "":
		parts[0] = "a handshake with " + s.Offer
	}
	if s.Joined {
		parts[0] += ", in one write with what follows"
	}
	if len(s.HeadCuts) > 0 {
		parts[0] += ", cut after octets " + strings.Trim(fmt.Sprint(s.HeadCuts), "[]")
	}
	for i := range s.Parts {
		parts = append(parts, s.Parts[i].String())
	}
	return strings.Join(parts, "; ")
}

// ownLines are the lines of a head that an ordinary one does not have, and those that it lacks.
func ownLines(head string) string {
	own, usual := strings.Split(head, "\r\n"), usualLines(head)
	var out []string
	for _, line := range own {
		if !slices.Contains(usual, line) {
			out = append(out, quoted(line))
		}
	}
	for _, line := range usual {
		name, _, _ := strings.Cut(line, ":")
		if !slices.ContainsFunc(own, func(o string) bool { return len(o) >= len(name) && strings.EqualFold(o[:len(name)], name) }) {
			out = append(out, "no "+name)
		}
	}
	if len(out) == 0 {
		return "its lines in another order or number"
	}
	return strings.Join(out, ", ")
}

// usualLines are the lines of an ordinary head, of a request or a response as head is.
func usualLines(head string) []string {
	if isResponse(head) {
		return strings.Split(plainResponse, "\r\n")
	}
	return strings.Split(plainHead(""), "\r\n")
}

// quoted quotes a line of a head, and of a long one the beginning.
func quoted(line string) string {
	const most = 120
	if len(line) > most {
		return fmt.Sprintf("%q… (%d octets)", line[:most], len(line))
	}
	return fmt.Sprintf("%q", line)
}

// String describes the part for people.
func (p *Part) String() string {
	text := string(p.Do)
	switch {
	case p.Frame != nil:
		text = p.Frame.scripted().String()
	case p.Do == "":
		text = fmt.Sprintf("%d octets %s", len(p.Octets), script.Quote(p.Octets))
	}
	if len(p.Cuts) > 0 {
		text += fmt.Sprintf(", cut after octets %s", strings.Trim(fmt.Sprint(p.Cuts), "[]"))
	}
	return text
}
