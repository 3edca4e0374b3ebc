package script

// A Transport says what a case needs below WebSocket.
type Transport uint8

// The transports. All except AnyTransport need TLS: a case with one of them is
// UNIMPLEMENTED if the target has no TLS.
const (
	// AnyTransport: whatever the target has.
	AnyTransport Transport = iota
	// Secure: TLS with a trusted certificate.
	Secure
	// PlainOnSecure: the harness sends plain HTTP to a server's TLS port.
	PlainOnSecure
	// GarbageOnSecure: the harness sends a TLS record without a ClientHello.
	GarbageOnSecure
	// Untrusted: the harness shows a client a certificate that it must not trust.
	Untrusted
	// OtherName: the certificate is trusted and for another name.
	OtherName
	// Expired: the certificate is trusted, and its time is over.
	Expired
	// NotYetValid: the certificate is trusted, and its time has not begun.
	NotYetValid
	// SelectsHTTP2: Secure, and the harness selects the protocol h2 if the client offers
	// it in the TLS handshake (RFC 7301).
	SelectsHTTP2
)

// BadCertificate says what is wrong with the certificate that a client is shown; it is
// empty if nothing is.
func (t Transport) BadCertificate() string {
	return map[Transport]string{
		Untrusted: "of an authority that it does not trust", OtherName: "for another name than that of the URL",
		Expired: "that has expired", NotYetValid: "that is not valid yet",
	}[t]
}

// String describes the transport for people.
func (t Transport) String() string {
	switch t {
	case Secure:
		return "connect over TLS"
	case PlainOnSecure:
		return "send plain HTTP to the TLS port"
	case GarbageOnSecure:
		return "send a TLS record without a ClientHello"
	case SelectsHTTP2:
		return "connect over TLS, and select h2 if the client offers it"
	}
	if bad := t.BadCertificate(); bad != "" {
		return "show the client a certificate " + bad
	}
	return ""
}
