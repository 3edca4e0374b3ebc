package script

import (
	"crypto/sha1"
	"encoding/base64"
)

// AcceptOf computes the Sec-WebSocket-Accept for a Sec-WebSocket-Key
// (RFC6455-4.2.2-26). The reference endpoint has its own function for it,
// wire.AcceptKey, so that a mistake in one of the two shows.
func AcceptOf(key string) string {
	sum := sha1.Sum([]byte(key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"))
	return base64.StdEncoding.EncodeToString(sum[:])
}
