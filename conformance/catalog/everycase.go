package catalog

import "github.com/wsspec/wsspec/ref/wire"

// InEveryCase lists the requirements that the harness checks in every case against
// a peer of that role. A violation fails the case, whatever the case is about.
// Autobahn does the same and has no cases for them. The ledger counts them as
// covered.
func InEveryCase(role wire.Role) []string {
	both := []string{
		"RFC6455-5.2-2", "RFC6455-5.2-6", "RFC6455-5.2-8", "RFC6455-5.2-9", "RFC6455-5.2-11", "RFC6455-5.3-7",
		"RFC6455-5.4-7", "RFC6455-5.5-1", "RFC6455-5.5-3", "RFC6455-5.5.1-6",
		"RFC6455-5.8-1", "RFC6455-5.2-13", "RFC6455-6.1-1", "RFC6455-6.1-4", "RFC6455-6.1-7",
		"RFC7692-5-14", "RFC7692-6.1-3", "RFC6455-9.1-10",
		"RFC6455-7.4.1-6", "RFC6455-7.4.1-7", "RFC6455-7.4.1-14", "RFC6455-11.7-1",
	}
	if role == wire.RoleServer {
		return append(both, "RFC6455-5.1-5", "RFC6455-4.2.1-1", "RFC6455-4.2.2-1", "RFC6455-4.2.2-15", "RFC6455-4.2.2-20",
			"RFC6455-4.2.2-22", "RFC6455-4.2.2-23", "RFC6455-4.2.2-24", "RFC6455-4.2.2-25", "RFC6455-4.2.2-26",
			"RFC6455-4.4-2", "RFC6455-9-3", "RFC6455-11.3.3-1")
	}
	return append(both, "RFC6455-5.1-1", "RFC6455-5.3-1", "RFC6455-6.1-8", "RFC6455-5.5.1-5",
		"RFC6455-4.1-2", "RFC6455-4.1-19", "RFC6455-4.1-20", "RFC6455-4.1-21", "RFC6455-4.1-22", "RFC6455-4.1-24",
		"RFC6455-4.1-25", "RFC6455-4.1-26", "RFC6455-4.1-27", "RFC6455-4.1-28", "RFC6455-4.1-29", "RFC6455-4.1-E3150", "RFC6455-4.1-33", "RFC6455-4.1-34",
		"RFC6455-4.3-1", "RFC7692-7.1.2.1-2", "RFC7692-7.1.2.2-2", "RFC6455-9.1-7", "RFC8441-3-3", "RFC6455-11.3.1-1", "RFC6455-11.3.5-2")
}
