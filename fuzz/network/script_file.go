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
	Offer   string `json:"offer,omitempty"`
	Head    string `json:"head,omitempty"`
	Cuts    []int  `json:"headCuts,omitempty"`
	Joined  bool   `json:"joined,omitempty"`
}

// WriteScript writes a script for a peer of that role as JSON lines: what it is, and then a
// line for each part.
func WriteScript(w io.Writer, s *Script, role wire.Role) error {
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(scriptHead{scriptVersion, role.String(), s.Offer, s.Head, s.HeadCuts, s.Joined}); err != nil {
		return err
	}
	for i := range s.Parts {
		if err := enc.Encode(&s.Parts[i]); err != nil {
			return err
		}
	}
	return nil
}

// ReadScript reads what [WriteScript] wrote. The error says which line is wrong.
func ReadScript(r io.Reader) (*Script, wire.Role, error) {
	lines := bufio.NewScanner(r)
	lines.Buffer(nil, mostLine)
	var s *Script
	var role wire.Role
	n := 0
	for lines.Scan() {
		if n++; len(strings.TrimSpace(lines.Text())) == 0 {
			continue
		}
		if s == nil {
			head := scriptHead{}
			if err := strictly(lines.Bytes(), &head); err != nil {
				return nil, role, fmt.Errorf("line %d: it is no line of a script: %w", n, err)
			}
			switch {
			case head.Version != scriptVersion:
				return nil, role, fmt.Errorf("line %d: wsspec-script is %d; this version reads %d", n, head.Version, scriptVersion)
			case head.Role == wire.RoleServer.String():
				role = wire.RoleServer
			case head.Role == wire.RoleClient.String():
				role = wire.RoleClient
			default:
				return nil, role, fmt.Errorf("line %d: role %q: it has to be server or client", n, head.Role)
			}
			s = &Script{Offer: head.Offer, Head: head.Head, HeadCuts: head.Cuts, Joined: head.Joined}
			continue
		}
		var p Part
		if err := strictly(lines.Bytes(), &p); err != nil {
			return nil, role, fmt.Errorf("line %d: %w", n, err)
		}
		s.Parts = append(s.Parts, p)
	}
	switch err := lines.Err(); {
	case errors.Is(err, bufio.ErrTooLong):
		return nil, role, fmt.Errorf("line %d has more than %d octets", n+1, mostLine)
	case err != nil:
		return nil, role, err
	case s == nil:
		return nil, role, errors.New("the file is empty; it has to begin with a line that has wsspec-script")
	}
	return s, role, s.check()
}
