package main

import (
	"context"
	"net/http"
)

// A peer is a third-party WebSocket library, used as its documentation shows: the plain
// echo loop, without additional checks that typical programs do not have.
type peer struct {
	name string

	// serve is an echo server: it upgrades the request, echoes every message, and
	// returns when the connection has ended.
	serve http.HandlerFunc

	// connect is an echo client: it dials url, echoes every message, and returns nil
	// when the connection has ended in any way. An error means that the connection was
	// never established. ctx limits only the opening handshake. connect is nil if the
	// library has no client.
	connect func(ctx context.Context, url string) error
}

var peers = []peer{
	{"gorilla", serveGorilla, connectGorilla},
	{"coder", serveCoder, connectCoder},
	{"gobwas", serveGobwas, connectGobwas},
	{"gws", serveGWS, connectGWS},
	{"xnet", serveXNet, nil},
}

// maxMessage is the read limit, in octets, for the libraries that have one. It is
// larger than the largest message of the catalogue (16 MiB), so that the limit does not
// affect the verdicts.
const maxMessage = 32 << 20

// find returns the peer with the name.
func find(name string) (peer, bool) {
	for _, p := range peers {
		if p.name == name {
			return p, true
		}
	}
	return peer{}, false
}
