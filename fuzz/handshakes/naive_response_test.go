package handshakes

import (
	"crypto/sha1"
	"encoding/base64"
	"slices"
	"strings"

	"github.com/wsspec/wsspec/ref/wire"
)

// The request for the responses of FuzzResponse, and the accept value for its key, from
// RFC 6455 1.3.
const (
	sampleKey    = "dGhlIHNhbXBsZSBub25jZQ=="
	sampleAccept = "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="
)

var opening = wire.NewRequest("/chat", "example.com", sampleKey, wire.Fields{
	{Name: "Sec-WebSocket-Protocol", Value: "chat, superchat"},
	{Name: "Sec-WebSocket-Extensions", Value: "permessage-deflate; client_max_window_bits, foo"},
})

// naiveAccept computes the accept value for a key (RFC 6455 4.2.2).
func naiveAccept(key string) string {
	sum := sha1.Sum([]byte(key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"))
	return base64.StdEncoding.EncodeToString(sum[:])
}

// naiveResponse returns the rules that a response to opening breaks.
func naiveResponse(r wire.Response) (broken []*wire.Rule) {
	if r.Status != 101 {
		return []*wire.Rule{wire.RuleResponseStatus}
	}
	expect := func(ok bool, rule *wire.Rule) {
		if !ok {
			broken = append(broken, rule)
		}
	}
	expect(http11.MatchString(r.Version), wire.RuleResponseForm)
	upgrade := values(r.Fields, "Upgrade")
	expect(len(upgrade) > 0, wire.RuleResponseUpgradeMissing)
	expect(len(upgrade) == 0 || len(upgrade) == 1 && naiveIs(upgrade[0], "websocket"), wire.RuleResponseUpgrade)
	connection := values(r.Fields, "Connection")
	expect(len(connection) > 0, wire.RuleResponseConnectionMissing)
	expect(len(connection) == 0 || naiveHas(strings.Join(connection, ","), "upgrade"), wire.RuleResponseConnection)
	accept := values(r.Fields, "Sec-WebSocket-Accept")
	expect(len(accept) > 0, wire.RuleResponseAcceptMissing)
	expect(len(accept) < 2, wire.RuleResponseAcceptDoubled)
	expect(len(accept) != 1 || accept[0] == sampleAccept, wire.RuleResponseAccept)
	if lines := values(r.Fields, "Sec-WebSocket-Extensions"); len(lines) > 0 {
		list := strings.Join(lines, ",")
		if form := extList.MatchString(list); !form {
			expect(form, wire.RuleResponseExtensions)
		} else {
			unasked := slices.ContainsFunc(naiveExtensions(list), func(e wire.Extension) bool {
				return e.Name != "permessage-deflate" && e.Name != "foo"
			})
			expect(!unasked, wire.RuleResponseExtensionUnasked)
		}
	}
	switch lines := values(r.Fields, "Sec-WebSocket-Protocol"); {
	case len(lines) > 1:
		broken = append(broken, wire.RuleResponseSubprotocolRepeated)
	case len(lines) == 1 && !tokenPattern.MatchString(lines[0]):
		broken = append(broken, wire.RuleResponseSubprotocolForm)
	case len(lines) == 1:
		expect(lines[0] == "chat" || lines[0] == "superchat", wire.RuleResponseSubprotocolUnasked)
	}
	return broken
}

// naiveIs compares ASCII strings case-insensitively.
func naiveIs(value, token string) bool {
	return !strings.Contains(value, ",") && naiveHas(value, token)
}
