// Package gotest writes a case as a Go test that stands alone, to commit next to a fix.
//
// The file has three parts: the case as data; the player of package standalone, which
// needs the standard library alone; and the judge. The judge is the source of
// conformance/judge and of the packages that it builds on, made one package by package
// flatten. So there is one judge, in wsspec and in each exported test.
package gotest
