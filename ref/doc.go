// Package ref is the reference endpoint: both ends of a WebSocket connection
// (RFC 6455, with the compression of RFC 7692), strict in what it sends and in
// what it takes. It is package wire with a network, goroutines and a clock.
//
// A client begins with [Dial], a server with [Accept] inside any
// http.Handler; both give a [Conn]:
//
//	conn, _, err := ref.Dial(ctx, "wss://example.com/chat", nil)
//	if err != nil {
//		return err
//	}
//	defer conn.CloseNow()
//	if err := conn.Write(ctx, ref.Text, []byte("Hello")); err != nil {
//		return err
//	}
//	typ, message, err := conn.Read(ctx)
//	…
//	return conn.Close(wire.StatusNormalClosure, "")
//
// [WithConn] closes by itself, and [Retry] opens with patience. A [Server] takes
// connections, bounds them and ends them in good order.
//
// A Conn has no goroutine of its own. Pings are answered and Close frames
// handled by whoever reads, so an open connection wants a goroutine that reads:
// [Conn.CloseRead] is one for those who only write.
//
// [Pipe] gives tests a connection without a network, [NewPreparedMessage] one frame
// to many connections, and [NewFrameHandler] people a look at every frame.
//
// Every error that has to do with the protocol names the clause.
package ref
