package main

import (
	"encoding/binary"
	"fmt"
	"math/rand"
	"strings"

	"github.com/wsspec/wsspec/ref/wire"
)

// request and response are the opening handshake of RFC 6455 1.3, with extensions.
const (
	request = "GET /chat HTTP/1.1\r\nHost: example.com\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n" +
		"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n" +
		"Sec-WebSocket-Protocol: chat, superchat\r\nSec-WebSocket-Extensions: permessage-deflate; client_max_window_bits\r\n\r\n"
	response = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n" +
		"Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n" +
		"Sec-WebSocket-Protocol: chat\r\nSec-WebSocket-Extensions: permessage-deflate\r\n\r\n"
)

// made has inputs for code that neither the catalogue nor the historic inputs reach.
func made() []seed {
	var seeds []seed
	add := func(target string, inputs ...string) {
		for i, data := range inputs {
			seeds = append(seeds, seed{target, fmt.Sprintf("made-%02d", i+1), []byte(data)})
		}
	}
	add("Request", variants(request,
		"GET", "PUT", "HTTP/1.1", "HTTP/1.0", "HTTP/1.1", "ICY", "/chat", "chat", "/chat", "http://[::1]:80/", "/chat", "https://a?b",
		"/chat", "/a b", "/chat", "", "example.com", "[::1", "example.com", "[::1%25e]:1", "example.com", ":80", "example.com", "a:b", "example.com", "a@b",
		"Host", "Hots", "Upgrade: websocket\r\n", "", "websocket", "h2c/2, WebSocket/13", "websocket", "h2c/", "websocket", "h2c", "websocket", "websocket, /",
		"Connection: Upgrade\r\n", "", "Connection: Upgrade", "Connection: close", "Connection: Upgrade", "Connection: Upgrade, a;b",
		"Sec-WebSocket-Key", "X", "ZQ==", "ZR==", "ZQ==", "ZQ=!", "-Version: 13", "-Version: 013", "-Version: 13", "-Version: 8", "-Version: 13", "-Version: 256",
		"Sec-WebSocket-Version", "X", "superchat", "chat", "superchat", ";", "; client", ";; client",
		"Upgrade: websocket", "Sec-WebSocket-Key: x\r\nSec-WebSocket-Version: 13\r\nHost: b\r\nUpgrade: websocket",
		"Host: example.com", "Host: example.com\r\n folded", "Host: example.com", "no colon", "Host:", "Host :", "\r\nHost", "\nHost", "\r\nHost", "\r\rHost",
		"chat HTTP", "ch\xe9t HTTP", "example", "\xe9xample", "example", "\x00", "GET ", " ", "GET /chat HTTP/1.1", "GET", "chat, superchat", ",")...)
	add("Response", variants(response,
		"101", "200", "101", "1x1", "101", "1011", "101 Switching Protocols", "101", "101", "007", "HTTP/1.1", "HTTP/1.0", "HTTP/1.1", "",
		"Upgrade: websocket\r\n", "", "Upgrade: websocket", "Upgrade: h2c", "Connection: Upgrade\r\n", "", "Connection: Upgrade", "Connection: close",
		"Sec-WebSocket-Accept", "X", "s3pP", "S3pP", "Sec-WebSocket-Accept", "Sec-WebSocket-Accept: x\r\nSec-WebSocket-Accept",
		"permessage-deflate", "permessage-deflate, bar", "permessage-deflate", ";", "Protocol: chat", "Protocol: chess", "Protocol: chat", "Protocol: a b",
		"Sec-WebSocket-Protocol", "Sec-WebSocket-Protocol: chat\r\nSec-WebSocket-Protocol", "Upgrade: websocket", "Upgrade:\r\n websocket",
		"Upgrade: websocket", " Upgrade: websocket", "Connection: Upgrade", "Connection: a,\r\n\t Upgrade \r\n , b", "Accept: ", "Accept:  ", "Upgrade:", "no colon",
		"websocket", "WebSocket", "101", "102")...)
	for target, head := range map[string]string{"Request": request, "Response": response} {
		seeds = append(seeds,
			seed{target, "made-at-limit", []byte("\xff\x80" + head)},
			seed{target, "made-above-limit", []byte("\xff\x81" + head)},
			seed{target, "made-cut", []byte("\x00" + head[:len(head)-2])})
	}
	add("Grammar", "", ",", "a", "a,b", " a\t, ,b ,", "a b", "a; b", "a;b=c", `a ; b = "c" , d`, `a;b="\c\d"`, `a;b=""`, `a;b="c`, `a;b="c d"`, "a;b=", "a;=b", "é",
		strings.Repeat("long", 20)+"(")
	add("Negotiate", "\x03\x99permessage-deflate; client_max_window_bits=10; server_max_window_bits=9\npermessage-deflate; client_max_window_bits=9; server_max_window_bits=9; server_no_context_takeover; client_no_context_takeover",
		"\x00\x00permessage-deflate; server_no_context_takeover\npermessage-deflate", "\x00\x00permessage-deflate; server_max_window_bits=9\npermessage-deflate",
		"\x00\x00permessage-deflate; server_max_window_bits=9\npermessage-deflate; server_max_window_bits=10", "\x00\x00foo\npermessage-deflate", "\x00\x00foo\nfoo",
		"\x00\x00permessage-deflate\npermessage-deflate, x-webkit-deflate-frame", "\x00\x00permessage-deflate; client_max_window_bits\npermessage-deflate; client_max_window_bits",
		"\x00\x00permessage-deflate; x\npermessage-deflate; x", "\x00\x00permessage-deflate; server_max_window_bits=8; server_max_window_bits=8, permessage-deflate; client_max_window_bits=\"16\"\npermessage-deflate; client_no_context_takeover=1",
		"\x00\x11permessage-deflate\na", "\x00\x07permessage-deflate; server_no_context_takeover; client_no_context_takeover\npermessage-deflate; client_max_window_bits=8; client_max_window_bits=8")
	add("Mask", "", "\x37\xfa\x21\x3d\x00\x00\x00abc", "\x01\x02\x03\x04\x02\x01\x46"+strings.Repeat("x", 200))
	add("UTF8", "", "\x02κόσμε", "\x01\xc3", "\x02a\xf4\x90", "\x03\xf0\x9f\x98\x80\xed", "\x01\xe0\xa0")
	add("CloseBody", "", "\x03\xe8", "\x03\xe8why", "\x03\xe8\xff", "\x03\xec", "\x03\xed", "\x03\xed?", "\x03\xee", "\x03\xf7", "\x00\x00", "\x03\xf8", "\x0b\xb7", "\x0b\xb8", "\x13\x87", "\x13\x88",
		"\x03\xe8"+strings.Repeat("é", 62), "\x03\xe8"+strings.Repeat("\xff", 42), "\x03\xe8"+strings.Repeat("€", 41)+"ab")
	// Lengths just below and above each change of the form, in every form.
	for i, length := range []uint64{0, 125, 126, 127, 65535, 65536, 1 << 32, 1<<63 - 1, 1 << 63} {
		for form := range byte(4) {
			name := fmt.Sprintf("made-length-%d-%d", i+1, form)
			seeds = append(seeds,
				seed{"Header", name, binary.BigEndian.AppendUint64([]byte{0x82, form}, length)},
				seed{"FrameRules", name, binary.BigEndian.AppendUint64([]byte{0, 0x82, 0x80 | form}, length)},
				seed{"FrameRules", name + "-control", binary.BigEndian.AppendUint64([]byte{0, 0x89, 0x80 | form}, length)})
		}
	}
	for i := range 64 {
		add := seed{"FrameRules", fmt.Sprintf("made-%02d", i+1), []byte{byte(i), byte(i * 37), byte(i * 53), 1}}
		seeds = append(seeds, add)
	}
	add("FrameStream", streams()...)
	add("Inflate", payloads()...)
	add("Compress", "", "\x0e\x00\x00\x03\x05hello\x00\x05\x05hello", "\x1e\x04\x05\x40\x05hello\x02\x05\x05hello", "\x11\x05\x06\x80\x20"+strings.Repeat("ab cd ", 8), "\x02\x02\x06\x00\x40"+strings.Repeat("window", 10)+"\x00\x05\x06window",
		// Messages that together exceed a window of 256 octets; the third one repeats octets that are still in the window.
		"\x00\x00\x00\x00\xc859aef1lx3j4r9uhjfx6yz501ylt05h0affemkczed67jrn6n5f4w8ebw59x742xvsyi7larocxqm4vvkmlxu8rzxorplbyuu84a9a94yl3macpk4nbkd2cjgnazg8p1kmpd4pzstr6w850vcatrpd6s03953mulcpipmpyax22lz4fri4qytqh6s8tcesk4a9bie0hsq"+"\x00\x00\xc8ezxntfkrvnzdhk9k5xzeigerhzljrvc77z8nfkkcxyxz4qt9g6wed2f3m9rx4xlu8fhgr8tdvraep6kxh8qyxctsy6loh2qq48mlkdpe4hes86yymlsjkvpufupeyo153ytqriuhnqi1ug98nans7cpgdz2w8pd1v2eug2y0d6ut8odsjyrzjxs39vcb04dnzpaxh6q4"+"\x00\x00\xaalz4fri4qytqh6s8tcesk4a9bie0hsqezxntfkrvnzdhk9k5xzeigerhzljrvc77z8nfkkcxyxz4qt9g6wed2f3m9rxkdpe4hes86yymlsjkvpufupeyo153ytqriuhnqi1ug98nans7cpgdz2w8pd1v2eug2y0d6ut8odsjyrz")
	random := rand.New(rand.NewSource(6455))
	for i := range 48 {
		choices := make([]byte, 300)
		for j := range choices {
			choices[j] = byte(random.Intn(256))
		}
		seeds = append(seeds, seed{"Conversation", fmt.Sprintf("made-%02d", i+1), choices})
	}
	return seeds
}

