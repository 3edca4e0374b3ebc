package main

import (
	"context"
	"log"
	"net/http"
	"strings"
	"time"
)

// The client asks for the first, which is what is spoken, and for a second one
// that is no subprotocol but the token.
const (
	subprotocol = "gatekeeper.example"
	tokenPrefix = "token."
)

type guestKey struct{}

// guest returns who came in.
func guest(ctx context.Context) string {
	name, _ := ctx.Value(guestKey{}).(string)
	return name
}

// guard lets pass who has a good token, before there is any connection to speak
// of. It logs why somebody was turned away, and neither says why nor logs the
// token.
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

// tokenOf returns the token that a request has among its subprotocols, which can
// be in several fields (RFC 6455 11.3.4).
func tokenOf(r *http.Request) string {
	for name := range strings.SplitSeq(strings.Join(r.Header.Values("Sec-WebSocket-Protocol"), ","), ",") {
		if token, ok := strings.CutPrefix(strings.TrimSpace(name), tokenPrefix); ok {
			return token
		}
	}
	return ""
}
