package faulty

import (
	"net"
	"slices"
	"strings"
	"time"

	"github.com/quic-go/quic-go"
	"github.com/quic-go/quic-go/quicvarint"

	"github.com/wsspec/wsspec/ref/wire"
)

// A Fault is one mistake that a server makes below WebSocket. With the zero Fault, the server
// is correct.
type Fault struct {
	// Name is short and never changes once released: "setting-2".
	Name string
	// Sentence describes what the server does. It begins with a verb.
	Sentence string

	// alter changes the habits of a server. It is called once for each connection.
	alter func(*server)
}

// Faults returns every fault. The caller may modify the slice.
func Faults() []Fault {
	return slices.Concat(ofSettings(), ofRequests(), ofResponses(), ofData(), ofEnds())
}

// unknownType is the type of frames, streams and settings that nobody may define, as the cases
// have it (RFC 9114 7.2.8).
const unknownType = 0xfa

// saying makes a server that sends this on its control stream.
func saying(frames ...[]byte) func(*server) {
	return func(h *server) { h.control = slices.Concat(append([][]byte{{0}}, frames...)...) }
}

// permitting is a SETTINGS frame that permits extended CONNECT, and has more settings.
func permitting(more ...uint64) []byte {
	return appendFrame(nil, frameSettings, settings(append([]uint64{connectProtocol, 1}, more...)...))
}

// overlooking makes a server that ignores what is wrong with a request.
func overlooking(what string) func(*server) {
	return func(h *server) { h.forgives = func(w string) bool { return w == what } }
}

// responding makes a server that changes the fields of its responses.
func responding(change func(*wire.Fields)) func(*server) {
	return func(h *server) { h.response = change }
}

func adding(name, value string) func(*server) {
	return responding(func(f *wire.Fields) { *f = append(*f, wire.Field{Name: name, Value: value}) })
}

// ending makes a server that ends the connection at some frame.
func ending(at func(s *stream, kind uint64, payload []byte) bool) func(*server) {
	return func(h *server) { h.frame = at }
}

// refusingSetting makes a server that ends the connection at some setting.
func refusingSetting(id uint64) func(*server) {
	return func(h *server) {
		h.settings = func(s map[uint64]uint64) bool { _, sent := s[id]; return sent }
	}
}

func ofSettings() []Fault {
	return []Fault{
		{Name: "setting-2", Sentence: "Sends SETTINGS_ENABLE_CONNECT_PROTOCOL with the value 2.", alter: saying(appendFrame(nil, frameSettings, settings(connectProtocol, 2)))},
		{Name: "no-permission", Sentence: "Sends no SETTINGS_ENABLE_CONNECT_PROTOCOL.", alter: saying(appendFrame(nil, frameSettings, nil))},
		{Name: "setting-twice", Sentence: "Sends a setting twice.", alter: saying(permitting(connectProtocol, 1))},
		{Name: "setting-of-http2", Sentence: "Sends a setting of HTTP/2.", alter: saying(permitting(0x3, 100))},
		{Name: "settings-late", Sentence: "Sends GOAWAY before its SETTINGS frame.", alter: saying(appendFrame(nil, frameGoAway, []byte{0}), permitting())},
		{Name: "settings-again", Sentence: "Sends a second SETTINGS frame.", alter: saying(permitting(), permitting())},
		{Name: "data-on-control", Sentence: "Sends a DATA frame on its control stream.", alter: saying(permitting(), appendFrame(nil, frameData, []byte("wsspec")))},
		{
			Name: "ends-control", Sentence: "Ends its control stream.",
			alter: func(h *server) { h.began = func(control *quic.SendStream) { _ = control.Close() } },
		},
		{
			Name: "pushes", Sentence: "Opens a push stream.",
			alter: func(h *server) {
				h.began = func(*quic.SendStream) {
					if s, err := h.conn.OpenUniStream(); err == nil {
						_, _ = s.Write([]byte{1, 0})
					}
				}
			},
		},
		{Name: "refuses-setting", Sentence: "Ends the connection if the client sends SETTINGS_ENABLE_CONNECT_PROTOCOL.", alter: refusingSetting(connectProtocol)},
		{Name: "refuses-unknown-setting", Sentence: "Ends the connection on a setting that it does not know.", alter: refusingSetting(unknownType)},
	}
}

func ofRequests() []Fault {
	return []Fault{
		{Name: "accepts-no-protocol", Sentence: "Opens the connection without :protocol.", alter: overlooking("no :protocol")},
		{Name: "accepts-any-protocol", Sentence: "Opens the connection for any :protocol.", alter: overlooking("another :protocol")},
		{Name: "refuses-protocol-404", Sentence: "Answers another :protocol with 404.", alter: func(h *server) { h.unsupported = "404" }},
		{Name: "accepts-no-path", Sentence: "Accepts a request without :path.", alter: overlooking("no :path")},
		{Name: "accepts-doubled-fields", Sentence: "Accepts a request with two pseudo-header fields of one name.", alter: overlooking("doubled pseudo-header field")},
		{Name: "accepts-late-fields", Sentence: "Accepts a pseudo-header field behind another field.", alter: overlooking("late pseudo-header field")},
		{Name: "accepts-unknown-fields", Sentence: "Accepts a pseudo-header field that nobody has defined.", alter: overlooking("unknown pseudo-header field")},
		{Name: "accepts-capitals", Sentence: "Accepts a field name with a capital.", alter: overlooking("capitals")},
		{Name: "accepts-connection", Sentence: "Accepts Connection and Upgrade in a request.", alter: overlooking("connection fields")},
		{
			Name: "wants-key", Sentence: "Refuses a request without Sec-WebSocket-Key.",
			alter: func(h *server) {
				h.asked = func(f wire.Fields) bool { return len(f.Values("sec-websocket-key")) == 0 }
			},
		},
		{
			Name: "tunnels", Sentence: "Connects to the host in :authority.",
			alter: func(h *server) {
				h.asked = func(f wire.Fields) bool {
					authority, _ := f.Get(":authority")
					if other, err := net.DialTimeout("tcp", authority, time.Second); err == nil {
						_ = other.Close()
					}
					return false
				}
			},
		},
	}
}

