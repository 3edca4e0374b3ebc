package opening

import (
	"cmp"
	"net"
	"strings"

	"github.com/wsspec/wsspec/conformance/judge"
	"github.com/wsspec/wsspec/ref/wire"
)

// CheckHost compares the Host of a client that wsspec started with the URL
// that it was given, whose authority is the address of the connection; a port
// may be left out only if it is the default (RFC6455-4.1-24).
func (in *FromClient) CheckHost() []*wire.Violation {
	host, ok := in.Request.Fields.Get("Host")
	given := cmp.Or(in.Authority, in.Conn.LocalAddr().String())
	address, port, err := net.SplitHostPort(given)
	if !ok || err != nil || strings.EqualFold(host, given) || port == "80" && strings.EqualFold(host, address) {
		return nil
	}
	return []*wire.Violation{wire.RuleClientHost.Violation("Host %q in the request to %s", host, given)}
}

// CheckExtensionOffers judges the extensions that a client offers by what is registered with
// IANA (RFC 6455 11.4), and their parameters by what is defined.
func CheckExtensionOffers(r wire.Request) []*wire.Violation {
	var found []*wire.Violation
	list, _ := extensions(r.Fields)
	for _, e := range list {
		switch e.Name {
		case deflateName:
			if _, v := readOffer(e); v != nil {
				found = append(found, judge.RuleDefinedParameter.Violation("%s", v.Detail))
			}
		case "bbf-usp-protocol":
		default:
			found = append(found, judge.RuleRegisteredExtension.Violation("the client offers the extension %q, which is not registered", e.Name))
		}
	}
	return found
}
