// Package faulty provides peers that make deliberate mistakes, to test the harness.
//
// All of them are the same echo peer, a server or a client. It is correct, except
// that a [Fault] changes one of its habits. Each fault has a name, a description and
// the requirements that it breaks; [Faults] lists them. [Oddities] lists habits that
// look wrong but are allowed, so the harness must accept them.
//
// The peer is simple rather than fast. It shares only the codec and the rules of
// ref/wire with the reference endpoint.
package faulty
