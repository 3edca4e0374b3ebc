package conformance

import (
	"bytes"
	"slices"
	"strings"

	"github.com/wsspec/wsspec/ref/wire"
)

// departsInOpening finds what breaks a rule in the peer's part of the opening
// handshake.
func departsInOpening(t Transcript, v *wire.Violation) *Departure {
	i := t.head()
	if i < 0 {
		return nil
	}
	octets := t[i].Octets
	line, _, _ := bytes.Cut(octets, []byte("\r\n"))
	d := &Departure{Entry: i}
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

// departsInAnswer finds what is no 101 in the answer to a plain opening request:
// its status, or that it is no HTTP at all.
func departsInAnswer(t Transcript) *Departure {
	i := t.head()
	if i < 0 || t[i].Kind != EntryResponse {
		return nil
	}
	d := &Departure{Entry: i}
	if space := bytes.IndexByte(t[i].Octets, ' '); bytes.HasPrefix(t[i].Octets, []byte("HTTP/")) && space > 0 && space+1 < len(t[i].Octets) {
		d.Octet = space + 1
	}
	return d
}

// head is the index of the peer's request or response, -1 if it sent none.
func (t Transcript) head() int {
	for i, e := range slices.Backward(t) {
		if e.Dir == Received && (e.Kind == EntryResponse || e.Kind == EntryRequest) {
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
		wire.RuleClientKeyMissing, wire.RuleClientKeyForm, wire.RuleClientKeyPadding, wire.RuleClientKeyDoubled, ruleFreshKey,
	},
	"Sec-WebSocket-Version": {wire.RuleClientVersionMissing, wire.RuleClientProtocolVersion, wire.RuleClientVersionDoubled},
	"Sec-WebSocket-Accept":  {wire.RuleResponseAcceptMissing, wire.RuleResponseAccept, wire.RuleResponseAcceptDoubled},
	"Sec-WebSocket-Protocol": {
		wire.RuleClientSubprotocols, wire.RuleClientSubprotocolDoubled,
		wire.RuleResponseSubprotocolForm, wire.RuleResponseSubprotocolUnasked, wire.RuleResponseSubprotocolRepeated,
	},
	deflateField: {
		wire.RuleClientExtensions, ruleRegisteredExtension, ruleDefinedParameter,
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
