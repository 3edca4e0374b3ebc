package differential

import (
	"github.com/wsspec/wsspec/conformance/catalog"
	"github.com/wsspec/wsspec/conformance/script"
	"github.com/wsspec/wsspec/conformance/vary"
	"github.com/wsspec/wsspec/ref/wire"
)

// mostOctets is the most octets that the fuzz target sends.
const mostOctets = 4 << 10

// shapedSeeds are the octets of the catalogue's cases in the shapes that every run plays:
// behind other traffic, with pings in between, with other sizes and fragments. Those that
// need permessage-deflate, or that are more than frames in order, are left out.
func shapedSeeds() (seeds [][]byte) {
	known := map[string]bool{}
	for _, choice := range vary.Select(catalog.Cases(), wire.RoleServer, vary.Covering) {
		v, err := vary.Make(choice.Of, wire.RoleServer, choice.Shape)
		if err != nil {
			panic("differential: " + err.Error())
		}
		octets, ok := octetsOf(&v.Case.Script)
		if ok && len(octets) <= mostOctets && !known[string(octets)] {
			known[string(octets)] = true
			seeds = append(seeds, octets)
		}
	}
	return seeds
}

// octetsOf are the octets of the frames of a script, masked with a key of zeros.
func octetsOf(s *script.Script) (octets []byte, ok bool) {
	if len(s.Offers) > 0 {
		return nil, false
	}
	for _, step := range s.Steps {
		switch step := step.(type) {
		case script.Send:
			for _, f := range step.Frames {
				octets, _ = f.Append(octets, wire.RoleClient, func() [4]byte { return [4]byte{} })
			}
		case script.SendOctets:
			octets = append(octets, step.Octets...)
		case script.Await, script.Pause:
		default:
			return nil, false
		}
	}
	return octets, len(octets) > 0
}
