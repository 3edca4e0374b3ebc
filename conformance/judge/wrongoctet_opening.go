package judge

import (
	"bytes"
	"slices"
	"strings"

	"github.com/wsspec/wsspec/conformance/observed"
	"github.com/wsspec/wsspec/ref/wire"
)

// WrongOctetOfOpening finds the octet that breaks a rule in the peer's part of the
// opening handshake.
func WrongOctetOfOpening(t observed.Transcript, v *wire.Violation) *WrongOctet {
	i := head(t)
	if i < 0 {
		return nil
	}
	octets := t[i].Octets
	line, _, _ := bytes.Cut(octets, []byte("\r\n"))
	d := &WrongOctet{Entry: i}
	switch name := fieldOf(v.Rule); {
	case name != "":
		d.Octet = fieldOctet(octets, name)
	case v.Rule == wire.RuleClientTarget:
		d.Octet = bytes.IndexByte(line, ' ') + 1
	case v.Rule == wire.RuleClientVersion:
		d.Octet = bytes.LastIndexByte(line, ' ') + 1
	}
	return d
}

// WrongOctetOfAnswer finds the first octet that is wrong in a response other than 101: its
// status, or its beginning if it is not HTTP.
func WrongOctetOfAnswer(t observed.Transcript) *WrongOctet {
	i := head(t)
	if i < 0 || t[i].Kind != observed.EntryResponse {
		return nil
	}
	d := &WrongOctet{Entry: i}
	if space := bytes.IndexByte(t[i].Octets, ' '); bytes.HasPrefix(t[i].Octets, []byte("HTTP/")) && space > 0 && space+1 < len(t[i].Octets) {
		d.Octet = space + 1
	}
	return d
}

// head is the index of the peer's request or response, -1 if it sent none.
func head(t observed.Transcript) int {
	for i, e := range slices.Backward(t) {
		if e.Dir == observed.Received && (e.Kind == observed.EntryResponse || e.Kind == observed.EntryRequest) {
			return i
		}
	}
	return -1
}

// aboutFields names the fields that the rules of the opening handshake are
// about. Rules that are not here are about its first line or its form.
var aboutFields = map[string][]*wire.Rule{
	"Host":       {wire.RuleClientHost},
	"Upgrade":    {wire.RuleClientUpgrade, wire.RuleResponseUpgradeMissing, wire.RuleResponseUpgrade},
	"Connection": {wire.RuleClientConnection, wire.RuleResponseConnectionMissing, wire.RuleResponseConnection},
	"Sec-WebSocket-Key": {
		wire.RuleClientKeyMissing, wire.RuleClientKeyForm, wire.RuleClientKeyPadding, wire.RuleClientKeyDoubled, RuleFreshKey,
	},
	"Sec-WebSocket-Version": {wire.RuleClientVersionMissing, wire.RuleClientProtocolVersion, wire.RuleClientVersionDoubled},
	"Sec-WebSocket-Accept":  {wire.RuleResponseAcceptMissing, wire.RuleResponseAccept, wire.RuleResponseAcceptDoubled},
	"Sec-WebSocket-Protocol": {
		wire.RuleClientSubprotocols, wire.RuleClientSubprotocolDoubled,
		wire.RuleResponseSubprotocolForm, wire.RuleResponseSubprotocolUnasked, wire.RuleResponseSubprotocolRepeated,
	},
	deflateField: {
		wire.RuleClientExtensions, RuleRegisteredExtension, RuleDefinedParameter,
		wire.RuleResponseExtensions, wire.RuleResponseExtensionUnasked,
	},
}

// deflateField is the field that rules of RFC 7692 are about which an opening
// handshake can break.
const deflateField = "Sec-WebSocket-Extensions"

// fieldOf is the field that a rule is about, "" if it is about none.
func fieldOf(r *wire.Rule) string {
	if r.RFC == 7692 {
		return deflateField
	}
	for name, rules := range aboutFields {
		if slices.Contains(rules, r) {
			return name
		}
	}
	return ""
}

// fieldOctet is where in a head the value of a field begins; of one that is
// there twice, the last one's, and without one, where the head ends.
func fieldOctet(head []byte, name string) int {
	at, found := 0, -1
	for line := range bytes.Lines(head) {
		if at > 0 && len(bytes.TrimRight(line, "\r\n")) == 0 {
			break
		}
		if field, value, ok := bytes.Cut(line, []byte(":")); ok && strings.EqualFold(string(field), name) {
			found = at + len(line) - len(bytes.TrimLeft(value, " \t"))
		}
		at += len(line)
	}
	if found >= 0 {
		return found
	}
	return min(at, max(len(head)-1, 0))
}
