// Package faulty has peers that are wrong on purpose: the harness's own test.
//
// All of them are one echo peer, server or client, that is correct until a
// [Fault] changes one of its habits. Each fault has a name, a sentence and the
// requirements that it breaks; [Faults] lists them. [Oddities] are habits that
// look wrong and are permitted, which the harness must let pass.
//
// The peer is kept simple rather than fast, and shares no code with the
// reference endpoint beyond the codec and the rules of ref/wire.
package faulty
