// Package script is the language of the cases.
//
// A [Case] is data: what the harness sends, as [Step]s, and the [Outcome]s that the RFC
// permits, from best to worst. Each value describes itself for people (String). The
// package does no I/O: package play plays a script, package judge compares its outcomes
// with what was observed, and package gotest writes a case as a Go test.
package script
