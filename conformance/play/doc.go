// Package play plays the script of a case on a connection.
//
// It takes the steps in order and ends the case as soon as its outcome is decided. Then it
// closes the connection, and returns what was observed for the judge.
package play
