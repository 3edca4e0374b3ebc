package main

// historic are inputs of kinds that broke implementations before, whoever's.
// Each line says what the input is and what went wrong with its like.
func historic() []seed {
	return []seed{
		// Lengths read as signed numbers came out negative, and buffers of that size were made.
		{"FrameStream", "historic-length-top-bit", []byte("\x00\x00\x82\xff\xff\xff\xff\xff\xff\xff\xff\xff\x00\x00\x00\x00")},
		{"Header", "historic-length-top-bit", []byte("\x82\x7f\xff\xff\xff\xff\xff\xff\xff\xff")},
		// A length just below was added to the octets held so far, and the sum wrapped round.
		{"FrameStream", "historic-length-sum-overflows", []byte("\x31\x00\x02\x01a\x00\x7f\x7f\xff\xff\xff\xff\xff\xff\xff")},
		// A length announced and not sent was allocated at once: memory for the price of ten octets.
		{"FrameStream", "historic-length-announced", []byte("\x01\x00\x82\x7f\x00\x00\x00\xff\xff\xff\xff\xff")},
		// Endless empty continuations: no limit on the size ever stopped the list of fragments.
		{"FrameStream", "historic-empty-continuations", []byte("\xc1\x03\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x80\x00")},
		// The same compressed: blocks that inflate to nothing.
		{"FrameStream", "historic-empty-blocks", []byte("\x13\x03\x41\x05\x00\x00\x00\xff\xff\x00\x05\x00\x00\x00\xff\xff\x80\x01\x00")},
		// A ping of 126 octets was copied into room for 125.
		{"FrameStream", "historic-long-ping", []byte("\x01\x00\x89\x7e\x00\x7e" + zeros126)},
		// A fragmented ping was taken for the beginning of a message.
		{"FrameStream", "historic-fragmented-ping", []byte("\x01\x00\x09\x01a\x80\x01b")},
		// A continuation first: what it continued was nil.
		{"FrameStream", "historic-continuation-first", []byte("\x01\x00\x80\x05hello")},
		// A Close frame of one octet: the status code was read behind the end of it.
		{"FrameStream", "historic-close-of-one-octet", []byte("\x01\x00\x88\x01\x03")},
		{"CloseBody", "historic-one-octet", []byte{3}},
		// Data behind a Close frame was still delivered.
		{"FrameStream", "historic-data-behind-close", []byte("\x01\x00\x88\x02\x03\xe8\x81\x05hello")},
		// A code point cut by a ping between two fragments: the decoder was shared with the ping's text.
		{"FrameStream", "historic-ping-inside-code-point", []byte("\x01\x05\x01\x02\xe2\x82\x89\x01\xe9\x80\x01\xac")},
		// Text that ends inside a code point with the last fragment empty: only data was looked at.
		{"FrameStream", "historic-unfinished-text", []byte("\x01\x01\x01\x01\xc3\x80\x00")},
		// Surrogates and overlong forms passed for UTF-8 in decoders of two steps.
		{"UTF8", "historic-surrogate", []byte("\x01\xed\xa0\x80")},
		{"UTF8", "historic-overlong", []byte("\x01\xf0\x80\x80\xaf")},
		// Masking in words of eight: pieces whose position was no multiple of four.
		{"Mask", "historic-odd-position", []byte("\x37\xfa\x21\x3d\x03\x05\x07" + "a payload of more than eight octets, masked in two pieces of odd length, and longer than a block of 64")},
		// A limit held against the compressed size only: a thousand octets that inflate to a million.
		{"Inflate", "historic-bomb", []byte("\x00\x00\x10" + "\xed\xc1\x01\x01\x00\x00\x00\x80\x90\xfe\xaf\xee\x08\x0a" + zeros126[:64])},
		// A message cut inside a block waited for more for ever.
		{"Inflate", "historic-truncated", []byte("\x00\x10\x00\xca\x48\xcd")},
		// A block with BFINAL ended the message, and what followed was lost.
		{"Inflate", "historic-bfinal-inside", []byte("\x00\x10\x00\xf3\x48\xcd\xc9\xc9\x07\x00\xf2\x48\xcd\xc9\xc9\x07\x00")},
		// A reference to before the first octet read memory of others.
		{"Inflate", "historic-reference-before-start", []byte("\x00\x10\x00\x02\x13\x00")},
		// An empty payload stands for no message: the octets added to it are no block.
		{"Inflate", "historic-empty-payload", []byte("\x00\x10\x00")},
		// Quoted values that end in a backslash: the scanner went past the end.
		{"Grammar", "historic-backslash-at-end", []byte(`a; b="\`)},
		// Extension parameters without a name took quadratic time and were then accepted.
		{"Grammar", "historic-empty-parameter", []byte(`permessage-deflate; ; ; =1`)},
		// Letters that fold to ASCII ones, the Kelvin sign for one, passed for them.
		{"Grammar", "historic-kelvin-sign", []byte("webSoc\u212aet, Upgrade")},
		// A window of 8 bits was agreed by servers whose compressor makes 9 of it.
		{"Negotiate", "historic-window-of-8", []byte("\x00\x8fpermessage-deflate; server_max_window_bits=8\npermessage-deflate; server_max_window_bits=9")},
		// client_max_window_bits answered to a client that never offered it.
		{"Negotiate", "historic-client-bits-unasked", []byte("\x00\x0apermessage-deflate\npermessage-deflate; client_max_window_bits=10")},
		// White space before the colon, and folded lines: two readers, two requests.
		{"Request", "historic-space-before-colon", []byte("\x00GET / HTTP/1.1\r\nHost : a\r\n\r\n")},
		{"Request", "historic-folded-line", []byte("\x00GET / HTTP/1.1\r\nHost: a\r\n b\r\n\r\n")},
		// Lines that end in LF only: the same.
		{"Request", "historic-bare-lf", []byte("\x00GET / HTTP/1.1\nHost: a\n\n")},
		// A head without end filled the memory.
		{"Request", "historic-endless", []byte("\xff\xff" + request[:len(request)-2])},
		// A key with line ends in it, which base64 decoders skip.
		{"Request", "historic-long-key", []byte("\x00GET / HTTP/1.1\r\nHost: a\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ=====\r\n\r\n")},
		// A status line without a reason: the third word was taken for granted.
		{"Response", "historic-no-reason", []byte("\x00HTTP/1.1 101\r\n\r\n")},
	}
}

const zeros126 = "" +
	"\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00" +
	"\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00" +
	"\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00"
