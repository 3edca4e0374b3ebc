// Package between tests a gateway: a reverse proxy, a load balancer, an API gateway. It plays
// both ends. A client of its own connects to the gateway, and a server of its own takes the
// connection that the gateway makes. What one end sends is compared with what comes out at
// the other.
//
// RFC 6455 lets an intermediary merge and split the frames of a message, if it knows all
// extensions (RFC6455-5.4-2). It does not let it change messages, nor control frames
// (RFC6455-5.4-13). Extensions are agreed on between two neighbours, so a gateway may take
// part in that, or pass it on. A gateway that is only a tunnel passes everything on, also
// what is illegal; one that reads the frames has to fail the connection on it.
package between
