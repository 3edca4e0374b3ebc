// Package judge gives the verdicts.
//
// [Judge] compares the outcomes that a case permits with what was observed on a
// connection. It finds the verdicts, a sentence that explains them, and the first wrong
// octet. The package is pure: it does no I/O and reads no clock. Its source is also in
// each Go test that package gotest writes, so that there is only one judge.
package judge
