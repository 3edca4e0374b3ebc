package network

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/wsspec/wsspec/ref/wire"
)

// scriptVersion is that of the form of scripts in files.
const scriptVersion = 1

// scriptHead is the first line of a file with a script.
type scriptHead struct {
	Version int    `json:"wsspec-script"`
	Role    string `json:"role"`
	// Signature stands for what the peer did on the script: a hash. Of scripts with one signature,
	// a corpus needs one. It is empty if nobody knows.
	Signature string `json:"signature,omitempty"`
	scriptOpening
}

// A scriptOpening is what the first line of a file says of a script: how it opens the
// connection.
type scriptOpening struct {
	Offer  string `json:"offer,omitempty"`
	Head   string `json:"head,omitempty"`
	Cuts   []int  `json:"headCuts,omitempty"`
	Joined bool   `json:"joined,omitempty"`
}

func openingOf(s *Script) scriptOpening {
	return scriptOpening{s.Offer, s.Head, s.HeadCuts, s.Joined}
}

func (o scriptOpening) of(s *Script) {
	s.Offer, s.Head, s.HeadCuts, s.Joined = o.Offer, o.Head, o.Cuts, o.Joined
}

// WriteScript writes a script for a peer of that role as JSON lines: what it is, and then a
// line for each part.
func WriteScript(w io.Writer, s *Script, role wire.Role) error { return writeScript(w, s, role, "") }

func writeScript(w io.Writer, s *Script, role wire.Role, signature string) error {
	return writeLines(w, scriptHead{scriptVersion, role.String(), signature, openingOf(s)}, s)
}

// ReadScript reads what [WriteScript] wrote. The error says which line is wrong.
func ReadScript(r io.Reader) (*Script, wire.Role, error) {
	s, role, _, err := readScript(r)
	return s, role, err
}

// ScriptSignature reads a script, and returns the signature in its file: a short text that stands
// for what the peer did on it. It is empty if the file has none.
func ScriptSignature(r io.Reader) (string, error) {
	_, role, signature, err := readScript(r)
	if signature != "" {
		signature = role.String() + " " + signature
	}
	return signature, err
}

func readScript(r io.Reader) (s *Script, role wire.Role, signature string, err error) {
	s, role = &Script{}, wire.RoleServer
	err = readLines(r, s, "wsspec-script", func(line []byte) error {
		head := scriptHead{}
		if err := strictly(line, &head); err != nil {
			return fmt.Errorf("it is no line of a script: %w", err)
		}
		switch {
		case head.Version != scriptVersion:
			return fmt.Errorf("wsspec-script is %d; this version reads %d", head.Version, scriptVersion)
		case head.Role == wire.RoleClient.String():
			role = wire.RoleClient
		case head.Role != wire.RoleServer.String():
			return fmt.Errorf("role %q: it has to be server or client", head.Role)
		}
		head.of(s)
		signature = head.Signature
		return nil
	})
	if err != nil {
		return nil, role, "", err
	}
	return s, role, signature, s.check()
}

// writeLines writes a head, and then a line for each part of a script.
func writeLines(w io.Writer, head any, s *Script) error {
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(head); err != nil {
		return err
	}
	for i := range s.Parts {
		if err := enc.Encode(&s.Parts[i]); err != nil {
			return err
		}
	}
	return nil
}

// mostLine bounds a line of a file, in octets.
const mostLine = 8 << 20

// readLines reads a head, which has a field of that name, and then the parts of a script.
// The error says which line is wrong. Empty lines are passed over.
func readLines(r io.Reader, s *Script, name string, head func(line []byte) error) error {
	lines := bufio.NewScanner(r)
	lines.Buffer(nil, mostLine)
	n, begun := 0, false
	for lines.Scan() {
		if n++; len(strings.TrimSpace(lines.Text())) == 0 {
			continue
		}
		if !begun {
			if err := head(lines.Bytes()); err != nil {
				return fmt.Errorf("line %d: %w", n, err)
			}
			begun = true
			continue
		}
		var p Part
		if err := strictly(lines.Bytes(), &p); err != nil {
			return fmt.Errorf("line %d: %w", n, err)
		}
		s.Parts = append(s.Parts, p)
	}
	switch err := lines.Err(); {
	case errors.Is(err, bufio.ErrTooLong):
		return fmt.Errorf("line %d has more than %d octets", n+1, mostLine)
	case err != nil:
		return err
	case !begun:
		return fmt.Errorf("the file is empty; it has to begin with a line that has %s", name)
	}
	return nil
}

// strictly decodes one JSON value, and no field that is not known.
func strictly(line []byte, v any) error {
	dec := json.NewDecoder(strings.NewReader(string(line)))
	dec.DisallowUnknownFields()
	if err := dec.Decode(v); err != nil {
		return err
	}
	if dec.More() {
		return errors.New("there is more than one value in the line")
	}
	return nil
}
