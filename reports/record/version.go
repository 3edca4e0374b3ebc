package record

import "runtime/debug"

const module = "github.com/wsspec/wsspec"

// moduleVersion is the version of wsspec in this program, "devel" if Go recorded
// none.
func moduleVersion() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "devel"
	}
	for _, m := range append(info.Deps, &info.Main) {
		if m.Path == module && m.Version != "" && m.Version != "(devel)" {
			return m.Version
		}
	}
	return "devel"
}
