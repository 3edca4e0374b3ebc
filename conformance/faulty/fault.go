package faulty

import (
	"fmt"
	"slices"

	"github.com/wsspec/wsspec/ref/wire"
)

// A Fault is one mistake that a peer makes whenever it can. The zero Fault is
// none: the peer is then correct.
type Fault struct {
	// Name is short and never changes once released: "pong-twice".
	Name string
	// Area is the subject that the fault belongs to: "framing".
	Area Area
	// Sentence says what the peer does.
	Sentence string
	// Requires names the requirements that it breaks, the principal one first,
	// by their ids in conformance/rfc. For an oddity they are those that permit
	// it.
	Requires []string
	// Legal says that no requirement is broken: the fault is an oddity.
	Legal bool

	roles []wire.Role
	// alter changes the habits of one connection's peer. It is called once a
	// connection, so that what it captures belongs to that connection.
	alter func(*peer)
}

// Area is the subject of a fault.
type Area string

// The areas.
const (
	Framing         Area = "framing"
	Control         Area = "control frames"
	Fragmentation   Area = "fragmentation"
	Text            Area = "text"
	Echo            Area = "echo"
	Closing         Area = "closing"
	ServerHandshake Area = "server handshake"
	ClientHandshake Area = "client handshake"
	Masking         Area = "masking"
	Deflate         Area = "deflate"
	Robustness      Area = "robustness"
)

// Roles returns the roles in which a peer can have the fault.
func (f Fault) Roles() []wire.Role {
	if len(f.roles) == 0 {
		return []wire.Role{wire.RoleServer, wire.RoleClient}
	}
	return slices.Clone(f.roles)
}

// HasRole reports whether a peer of that role can have the fault.
func (f Fault) HasRole(role wire.Role) bool { return slices.Contains(f.Roles(), role) }

// Faults returns every mistake, by area. The slice is the caller's.
func Faults() []Fault { return slices.Clone(faults) }

// Oddities returns every habit that looks like a mistake and is permitted. The
// slice is the caller's.
func Oddities() []Fault { return slices.Clone(oddities) }

// ByName returns the fault or oddity of that name; "none" is the zero Fault.
func ByName(name string) (Fault, error) {
	if name == "none" {
		return Fault{}, nil
	}
	for _, list := range [][]Fault{faults, oddities} {
		if i := slices.IndexFunc(list, func(f Fault) bool { return f.Name == name }); i >= 0 {
			return list[i], nil
		}
	}
	return Fault{}, fmt.Errorf("no fault is called %q", name)
}

var faults = inAreas(false,
	area{Framing, framingFaults},
	area{Control, controlFaults},
	area{Fragmentation, fragmentationFaults},
	area{Text, textFaults},
	area{Echo, echoFaults},
	area{Closing, closingFaults},
	area{ServerHandshake, serverHandshakeFaults},
	area{ClientHandshake, clientHandshakeFaults},
	area{Masking, maskingFaults},
	area{Deflate, deflateFaults},
	area{Robustness, robustnessFaults},
)

type area struct {
	area   Area
	faults []Fault
}

func inAreas(legal bool, areas ...area) []Fault {
	var all []Fault
	for _, a := range areas {
		for _, f := range a.faults {
			f.Area, f.Legal = a.area, legal
			all = append(all, f)
		}
	}
	return all
}

// The roles of faults that only one side can have.
var (
	onlyServer = []wire.Role{wire.RoleServer}
	onlyClient = []wire.Role{wire.RoleClient}
)
