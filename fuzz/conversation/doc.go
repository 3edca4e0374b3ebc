// Package conversation fuzzes two endpoints that are joined by a pipe. For all their
// actions, and however their octets are split, there must be no deadlock, every message
// must arrive once and in order, and both must report the same end of the connection.
package conversation
