// Package network finds faults in somebody else's endpoint: it sends scripts that no
// catalogue has, and judges what comes back by the executable specification in package
// oracle.
//
// A [Script] is what the harness sends on one connection. Scripts come from the catalogue and
// its variants, from captures, and from operators that change and join them. Which scripts a
// campaign plays follows from its seed and from what the peer did.
//
// A [Finding] has a class and a clause. Before it is reported, its script is played again
// several times and made as small as it can be without losing the class and the clause.
package network
