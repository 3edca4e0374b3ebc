package network

import (
	"errors"
	"net"

	"github.com/wsspec/wsspec/conformance/observed"
	"github.com/wsspec/wsspec/conformance/opening"
	"github.com/wsspec/wsspec/ref/wire"
)

// opened is a connection behind the opening handshake.
type opened struct {
	conn     net.Conn
	request  wire.Request
	response wire.Response
	// deflate are the agreed parameters of permessage-deflate; nil if there are none.
	deflate *wire.DeflateParams
	// early are the octets that came behind the peer's part of the handshake.
	early []byte
	// unsent are octets of the harness's part that go out with the next write.
	unsent []byte
	// course, if set, says what the peer did in the handshake, beside the status.
	course string
	// left, if set, waits until the client has ended, and says how.
	left func(patience) ClientEnd
	// transcript has what the handshake sent and received.
	transcript observed.Transcript
	// unclear: the harness's part was not one whole head of HTTP, so that nobody knows what the
	// peer takes for the first octet of a frame, or it does not open the connection.
	unclear bool
	// wrong says what is wrong with the peer's part of the handshake; nil if nothing is.
	wrong *wrong
}

// A wrong is what a peer did that no requirement permits.
type wrong struct {
	class Class
	// requirement is the id of the one that is broken, empty if the RFC has none.
	requirement, why string
}

// isUnreachable tells a peer that takes no connection from this machine being unable.
func isUnreachable(err error) bool {
	var target *opening.TargetError
	var absent notConnected
	return errors.As(err, &absent) || errors.As(err, &target) && target.Problem == opening.Unreachable
}
