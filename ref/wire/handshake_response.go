package wire

import (
	"slices"
	"strings"
)

// CheckResponse checks a response as the client that sent the request has to (RFC
// 6455 4.1). It returns what was seen for every broken rule, in the order of the
// clause. If there is none, the connection is open as far as RFC 6455 is
// concerned; [CheckDeflateAnswer] checks the parameters of extensions. A status
// other than 101 is the only finding, because such a response is ordinary HTTP.
func CheckResponse(resp Response, req Request) []*Violation {
	if resp.Status != 101 {
		return []*Violation{RuleResponseStatus.Violation("status %d, want 101", resp.Status)}
	}
	var violations []*Violation
	report := func(v *Violation) {
		if v != nil {
			violations = append(violations, v)
		}
	}
	if !atLeastHTTP11(resp.Version) {
		report(RuleResponseForm.Violation("HTTP version %s, want HTTP/1.1 or above", excerpt(resp.Version)))
	}
	report(checkUpgrade(resp.Fields))
	report(checkConnection(resp.Fields))
	report(checkAccept(resp.Fields, req.Fields))
	report(checkExtensions(resp.Fields, req))
	report(checkSubprotocol(resp.Fields, req))
	return violations
}

// checkUpgrade expects exactly one value; unlike in a request the field is not a
// list (RFC6455-4.1-47). The case has no meaning (RFC6455-4.1-48).
func checkUpgrade(f Fields) *Violation {
	value, ok := f.List(fieldUpgrade)
	switch {
	case !ok:
		return RuleResponseUpgradeMissing.Violation("no Upgrade field")
	case !equalFoldASCII(value, "websocket"):
		return RuleResponseUpgrade.Violation("Upgrade %s, want websocket", excerpt(value))
	}
	return nil
}

// checkConnection expects a token in a list. The case has no meaning
// (RFC6455-4.1-51).
func checkConnection(f Fields) *Violation {
	value, ok := f.List(fieldConnection)
	switch {
	case !ok:
		return RuleResponseConnectionMissing.Violation("no Connection field")
	case !HasToken(value, "Upgrade"):
		return RuleResponseConnection.Violation("Connection %s without Upgrade", excerpt(value))
	}
	return nil
}

func checkAccept(f, request Fields) *Violation {
	values := f.Values(fieldAccept)
	key, _ := request.Get(fieldKey)
	switch {
	case len(values) == 0:
		return RuleResponseAcceptMissing.Violation("no %s field", fieldAccept)
	case len(values) > 1:
		return RuleResponseAcceptDoubled.Violation("%d %s fields", len(values), fieldAccept)
	case strings.Trim(values[0], " \t") != AcceptKey(key): // RFC6455-4.1-54
		return RuleResponseAccept.Violation("%s %s, want %s", fieldAccept, excerpt(values[0]), AcceptKey(key))
	}
	return nil
}

// checkExtensions compares only names, with regard to case: RFC 6455 says where
// case has no meaning, and does not say so here.
func checkExtensions(f Fields, req Request) *Violation {
	value, ok := f.List(fieldExtensions)
	if !ok {
		return nil
	}
	answers, err := ParseExtensions(value)
	if err != nil {
		return RuleResponseExtensions.Violation("%s: %v", fieldExtensions, err)
	}
	offers := req.Extensions()
	for _, answer := range answers {
		offered := func(offer Extension) bool { return offer.Name == answer.Name }
		if !slices.ContainsFunc(offers, offered) {
			return RuleResponseExtensionUnasked.Violation("extension %s was not offered", excerpt(answer.Name))
		}
	}
	return nil
}

func checkSubprotocol(f Fields, req Request) *Violation {
	values := f.Values(fieldSubprotocol)
	switch {
	case len(values) == 0:
		return nil
	case len(values) > 1:
		return RuleResponseSubprotocolRepeated.Violation("%d %s fields", len(values), fieldSubprotocol)
	case !IsToken(values[0]): // RFC6455-4.2.2-17: nor is it empty
		return RuleResponseSubprotocolForm.Violation("subprotocol %s, want one token", excerpt(values[0]))
	case !slices.Contains(req.Subprotocols(), values[0]):
		return RuleResponseSubprotocolUnasked.Violation("subprotocol %s was not asked for", excerpt(values[0]))
	}
	return nil
}
