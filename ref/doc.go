// Package ref is the reference endpoint: client and server side of a WebSocket
// connection (RFC 6455, with the compression of RFC 7692). It is strict in what
// it sends and in what it accepts. It adds network, goroutines and timeouts to
// the protocol in package wire.
//
// A client begins with [Dial], a server with [Accept] in any http.Handler. Both
// return a [Conn]:
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
//	return conn.Close(ref.StatusNormalClosure, "")
//
// [WithConn] opens a connection for a function and closes it afterwards. [Retry]
// tries again when a connection cannot be opened. A [Server] accepts connections,
// limits them, and shuts down gracefully.
//
// Both work over HTTP/2 as well, where a WebSocket is a stream beside others (RFC
// 8441): see [Accept] and ExtendedConnect in [DialOptions].
//
// A Conn has no goroutine of its own, but for two when it is a stream of HTTP/2. The goroutine that reads answers Pings and
// handles Close frames, so every open connection needs one. A program that only
// writes can use [Conn.CloseRead].
//
// For tests, [Pipe] returns a connection without a network. To send one message
// to many connections use [NewPreparedMessage], and to see every frame use
// [NewFrameHandler].
//
// Every error about the protocol names the clause of the RFC.
package ref
