package faulty

import "github.com/wsspec/wsspec/ref/wire"

// habits are what a peer does at each point where a fault can change it. Those
// that are nil when a peer is correct only add something.
type habits struct {
	// overlooks reports whether a mistake of the other end passes. h is the
	// header that has it, zero in the opening handshake.
	overlooks func(v *wire.Violation, h wire.Header) bool

	// Of the opening handshake. request and answer change what is sent as a
	// value, head as octets; refusal changes what a bad request gets; agree
	// changes what a server agrees to about permessage-deflate.
	request func(*wire.Request)
	answer  func(wire.Request, *wire.Response)
	refusal func(*wire.Response)
	head    func([]byte) []byte
	// wholeHead: a request that does not come in one read is refused.
	wholeHead bool
	// distrusts and rawHead refuse a response that is in order, the one as a
	// value and the other as octets; nil refuses none.
	distrusts func(wire.Response) bool
	rawHead   func([]byte) bool
	agree     func(offers []wire.Extension, params *wire.DeflateParams, answer *wire.Extension) (ok bool)
	// early is what becomes of octets that came with the handshake.
	early func([]byte) []byte
	// opened is called when the connection is open.
	opened func()

	// Of what is received. unmask takes the masking off a piece of payload,
	// seen is told of each frame whose header passed and can swallow it whole,
	// validText judges a piece of a text message.
	unmask    func(key [4]byte, pos int, piece []byte)
	seen      func(*wire.Header) (swallow bool)
	validText func(piece []byte, frameEnds, messageEnds bool) bool
	// take files the payload of a whole data frame under the message.
	take func(payload []byte)
	// Whole messages, pings and pongs; the body of a Close frame; a mistake of
	// the other end that fails the connection.
	onMessage func(message)
	onPing    func(payload []byte)
	onPong    func(payload []byte)
	onClose   func(body []byte)
	onMistake func(*wire.Violation)

	// Of what is sent. echo turns a message into frames, compress and inflate
	// are DEFLATE, finish has the last word on a frame, encoded on its octets,
	// key draws the masking key.
	echo     func(message) []frame
	compress func([]byte) []byte
	inflate  func([]byte) ([]byte, error)
	finish   func(*frame)
	encoded  func(frame, []byte) []byte
	key      func() [4]byte
	// leave closes TCP at the end.
	leave func()

	// Of permessage-deflate: the options of both directions.
	deflaterOptions func(*wire.DeflaterOptions)
	inflaterOptions func(*wire.InflaterOptions)
}

// correct returns the habits of a peer without fault.
func (p *peer) correct() habits {
	return habits{
		overlooks: func(*wire.Violation, wire.Header) bool { return false },
		request:   func(*wire.Request) {},
		answer:    func(wire.Request, *wire.Response) {},
		refusal:   func(*wire.Response) {},
		head:      func(b []byte) []byte { return b },
		agree:     p.agreeInOrder,
		early:     func(b []byte) []byte { return b },
		opened:    func() {},

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