func ofResponses() []Fault {
	status := func(status string) func(*server) {
		return responding(func(f *wire.Fields) { (*f)[0].Value = strings.Replace((*f)[0].Value, "200", status, 1) })
	}
	return []Fault{
		{Name: "answers-101", Sentence: "Answers with 101.", alter: status("101")},
		{Name: "answers-201", Sentence: "Answers with 201.", alter: status("201")},
		{Name: "answers-connection", Sentence: "Answers with Connection: Upgrade.", alter: adding("connection", "Upgrade")},
		{Name: "answers-accept", Sentence: "Answers with Sec-WebSocket-Accept.", alter: adding("sec-websocket-accept", "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=")},
		{Name: "answers-capitals", Sentence: "Answers with a field name that has capitals.", alter: adding("Server", "wsspec")},
		{Name: "no-plain-answer", Sentence: "Answers no other request of the connection.", alter: func(h *server) { h.plain = func(*stream) {} }},
	}
}

func ofData() []Fault {
	behind := func(octets []byte) func(*server) {
		return func(h *server) { h.answered = func(s *stream) { _, _ = s.quic.Write(octets) } }
	}
	return []Fault{
		{
			Name: "frame-in-one-data", Sentence: "Takes in only DATA frames with a whole header of a frame.",
			alter: func(h *server) {
				h.data = func(p []byte) []byte {
					if len(p) < 6 {
						return nil
					}
					return p
				}
			},
		},
		{
			Name: "empty-data-ends", Sentence: "Ends the connection on an empty DATA frame.",
			alter: ending(func(_ *stream, kind uint64, payload []byte) bool { return kind == frameData && len(payload) == 0 }),
		},
		{
			Name: "refuses-unknown-frame", Sentence: "Ends the connection on a frame that it does not know.",
			alter: ending(func(s *stream, kind uint64, _ []byte) bool { return s != nil && kind == unknownType }),
		},
		{
			Name: "refuses-unknown-control", Sentence: "Ends the connection on a frame that it does not know on the control stream.",
			alter: ending(func(s *stream, kind uint64, _ []byte) bool { return s == nil && kind == unknownType }),
		},
		{
			Name: "refuses-unknown-stream", Sentence: "Ends the connection on a unidirectional stream that it does not know.",
			alter: func(h *server) { h.unknown = func(kind uint64) bool { return kind == unknownType } },
		},
		{Name: "sends-trailers", Sentence: "Sends a HEADERS frame behind the response.", alter: behind(appendFrame(nil, frameHeaders, encode(wire.Fields{{Name: "x-wsspec", Value: "1"}})))},
		{Name: "sends-frame-of-http2", Sentence: "Sends a PING frame of HTTP/2.", alter: behind(appendFrame(nil, 0x6, make([]byte, 8)))},
	}
}

func ofEnds() []Fault {
	return []Fault{
		{Name: "leaves-stream-open", Sentence: "Does not end the stream behind the closing handshake.", alter: func(h *server) { h.ends = func(s *stream) { s.kept = true } }},
		{Name: "resets-at-end", Sentence: "Resets the stream behind the closing handshake.", alter: func(h *server) { h.ends = func(s *stream) { s.quic.CancelWrite(codeNo) } }},
		{
			Name: "ends-inside-frame", Sentence: "Ends the stream inside a DATA frame.",
			alter: func(h *server) {
				h.ends = func(s *stream) {
					_, _ = s.quic.Write(quicvarint.Append([]byte{frameData}, 100))
					_ = s.quic.Close()
				}
			},
		},
		{
			Name: "closes-connection", Sentence: "Ends the whole connection when a stream ends.",
			alter: func(h *server) {
				h.ends = func(s *stream) {
					_ = s.quic.Close()
					h.end(codeNo)
				}
			},
		},
		{Name: "reset-ends-all", Sentence: "Ends the whole connection when the client resets a stream.", alter: func(h *server) { h.reset = func(*stream) { h.end(codeProtocol) } }},
		{
			Name: "one-stream", Sentence: "Refuses a second stream of the connection.",
			alter: ending(func(s *stream, kind uint64, _ []byte) bool {
				return kind == frameHeaders && s != nil && s.quic.StreamID() > 0
			}),
		},
		{Name: "goaway-ends-all", Sentence: "Ends the connection when the client sends GOAWAY.", alter: ending(func(_ *stream, kind uint64, _ []byte) bool { return kind == frameGoAway })},
	}
}
