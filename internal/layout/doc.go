// Package layout holds tests about the whole tree: which package may import which.
package layout
