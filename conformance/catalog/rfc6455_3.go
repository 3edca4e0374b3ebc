package catalog

import c "github.com/wsspec/wsspec/conformance"

// rfc6455Section3: what of the URI a client puts into its request.
func rfc6455Section3() []*c.Case {
	return numbered("rfc6455/3",
		noted("The cases are told apart by the query of the URI, so that a client that drops or changes it never gets as far as this.",
			asks("the path and the query of the URI in a client's request target", "RFC6455-3-3", "RFC6455-4.1-23")),
	)
}
