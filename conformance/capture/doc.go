// Package capture reads the octets of TCP connections out of files of captured packets:
// pcap and pcapng, as tcpdump, dumpcap and Wireshark write them, also compressed with
// gzip.
//
// It passes on what the file has in the order of the file, and says what the file does
// not have: packets that were lost or cut off, and connections whose beginning is missing.
// It judges nothing. Memory is bounded whatever the file says of itself.
package capture
