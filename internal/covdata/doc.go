// Package covdata reads what a program writes that was built with go build -cover: the blocks
// that it has (covmeta files), and how often it ran them (covcounters files). The form of both is
// described in internal/coverage of the Go source. It needs no Go on the machine.
package covdata
