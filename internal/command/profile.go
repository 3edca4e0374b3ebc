package command

import (
	"github.com/wsspec/wsspec/conformance"
)

// A profile is what --profile names.
type profile struct {
	name string
	// volume says how much the cases about size and compression send, depth which
	// variants of the cases are played.
	volume conformance.Profile
	depth  conformance.Depth
}

var profiles = []profile{
	{"quick", conformance.Quick, conformance.CoveringVariants},
	{"full", conformance.Full, conformance.CoveringVariants},
	{"deep", conformance.Quick, conformance.AllVariants},
	{"plain", conformance.Quick, conformance.NoVariants},
}

const profileHelp = "`quick` (few messages in the cases about size and compression, and a selection of variants of the cases), full (as many messages as Autobahn sends), deep (every variant) or plain (no variant)"

func knowsProfile(name string) bool { return profileNamed(name).name == name }

func profileNamed(name string) profile {
	for _, p := range profiles {
		if p.name == name {
			return p
		}
	}
	return profiles[0]
}

// volume is how much the cases about size and compression send.
func (r *runFlags) volume() conformance.Profile { return profileNamed(r.profile).volume }

// depth says which variants are played. A run by a spec file plays the cases that it
// names, as Autobahn does, unless the profile asks for more.
func (r *runFlags) depth() conformance.Depth {
	d := profileNamed(r.profile).depth
	if r.file != nil && d != conformance.AllVariants {
		return conformance.NoVariants
	}
	return d
}
