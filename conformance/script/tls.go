package script

import (
	"crypto/tls"
	"fmt"
	"strings"
)

// A TLS says how the harness's part of TLS differs from the usual one, in a case whose
// transport is [Secure]. The zero value is the usual one: TLS 1.2 and 1.3, the name of the
// server, http/1.1 offered by ALPN, and records as they come.
type TLS struct {
	// Version is the only version of TLS that the harness supports, such as
	// [tls.VersionTLS12]. 0 stands for 1.2 and 1.3.
	Version uint16
	// ALPN is what the harness offers to a server (RFC 7301).
	ALPN ALPN
	// NoServerName: the harness does not name the server (SNI, RFC 6066 3). It then takes
	// every certificate, because the server cannot know which one is wanted.
	NoServerName bool
	// Records says how the harness puts what it sends into records, behind the TLS
	// handshake.
	Records Records
}

// An ALPN is what a client offers by ALPN.
type ALPN uint8

// The offers.
const (
	// ALPNHTTP1 offers http/1.1.
	ALPNHTTP1 ALPN = iota
	// ALPNNone offers nothing: the extension is not in the TLS handshake.
	ALPNNone
	// ALPNHTTP2 offers h2 first, and then http/1.1.
	ALPNHTTP2
	// ALPNHTTP2Alone offers h2, for a connection of HTTP/2.
	ALPNHTTP2Alone
)

// Protocols are the names on the wire.
func (a ALPN) Protocols() []string {
	return [][]string{ALPNHTTP1: {"http/1.1"}, ALPNNone: nil, ALPNHTTP2: {"h2", "http/1.1"}, ALPNHTTP2Alone: {"h2"}}[a]
}

// Records says how what is sent at once goes into records and segments.
type Records uint8

// The ways.
const (
	// RecordsUsual leaves it to the TLS library.
	RecordsUsual Records = iota
	// RecordsOfOneOctet makes a record of each octet. All records of a write go out
	// together, so that the peer is likely to read them at once.
	RecordsOfOneOctet
	// RecordsWhole fills a record as far as it goes, to 16,384 octets.
	RecordsWhole
	// RecordsCut sends the records octet by octet, with a moment between two octets.
	RecordsCut
)

// ShapesHandshake reports whether the TLS handshake itself differs. A server may refuse
// such a handshake, and then the case does not apply.
func (t TLS) ShapesHandshake() bool { return t.Version != 0 || t.NoServerName || t.ALPN != ALPNHTTP1 }

// String describes what is not as usual, for people; it is empty if all is.
func (t TLS) String() string {
	var parts []string
	if t.Version != 0 {
		parts = append(parts, fmt.Sprintf("support %s only", tls.VersionName(t.Version)))
	}
	switch t.ALPN {
	case ALPNHTTP1:
	case ALPNNone:
		parts = append(parts, "offer no protocol by ALPN")
	case ALPNHTTP2:
		parts = append(parts, "offer h2 and http/1.1 by ALPN")
	case ALPNHTTP2Alone:
		parts = append(parts, "offer h2 alone by ALPN")
	}
	if t.NoServerName {
		parts = append(parts, "do not name the server (SNI)")
	}
	switch t.Records {
	case RecordsUsual:
	case RecordsOfOneOctet:
		parts = append(parts, "send each octet in a record of its own, the records of a write together")
	case RecordsWhole:
		parts = append(parts, "send what is sent together in one record")
	case RecordsCut:
		parts = append(parts, "send the records octet by octet")
	}
	return strings.Join(parts, ", and ")
}
