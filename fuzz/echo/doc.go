// Package echo fuzzes an echo endpoint that uses ref/wire, with compression, and compares
// its behaviour with the executable specification in conformance/oracle.
package echo
