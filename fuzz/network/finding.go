package network

import (
	"errors"
	"fmt"
	"hash/fnv"
	"io"
	"regexp"
	"slices"
	"strings"

	"github.com/wsspec/wsspec/conformance/observed"
	"github.com/wsspec/wsspec/ref/wire"
)

// A Finding is a fault that a campaign has confirmed.
type Finding struct {
	Class Class `json:"class"`
	// Requirement is the id of the requirement that is broken, empty if the RFC has none.
	Requirement string `json:"requirement,omitempty"`
	// Why says in one sentence what the peer did.
	Why string `json:"why"`
	// Role is that of the peer: "server" or "client".
	Role string `json:"role"`
	// Reproduced says in how many of Plays plays the script had this class. If it is less,
	// the finding is flaky: it gates no build.
	Reproduced int `json:"reproduced"`
	Plays      int `json:"plays"`
	// Seed and Number say which script of which campaign it was.
	Seed   uint64 `json:"seed"`
	Number uint64 `json:"number"`
	// NoEcho: the peer was judged as one that sends no message back. Dialogue is the name of what
	// was said to it first; empty if nothing was.
	NoEcho   bool   `json:"noEcho,omitempty"`
	Dialogue string `json:"dialogue,omitempty"`
	// Peers says of a disagreement what each server did, the one under test first.
	Peers []Did `json:"peers,omitempty"`
	// Notes are what else is known: the last words of a process that ended.
	Notes []string `json:"notes,omitempty"`
	// Script is the shrunk script. It is in the following lines of a file.
	Script *Script `json:"-"`

	// Transcript is that of the last play.
	Transcript observed.Transcript `json:"-"`
}

// Flaky reports whether the script had its class in some plays only.
func (f *Finding) Flaky() bool { return f.Reproduced < f.Plays }

// nonStrict are requirements that a run of the catalogue grades as NON-STRICT, because the RFC
// does not say what a peer does otherwise: what becomes of a message that does not inflate.
var nonStrict = []string{"RFC7692-7.2.2-2"}

// Warns reports whether the finding is a warning, and fails no build.
func (f *Finding) Warns() bool {
	return f.Flaky() || slices.Contains([]Class{WrongCode, Inconsistency, Liveness, Disagreement}, f.Class) || f.Class == Hang && f.Requirement == "" || slices.Contains(nonStrict, f.Requirement)
}

// ID is a short name, the same for the same class, requirement and script.
func (f *Finding) ID() string {
	h := fnv.New32a()
	_, _ = io.WriteString(h, f.Signature())
	return fmt.Sprintf("fuzz/%08x", h.Sum32())
}

// Signature is what two findings of one fault share: class, requirement, and the shape of the
// script. An opening handshake of its own is a part of the shape. Of a disagreement, it is also
// what the servers did.
func (f *Finding) Signature() string {
	parts := []string{f.Role, string(f.Class), f.Requirement, shapeOf(f.Script)}
	for _, p := range f.Peers {
		parts = append(parts, p.Does)
	}
	return strings.Join(parts, "|")
}

// shapeOf is a script without the octets of its payloads, and without what it offers and where it
// is cut.
func shapeOf(s *Script) string {
	if s == nil {
		return ""
	}
	var b strings.Builder
	if s.Joined {
		b.WriteString("joined ")
	}
	if s.Head != "" {
		fmt.Fprintf(&b, "head %q ", s.Head)
	}
	if len(s.HeadCuts) > 0 {
		b.WriteString("cut ")
	}
	if s.Offer != "" {
		b.WriteString("deflate ")
	}
	for i := range s.Parts {
		p := &s.Parts[i]
		switch f := p.Frame; {
		case f != nil:
			fmt.Fprintf(&b, "%x%d%d%d%d%s", uint8(f.Opcode), boolInt(f.More), f.RSV, f.Mask, boolInt(f.Declare > 0), lengthClass(len(f.Payload)))
		case p.Do != "":
			b.WriteString(string(p.Do))
		default:
			b.WriteString("octets")
		}
		if len(p.Cuts) > 0 {
			b.WriteString("/")
		}
		b.WriteByte(' ')
	}
	return b.String()
}

func boolInt(b bool) int {
	if b {
		return 1
	}
	return 0
}

func lengthClass(n int) string {
	switch {
	case n == 0:
		return "-"
	case n <= 125:
		return "s"
	case n <= 65535:
		return "m"
	}
	return "l"
}

// details are what differs between two faults of one kind.
var details = regexp.MustCompile(`"(\\.|[^"\\])*"|0x[0-9a-f]+|[0-9]+ octets|\b[0-9]+\b`)

// kind is a signature that is known before the script is shrunk: what differs from script to
// script is left out of it.
func (w *wrong) kind() string {
	return string(w.class) + "|" + w.requirement + "|" + details.ReplaceAllString(w.why, "…")
}

// fileVersion is that of the form of findings.
const fileVersion = 1

// findingHead is the first line of a file.
type findingHead struct {
	Version int `json:"wsspec-finding"`
	*Finding
	scriptOpening
}

// Write writes a finding as JSON lines: what it is, and then a line for each part of its
// script.
func (f *Finding) Write(w io.Writer) error {
	return writeLines(w, findingHead{fileVersion, f, openingOf(f.Script)}, f.Script)
}

// Read reads what [Finding.Write] wrote. The error says which line is wrong.
func Read(r io.Reader) (*Finding, error) {
	f := &Finding{Script: &Script{}}
	if err := readLines(r, f.Script, "wsspec-finding", f.readHead); err != nil {
		return nil, err
	}
	return f, f.Script.check()
}

func (f *Finding) readHead(line []byte) error {
	head := findingHead{Finding: f}
	if err := strictly(line, &head); err != nil {
		return fmt.Errorf("it is no line of a finding: %w", err)
	}
	switch {
	case head.Version == 0:
		return errors.New("it has no wsspec-finding, so that this is no finding of wsspec fuzz")
	case head.Version != fileVersion:
		return fmt.Errorf("wsspec-finding is %d; this version reads %d", head.Version, fileVersion)
	case f.Role != wire.RoleServer.String() && f.Role != wire.RoleClient.String():
		return fmt.Errorf("role %q: it has to be server or client", f.Role)
	}
	head.of(f.Script)
	return nil
}
