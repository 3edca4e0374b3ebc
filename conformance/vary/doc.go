// Package vary plays a case in other shapes: cut into other writes, behind other traffic,
// beside other traffic, with other sizes. The package is pure: a case goes in, and cases
// come out.
//
// A transform states a relation that has to hold. It is nearly always the same one: the
// peer's verdict on the variant is as good as that on the case itself. Each transform says
// why the RFC asks for it. Which transforms fit a case follows from the case's data. A
// case that has no definite right answer has no variants: a case that only records, one
// about the opening handshake, one about TLS.
//
// A variant has an id that replays it: "3.2+cut@3" is case 3.2, cut after its third octet.
// Transforms can follow one another: "3.2+after@text+octets".
package vary