// variants returns the text and, for every pair, the text with the first occurrence of the
// pair's first string replaced by the second.
func variants(text string, pairs ...string) []string {
	out := []string{"\x00" + text}
	for i := 0; i < len(pairs); i += 2 {
		out = append(out, "\x00"+strings.Replace(text, pairs[i], pairs[i+1], 1))
	}
	return out
}

// streams returns frame streams that exceed the limits or end in unusual places.
func streams() []string {
	return []string{
		"\x05\x00\x82\x11seventeen octets!", "\x11\x00\x02\x0atenoctets!\x80\x0btenoctets!!", "\x41\x00\x02\x00\x80\x00", "\x01\x00\x82",
		"\x01\x00\x82\x05he", "\x01\x00\x02\x05hello", "\x01\x00\x89\x05he", "\x03\x00\xc2\x07\xf2\x48\xcd\xc9\xc9\x07\x00",
		"\x03\x00\xc2\x0e\xf3\x48\xcd\xc9\xc9\x07\x00\xf2\x48\xcd\xc9\xc9\x07\x00",
		"\x13\x00\xc2\x7e\x05\x00", "\x23\x00\xc2\x7e\x05\x00", "\x33\x00\xc2\x7f\x00\x00\x08\x00\x00\x00\x00\x00", "\x03\x00\xc9\x00", "\x03\x00\x01\x00\xc0\x00", "\x03\x00\xa1\x00", "\x01\x00\xf1\x00",
		"\x01\x00\x83\x00", "\x01\x00\x8b\x00", "\x01\x00\x82\x7e\x00\x05", "\x01\x00\x82\x7f\x00\x00\x00\x00\x00\x00\x00\x05", "\x01\x00\x01\x00\x01\x00",
		"\x01\x00\x82\x80\x00\x00\x00\x00", "\x00\x00\x82\x00", "\x01\x00\x88\x04\x03\xe8\xff\xff", "\x01\x00\x88\x02\x03\xed", "\x01\x00\x8a\x00\x88\x00",
		"\x05\x00\x82\x10sixteen octets!!", "\x11\x00\x82\x0ftwenty at most.\x82\x0ftwenty at most.", "\x11\x00\x02\x0ftwenty at most.\x80\x05!!!!!\x02\x0ftwenty at most.\x80\x06!!!!!!",
	}
}

