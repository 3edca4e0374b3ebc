// Package reports holds the report of a conformance run: one versioned model,
// with functions to read, write, merge and compare reports, and baselines.
//
// Each form that a report can be drawn in (a page, JUnit, Markdown and so on) is
// in a package below this one; package forms lists them all. Package record makes
// a report out of conformance results.
//
// This package runs no case and reads no socket.
package reports
