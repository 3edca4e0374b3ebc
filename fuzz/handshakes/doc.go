// Package handshakes fuzzes the opening handshake: the grammar of its fields (RFC 6455
// 4.3, 9.1), the negotiation of permessage-deflate (RFC 7692 5, 7.1), and requests and
// responses (RFC 6455 4), which it compares with net/http.
package handshakes
