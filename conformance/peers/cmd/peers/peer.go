package main

import (
	"context"
	"net/http"
)

// A peer is one WebSocket library that nobody here wrote, as a program that
// follows the library's own documentation uses it: the plain echo loop, with
// nothing added that would make it stricter than its users' programs are.
type peer struct {
	name string

	// serve is an echo server: it upgrades the request and echoes every
	// message, and returns when the connection has ended.
	serve http.HandlerFunc

	// connect is an echo client: it dials url, echoes every message and
	// returns nil when the connection has ended, in whatever way. An error
	// means that there never was a WebSocket connection. ctx bounds the
	// opening handshake only. It is nil where a library is a server only.
	connect func(ctx context.Context, url string) error
}

var peers = []peer{
	{"gorilla", serveGorilla, connectGorilla},
	{"coder", serveCoder, connectCoder},
	{"gobwas", serveGobwas, connectGobwas},
	{"gws", serveGWS, connectGWS},
	{"xnet", serveXNet, nil},
}

// maxMessage is the read limit, in octets, given to the libraries that have
// one: the largest message of the catalogue is 16 MiB, and the limit must not
// be what a peer is judged by.
const maxMessage = 32 << 20

// find returns the peer of that name.
func find(name string) (peer, bool) {
	for _, p := range peers {
		if p.name == name {
			return p, true
		}
	}
	return peer{}, false
}
