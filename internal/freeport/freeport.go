// Package freeport gives tests addresses at which nothing listens, for programs that they
// start.
package freeport

import (
	"math/rand/v2"
	"net"
	"strconv"
	"sync"
	"testing"
)

// The ports are below those that systems give to connections, and to listeners at port 0.
// Another test would get one of those between now and the moment when the program listens.
const first, beyond = 10240, 32768

var (
	mu    sync.Mutex
	given = map[int]bool{}
)

// Addr returns an address of 127.0.0.1 at which nothing listens. It gives no address twice.
// The test ends if there is none.
func Addr(t testing.TB) string {
	t.Helper()
	mu.Lock()
	defer mu.Unlock()
	for range 1000 {
		port := first + rand.IntN(beyond-first)
		if given[port] {
			continue
		}
		l, err := net.Listen("tcp", net.JoinHostPort("127.0.0.1", strconv.Itoa(port)))
		if err != nil {
			continue // somebody listens there
		}
		given[port] = true
		_ = l.Close() // nothing connected
		return l.Addr().String()
	}
	t.Fatal("no port from 10240 to 32767 is free")
	return ""
}