// payloads returns compressed messages with all types of blocks.
func payloads() []string {
	message := strings.Repeat("Hello, hello! ", 40) + strings.Repeat("abcdefghijklmnopqrstuvwxyz0123456789", 20)
	var out []string
	for _, level := range []int{1, 6, 9, wire.HuffmanOnly} {
		d, err := wire.NewDeflater(wire.DeflaterOptions{NoContextTakeover: true, Level: level})
		if err != nil {
			panic("seeds: " + err.Error())
		}
		out = append(out, "\x1e\x10\x00"+string(d.AppendMessage(nil, []byte(message))))
		d.Release()
	}
	return append(out,
		"\x1e\x10\x00\x00", "\x1e\x00\x02\xf2\x48\xcd\xc9\xc9\x07\x00", "\x1e\x10\x00\x00\x05\x00\xfa\xffhello\x00", "\x1e\x10\x00\x06",
		"\x1e\x10\x00\x00\x05\x00\xfa\xfehello\x00", "\x1e\x10\x00\x01\x00\x00\xff\xff\x00", "\x1e\x10\x00\xf3\x48\xcd\xc9\xc9\x07\xf8\x00", "\x1e\x10\x00\x04\xff\xff\xff\xff\xff",
		"\x1e\x10\x00\x05\xe0\x81\x08\x00\x00\x00\x00\x20\x7f\xeb\x0b\x00\x00", "\x1e\x10\x00\x63\x00\x00\x00",
		// An incomplete distance code: one symbol with two bits.
		"\x1e\x10\x00\x04\xc0\x81\x00\x00\x00\x00\x80\x20\x7f\xeb\x06", "\x1e\x10\x00\x1a\x07\x00", "\x1e\x10\x00\x4b\x44\xf8\x00")
}
