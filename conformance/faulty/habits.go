package faulty

import "github.com/wsspec/wsspec/ref/wire"

// habits are the functions of a peer that a fault can replace. A correct peer leaves
// the optional ones nil.
type habits struct {
	// overlooks reports whether the peer ignores a violation by the other end. h is
	// the header with the violation; it is zero in the opening handshake.
	overlooks func(v *wire.Violation, h wire.Header) bool

	// The opening handshake: request and answer change the request and the response
	// as values, head changes their octets. refusal changes the response to an
	// invalid request. agree chooses the server's answer to the offers of
	// permessage-deflate.
	request func(*wire.Request)
	answer  func(wire.Request, *wire.Response)
	refusal func(*wire.Response)
	head    func([]byte) []byte
	// reads and readsResponse see a request or response before it is checked. piece
	// reports whether the peer rejects a head of which it has read only so much, heard
	// changes the octets of a complete head. keeps makes the server wait for another
	// request after a refusal. interim reports whether the client goes on after a
	// response with that status.
	reads         func(*wire.Request)
	readsResponse func(*wire.Response)
	piece         func(soFar []byte) bool
	heard         func([]byte) []byte
	keeps         bool
	interim       func(status int) bool
	// distrusts and rawHead make a client reject a valid response: distrusts sees it
	// as a value, rawHead as octets. They are optional.
	distrusts func(wire.Response) bool
	rawHead   func([]byte) bool
	agree     func(offers []wire.Extension, params *wire.DeflateParams, answer *wire.Extension) (ok bool)
	// early handles the octets that arrived together with the handshake.
	early func([]byte) []byte
	// opened runs when the connection is open.
	opened func()

	// partial gets the octets of an incomplete header where a read ends inside it, and
	// returns those that the peer keeps. bare gets a header where a read ends directly
	// behind it, before a payload. behind gets the octets behind a complete frame that
	// the same read had, and returns those that the peer keeps.
	partial func([]byte) []byte
	bare    func(*wire.Header)
	behind  func([]byte) []byte

	// Receiving: unmask unmasks a piece of a payload. seen gets each frame with a
	// valid header, and can take the frame for itself. validText checks a piece of
	// a text message.
	unmask    func(key [4]byte, pos int, piece []byte)
	seen      func(*wire.Header) (swallow bool)
	validText func(piece []byte, frameEnds, messageEnds bool) bool
	// take adds the payload of a complete data frame to the message.
	take func(payload []byte)
	// ended runs if TCP ends before the closing handshake.
	ended func()
	// Complete messages, Pings and Pongs; the body of a Close frame; a violation by
	// the other end.
	onMessage func(message)
	onPing    func(payload []byte)
	onPong    func(payload []byte)
	onClose   func(body []byte)
	onMistake func(*wire.Violation)

	// Sending: echo turns a message into frames. compress and inflate are DEFLATE.
	// finish makes the last change to a frame, encoded to its octets. key chooses
	// the masking key.
	echo     func(message) []frame
	compress func([]byte) []byte
	inflate  func([]byte) ([]byte, error)
	finish   func(*frame)
	encoded  func(frame, []byte) []byte
	key      func() [4]byte
	// leave closes TCP at the end.
	leave func()

	// The options of permessage-deflate for each direction.
	deflaterOptions func(*wire.DeflaterOptions)
	inflaterOptions func(*wire.InflaterOptions)
}

// correct returns the habits of a correct peer.
func (p *peer) correct() habits {
	return habits{
		overlooks:     func(*wire.Violation, wire.Header) bool { return false },
		request:       func(*wire.Request) {},
		answer:        func(wire.Request, *wire.Response) {},
		refusal:       func(*wire.Response) {},
		head:          func(b []byte) []byte { return b },
		agree:         p.agreeInOrder,
		early:         func(b []byte) []byte { return b },
		opened:        func() {},
		reads:         func(*wire.Request) {},
		readsResponse: func(*wire.Response) {},
		interim:       func(status int) bool { return status/100 == 1 && status != 101 }, // RFC 9110 15.2

		partial: func(b []byte) []byte { return b },
		bare:    func(*wire.Header) {},
		behind:  func(b []byte) []byte { return b },
		ended:   func() {},

		unmask:    func(key [4]byte, pos int, piece []byte) { wire.Mask(key, pos, piece) },
		seen:      func(*wire.Header) bool { return false },
		validText: p.validSoFar,
		take:      func(payload []byte) { p.message.payload = append(p.message.payload, payload...) },
		onMessage: func(m message) { p.send(p.echo(m)...) },
		onPing:    func(payload []byte) { p.send(pong(payload)) },
		onPong:    func([]byte) {}, // RFC6455-5.5.3-3
		onClose:   p.answerClose,
		onMistake: p.failInOrder,

		echo:     p.echoInOrder,
		compress: func(b []byte) []byte { return p.deflate.deflater.AppendMessage(nil, b) },
		inflate: func(b []byte) ([]byte, error) {
			return p.deflate.inflater.AppendMessage(nil, b, mostOctets)
		},
		finish:  func(*frame) {},
		encoded: func(_ frame, b []byte) []byte { return b },
		key:     freshKey,
		leave:   p.leaveInOrder,

		deflaterOptions: func(*wire.DeflaterOptions) {},
		inflaterOptions: func(*wire.InflaterOptions) {},
	}
}
