package conformance

import (
	"net"
	"strings"

	"github.com/wsspec/wsspec/ref/wire"
)

// wrongAuthority compares the Host of a client that wsspec started with the URL
// that it was given, whose authority is the address of the connection; a port
// may be left out only if it is the default (RFC6455-4.1-24).
func (in *arrival) wrongAuthority() []*wire.Violation {
	host, ok := in.request.Fields.Get("Host")
	given := in.conn.LocalAddr().String()
	address, port, err := net.SplitHostPort(given)
	if !ok || err != nil || strings.EqualFold(host, given) || port == "80" && strings.EqualFold(host, address) {
		return nil
	}
	return []*wire.Violation{wire.RuleClientHost.Violation("Host %q in the request to %s", host, given)}
}

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
