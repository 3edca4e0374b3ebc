package opening

import (
	"slices"
	"strings"

	"github.com/wsspec/wsspec/ref/wire"
)

// withOrigin replaces the Origin by that of a case. {foreign} in it stands for the origin
// that the server is to refuse, and {host} for the server's host.
func withOrigin(fields wire.Fields, t *Target, origin string) wire.Fields {
	origin = strings.NewReplacer("{foreign}", t.ForeignOrigin, "{host}", t.HostField()).Replace(origin)
	kept := slices.DeleteFunc(slices.Clone(fields), func(f wire.Field) bool { return strings.EqualFold(f.Name, "Origin") })
	return append(kept, wire.Field{Name: "Origin", Value: origin})
}
