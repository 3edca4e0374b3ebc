// Package flatten makes one file of several packages: of all their declarations it
// keeps those that some functions need, and writes them as one package that imports
// the standard library alone.
//
// It works on source text at run time, where there is no Go command and no compiled
// standard library. [Load] parses and type-checks the packages, with an empty
// package in place of each package that is not among them. So a name of the packages'
// own is always resolved; the methods and fields of a value whose type is not known
// are kept by name, which keeps a little too much rather than too little.
package flatten
