package catalog

import (
	"slices"

	"github.com/wsspec/wsspec/conformance/rfc"
	"github.com/wsspec/wsspec/ref/wire"
)

// Checks returns, for the ledger, which cases check which requirements.
func Checks() rfc.Checks {
	checks := rfc.Checks{}
	for _, role := range []wire.Role{wire.RoleServer, wire.RoleClient} {
		checks.Add(rfc.EveryCase, InEveryCase(role)...)
	}
	for _, c := range slices.Concat(all(), OverHTTP2(), OverHTTP3()) {
		checks.Add(c.ID, c.Requires...)
		checks.Add(c.ID, c.Script.Inspect...)
	}
	return checks
}
