// Package check judges WebSocket connections of files: captured packets, and the archives
// of a browser. Package passive judges the octets; this package finds the connections,
// says what of each was not seen, and collects.
//
// A file may lack packets, and begin or end anywhere. So nothing counts as a violation
// that the file may merely not show.
package check
