// Package run plays many cases at once and returns a [Result] for each.
//
// [RunServer] tests a server. [RunClients] tests a client that it starts anew for each
// case. A [Service] tests clients that connect by themselves. The package also decides
// when to try a case again, and what to do when the peer stops serving.
package run
