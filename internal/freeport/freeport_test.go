package freeport

import (
	"net"
	"os"
	"strconv"
	"strings"
	"testing"
)

// The system gives an address of Addr to nobody else: it is outside its range. A program can
// listen there at once, and no other test gets it.
func TestAddr(t *testing.T) {
	lowest := beyond
	if octets, err := os.ReadFile("/proc/sys/net/ipv4/ip_local_port_range"); err == nil {
		if lowest, err = strconv.Atoi(strings.Fields(string(octets))[0]); err != nil {
			t.Fatal(err)
		}
	}
	seen := map[string]bool{}
	for range 200 {
		addr := Addr(t)
		if seen[addr] {
			t.Fatalf("%s is given twice", addr)
		}
		seen[addr] = true
		_, port, err := net.SplitHostPort(addr)
		if err != nil {
			t.Fatal(err)
		}
		if n, err := strconv.Atoi(port); err != nil || n < 1024 || n >= lowest {
			t.Errorf("port %s, want one from 1024 to %d", port, lowest-1)
		}
		l, err := net.Listen("tcp", addr)
		if err != nil {
			t.Fatal(err)
		}
		defer l.Close()
	}
}
