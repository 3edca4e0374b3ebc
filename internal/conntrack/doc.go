// Package conntrack tells how full the kernel's table of tracked connections is, and waits for
// room in it.
//
// Linux tracks connections as soon as something uses its firewall, and Docker does. It tracks
// those of the loopback interface too, and an ended one for two minutes. When the table is
// full, the packets that would begin a connection vanish without an error. Who opens thousands
// of connections a second fills the table within a minute, and would take a server for dead
// that has only become unreachable from this machine.
package conntrack
