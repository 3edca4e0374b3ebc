// Package verdict holds the words in which a conformance result is given, and
// how they rank. The judge, the reports, the specs and the command all use these
// types, so that a word means the same in each of them. It imports nothing.
//
// A case has two verdicts with the words of the Autobahn testsuite, because
// users' scripts read both: a [Behavior] and a [CloseBehavior]. [Overall]
// combines them into one [Verdict]: pass, warn, fail, skip or error.
package verdict
