package conformance

import "github.com/wsspec/wsspec/ref/wire"

// offered judges the extensions that a client offers by what is registered with
// IANA (RFC 6455 11.4), and their parameters by what is defined.
func offered(r wire.Request) []*wire.Violation {
	var found []*wire.Violation
	for _, e := range r.Extensions() {
		switch e.Name {
		case wire.DeflateName:
			if _, v := wire.ParseDeflateOffer(e); v != nil {
				found = append(found, ruleDefinedParameter.Violation("%s", v.Detail))
			}
		case "bbf-usp-protocol":
		default:
			found = append(found, ruleRegisteredExtension.Violation("the client offers the extension %q, which is not registered", e.Name))
		}
	}
	return found
}
