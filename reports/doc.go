// Package reports holds the report of a conformance run as one versioned JSON
// model and draws every other form from it: a page, JUnit, Markdown, TAP,
// SARIF, a badge, the merge of several reports and the difference of two.
//
// Nothing here runs a case or reads a socket. A renderer takes a [Report] and a
// writer, and everything it says comes from the report.
package reports
