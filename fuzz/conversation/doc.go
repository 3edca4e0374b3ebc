// Package conversation fuzzes two endpoints joined by a pipe: whatever they do,
// in whatever pieces their octets arrive, nobody waits for ever, every message
// arrives once and in order, and both tell the same of how it ended.
package conversation
