// Package echo fuzzes an echo endpoint made of ref/wire, with compression, and
// holds what it sends against the executable specification in
// conformance/oracle.
package echo
