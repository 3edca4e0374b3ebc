package main

// historic has kinds of input that have broken implementations before. Each comment says
// what the input is and what went wrong.
func historic() []seed {
	return []seed{
		// A length was read as a signed number, and a buffer of negative size was allocated.
		{"FrameStream", "historic-length-top-bit", []byte("\x00\x00\x82\xff\xff\xff\xff\xff\xff\xff\xff\xff\x00\x00\x00\x00")},
		{"Header", "historic-length-top-bit", []byte("\x82\x7f\xff\xff\xff\xff\xff\xff\xff\xff")},
		// A length just below the maximum was added to the number of buffered octets, and the sum overflowed.
		{"FrameStream", "historic-length-sum-overflows", []byte("\x31\x00\x02\x01a\x00\x7f\x7f\xff\xff\xff\xff\xff\xff\xff")},
		// The declared length was allocated before the payload arrived, so ten octets used much memory.
		{"FrameStream", "historic-length-announced", []byte("\x01\x00\x82\x7f\x00\x00\x00\xff\xff\xff\xff\xff")},
		// Endless empty continuation frames: the limit on the size did not limit the list of fragments.
		{"FrameStream", "historic-empty-continuations", []byte("\xc1\x03\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x80\x00")},
		// The same with compression: blocks that decompress to nothing.
		{"FrameStream", "historic-empty-blocks", []byte("\x13\x03\x41\x05\x00\x00\x00\xff\xff\x00\x05\x00\x00\x00\xff\xff\x80\x01\x00")},
		// A Ping of 126 octets was copied into a buffer of 125.
		{"FrameStream", "historic-long-ping", []byte("\x01\x00\x89\x7e\x00\x7e" + zeros126)},
		// A fragmented Ping was treated as the beginning of a message.
		{"FrameStream", "historic-fragmented-ping", []byte("\x01\x00\x09\x01a\x80\x01b")},
		// A continuation frame came first, and the message to continue was nil.
		{"FrameStream", "historic-continuation-first", []byte("\x01\x00\x80\x05hello")},
		// A Close frame with a 1-octet body: the status code was read beyond its end.
		{"FrameStream", "historic-close-of-one-octet", []byte("\x01\x00\x88\x01\x03")},
		{"CloseBody", "historic-one-octet", []byte{3}},
		// Data after a Close frame was delivered.
		{"FrameStream", "historic-data-behind-close", []byte("\x01\x00\x88\x02\x03\xe8\x81\x05hello")},
		// A Ping came inside a code point, between two fragments: the decoder was shared with the Ping's payload.
		{"FrameStream", "historic-ping-inside-code-point", []byte("\x01\x05\x01\x02\xe2\x82\x89\x01\xe9\x80\x01\xac")},
		// Text ended inside a code point, and the last fragment was empty: the check ran only for non-empty data.
		{"FrameStream", "historic-unfinished-text", []byte("\x01\x01\x01\x01\xc3\x80\x00")},
		// Two-step decoders accepted surrogates and overlong sequences.
		{"UTF8", "historic-surrogate", []byte("\x01\xed\xa0\x80")},
		{"UTF8", "historic-overlong", []byte("\x01\xf0\x80\x80\xaf")},
		// Unmasking in words of eight octets was wrong for pieces whose offset was not a multiple of four.
		{"Mask", "historic-odd-position", []byte("\x37\xfa\x21\x3d\x03\x05\x07" + "a payload of more than eight octets, masked in two pieces of odd length, and longer than a block of 64")},
		// The limit applied only to the compressed size: a thousand octets decompressed to a million.
		{"Inflate", "historic-bomb", []byte("\x00\x00\x10" + "\xed\xc1\x01\x01\x00\x00\x00\x80\x90\xfe\xaf\xee\x08\x0a" + zeros126[:64])},
		// A message that ended inside a block waited for more data forever.
		{"Inflate", "historic-truncated", []byte("\x00\x10\x00\xca\x48\xcd")},
		// A block with BFINAL ended the message, and the rest was lost.
		{"Inflate", "historic-bfinal-inside", []byte("\x00\x10\x00\xf3\x48\xcd\xc9\xc9\x07\x00\xf2\x48\xcd\xc9\xc9\x07\x00")},
		// A reference to before the first octet read unrelated memory.
		{"Inflate", "historic-reference-before-start", []byte("\x00\x10\x00\x02\x13\x00")},
		// An empty payload is not a valid message, because the appended octets are not a block.
		{"Inflate", "historic-empty-payload", []byte("\x00\x10\x00")},
		// A quoted value ended with a backslash, and the scanner read beyond the end.
		{"Grammar", "historic-backslash-at-end", []byte(`a; b="\`)},
		// Extension parameters without a name took quadratic time and were accepted.
		{"Grammar", "historic-empty-parameter", []byte(`permessage-deflate; ; ; =1`)},
		// Letters that fold to ASCII letters, such as the Kelvin sign, were treated as those.
		{"Grammar", "historic-kelvin-sign", []byte("webSoc\u212aet, Upgrade")},
		// Servers accepted a window of 8 bits, but their compressor used 9.
		{"Negotiate", "historic-window-of-8", []byte("\x00\x8fpermessage-deflate; server_max_window_bits=8\npermessage-deflate; server_max_window_bits=9")},
		// The response had client_max_window_bits although the client did not offer it.
		{"Negotiate", "historic-client-bits-unasked", []byte("\x00\x0apermessage-deflate\npermessage-deflate; client_max_window_bits=10")},
		// White space before the colon, and folded lines: two parsers read different requests.
		{"Request", "historic-space-before-colon", []byte("\x00GET / HTTP/1.1\r\nHost : a\r\n\r\n")},
		{"Request", "historic-folded-line", []byte("\x00GET / HTTP/1.1\r\nHost: a\r\n b\r\n\r\n")},
		// Lines that end with LF instead of CR LF: the same.
		{"Request", "historic-bare-lf", []byte("\x00GET / HTTP/1.1\nHost: a\n\n")},
		// An endless head filled the memory.
		{"Request", "historic-endless", []byte("\xff\xff" + request[:len(request)-2])},
		// The key had line ends, which base64 decoders skip.
		{"Request", "historic-long-key", []byte("\x00GET / HTTP/1.1\r\nHost: a\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ=====\r\n\r\n")},
		// The status line had no reason phrase, which the parser expected.
		{"Response", "historic-no-reason", []byte("\x00HTTP/1.1 101\r\n\r\n")},
	}
}

const zeros126 = "" +
	"\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00" +
	"\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00" +
	"\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00"
