package main

import (
	"context"
	"log"
	"net/http"
	"strings"
	"time"
)

// The client requests the subprotocol, and a second one that is not a real subprotocol
// but carries the token.
const (
	subprotocol = "gatekeeper.example"
	tokenPrefix = "token."
)

type guestKey struct{}

// guest returns the name from the token of the request.
func guest(ctx context.Context) string {
	name, _ := ctx.Value(guestKey{}).(string)
	return name
}

// guard passes requests with a valid token to next, before the opening handshake. It logs
// why it rejects a request, but never the token, and does not tell the client why.
func guard(key []byte, next http.Handler, logger *log.Logger) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		name, err := check(key, tokenOf(r), time.Now())
		if err != nil {
			logger.Printf("%s: %v", r.RemoteAddr, err)
			http.Error(w, "no good token", http.StatusForbidden)
			return
		}
		next.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), guestKey{}, name)))
	})
}

// tokenOf returns the token from the subprotocols of a request, which can be in several
// fields (RFC 6455 11.3.4).
func tokenOf(r *http.Request) string {
	for name := range strings.SplitSeq(strings.Join(r.Header.Values("Sec-WebSocket-Protocol"), ","), ",") {
		if token, ok := strings.CutPrefix(strings.TrimSpace(name), tokenPrefix); ok {
			return token
		}
	}
	return ""
}
