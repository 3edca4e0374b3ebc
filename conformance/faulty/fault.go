package faulty

import (
	"crypto/tls"
	"fmt"
	"slices"

	"github.com/wsspec/wsspec/ref/wire"
)

// A Fault is one mistake that a peer makes whenever it can. With the zero Fault, the
// peer is correct.
type Fault struct {
	// Name is short and never changes once released: "pong-twice".
	Name string
	// Area is the part of the protocol that the fault is about, such as "framing".
	Area Area
	// Sentence describes what the peer does. It begins with a verb.
	Sentence string
	// Requires lists the ids (see conformance/rfc) of the requirements that the fault
	// breaks, the most important one first. For an oddity, it lists the requirements
	// that allow it.
	Requires []string
	// Legal says that the fault is an oddity, which breaks no requirement.
	Legal bool

	roles []wire.Role
	// alter changes the habits of a peer. It is called once for each connection, so
	// that variables it captures belong to one connection.
	alter func(*peer)
	// rejectsURL makes a client reject a URL. secure changes the TLS of a peer.
	rejectsURL func(rawURL string) bool
	secure     func(*tls.Config)
}

// Area is the part of the protocol that a fault is about.
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
	Segmentation    Area = "segmentation"
	Leftovers       Area = "leftovers"
	// TLS: a peer shows these faults over TLS only.
	TLS Area = "TLS"
)

// Roles returns the roles in which a peer can have the fault.
func (f Fault) Roles() []wire.Role {
	if len(f.roles) == 0 {
		return []wire.Role{wire.RoleServer, wire.RoleClient}
	}
	return slices.Clone(f.roles)
}

// HasRole reports whether a peer with the role can have the fault.
func (f Fault) HasRole(role wire.Role) bool { return slices.Contains(f.Roles(), role) }

// Faults returns every fault, grouped by area. The caller may modify the slice.
func Faults() []Fault { return slices.Clone(faults) }

// Oddities returns every habit that looks like a mistake but is allowed. The caller
// may modify the slice.
func Oddities() []Fault { return slices.Clone(oddities) }

// ByName returns the fault, also one of [AttackFaults], or oddity with the name. The name "none" gives the zero
// Fault. An unknown name is an error.
func ByName(name string) (Fault, error) {
	if name == "none" {
		return Fault{}, nil
	}
	for _, list := range [][]Fault{faults, oddities, AttackFaults()} {
		if i := slices.IndexFunc(list, func(f Fault) bool { return f.Name == name }); i >= 0 {
			return list[i], nil
		}
	}
	return Fault{}, fmt.Errorf("unknown fault %q", name)
}

var faults = inAreas(false,
	area{Framing, framingFaults},
	area{Control, controlFaults},
	area{Fragmentation, fragmentationFaults},
	area{Text, textFaults},
	area{Echo, echoFaults},
	area{Closing, closingFaults},
	area{ServerHandshake, serverHandshakeFaults},
	area{ServerHandshake, serverHTTPFaults},
	area{ClientHandshake, clientHandshakeFaults},
	area{ClientHandshake, clientHTTPFaults},
	area{Masking, maskingFaults},
	area{Deflate, deflateFaults},
	area{Robustness, robustnessFaults},
	area{Robustness, mixingFaults},
	area{Segmentation, segmentationFaults},
	area{Leftovers, leftoverFaults},
	area{TLS, tunnelFaults},
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

// Roles of faults that only a server or only a client can have.
var (
	onlyServer = []wire.Role{wire.RoleServer}
	onlyClient = []wire.Role{wire.RoleClient}
)
