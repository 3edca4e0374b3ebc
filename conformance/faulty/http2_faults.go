package faulty

import (
	"bytes"
	"net"
	"strings"
	"time"

	"golang.org/x/net/http2"
	"golang.org/x/net/http2/hpack"
)

// HTTP2 is the area of the faults below WebSocket on a connection of HTTP/2.
const HTTP2 Area = "HTTP/2"

// HTTP2Faults returns the faults that a server shows only over HTTP/2: see [ServeHTTP2]. They
// are no part of [Faults].
func HTTP2Faults() []Fault {
	return inAreas(false, area{HTTP2, onlyFor(onlyServer, http2Settings)}, area{HTTP2, onlyFor(onlyServer, http2Requests)},
		area{HTTP2, onlyFor(onlyServer, http2Responses)}, area{HTTP2, onlyFor(onlyServer, http2Data)}, area{HTTP2, onlyFor(onlyServer, http2Ends)})
}

// overlooking makes a server that ignores what is wrong with a request.
func overlooking(what string) func(*http2Server) {
	return func(h *http2Server) { h.forgives = func(w string) bool { return w == what } }
}

// responding2 makes a server that changes the fields of its responses.
func responding2(change func(*[]hpack.HeaderField)) func(*http2Server) {
	return func(h *http2Server) { h.response = change }
}

func adding(name, value string) func(*[]hpack.HeaderField) {
	return func(f *[]hpack.HeaderField) { *f = append(*f, hpack.HeaderField{Name: name, Value: value}) }
}

// ending makes a server that ends the connection at some frame.
func ending(at func(http2.Frame) bool) func(*http2Server) {
	return func(h *http2Server) { h.frame = at }
}

// reading makes a server that reads the octets of DATA frames in another way.
func reading(read func(f *http2.DataFrame) []byte) func(*http2Server) {
	return func(h *http2Server) { h.data = read }
}

var http2Settings = []Fault{
	{
		Name: "http2-setting-2", Sentence: "Sends SETTINGS_ENABLE_CONNECT_PROTOCOL with the value 2.", Requires: []string{"RFC8441-3-1"},
		alterHTTP2: func(h *http2Server) { h.settings[0].Val = 2 },
	},
	{
		Name: "http2-setting-withdrawn", Sentence: "Sends SETTINGS_ENABLE_CONNECT_PROTOCOL with 1, and then with 0.", Requires: []string{"RFC8441-3-5"},
		alterHTTP2: func(h *http2Server) {
			h.began = func() {
				h.write(func(w *http2.Framer) error {
					return w.WriteSettings(http2.Setting{ID: http2.SettingEnableConnectProtocol, Val: 0})
				})
			}
		},
	},
	{
		Name: "http2-refuses-setting", Sentence: "Ends the connection if the client sends SETTINGS_ENABLE_CONNECT_PROTOCOL.", Requires: []string{"RFC8441-3-4"},
		alterHTTP2: ending(func(f http2.Frame) bool {
			s, ok := f.(*http2.SettingsFrame)
			if !ok {
				return false
			}
			_, sent := s.Value(http2.SettingEnableConnectProtocol)
			return sent
		}),
	},
	{
		Name: "http2-refuses-unknown-setting", Sentence: "Ends the connection on a setting that it does not know.", Requires: []string{"RFC8441-5-6"},
		alterHTTP2: ending(func(f http2.Frame) bool {
			s, ok := f.(*http2.SettingsFrame)
			if !ok {
				return false
			}
			_, sent := s.Value(0xfafa)
			return sent
		}),
	},
}

var http2Requests = []Fault{
	{Name: "http2-accepts-no-protocol", Sentence: "Opens the connection without :protocol.", Requires: []string{"RFC8441-5-1"}, alterHTTP2: overlooking("no :protocol")},
	{Name: "http2-accepts-any-protocol", Sentence: "Opens the connection for any :protocol.", Requires: []string{"RFC8441-5-1"}, alterHTTP2: overlooking("another :protocol")},
	{Name: "http2-accepts-no-scheme", Sentence: "Accepts a request without :scheme.", Requires: []string{"RFC8441-4-2"}, alterHTTP2: overlooking("no :scheme")},
	{Name: "http2-accepts-no-path", Sentence: "Accepts a request without :path.", Requires: []string{"RFC8441-4-2"}, alterHTTP2: overlooking("no :path")},
	{Name: "http2-accepts-doubled-fields", Sentence: "Accepts a request with two pseudo-header fields of one name.", Requires: []string{"RFC8441-5-5"}, alterHTTP2: overlooking("doubled pseudo-header field")},
	{Name: "http2-accepts-late-fields", Sentence: "Accepts a pseudo-header field behind another field.", Requires: []string{"RFC8441-5-5"}, alterHTTP2: overlooking("late pseudo-header field")},
	{Name: "http2-accepts-unknown-fields", Sentence: "Accepts a pseudo-header field that nobody has defined.", Requires: []string{"RFC8441-5-5"}, alterHTTP2: overlooking("unknown pseudo-header field")},
	{Name: "http2-accepts-capitals", Sentence: "Accepts a field name with a capital.", Requires: []string{"RFC8441-5-5"}, alterHTTP2: overlooking("capitals")},
	{Name: "http2-accepts-line-ends", Sentence: "Accepts a field value with CR and LF.", Requires: []string{"RFC8441-5-5"}, alterHTTP2: overlooking("line ends")},
	{Name: "http2-accepts-connection", Sentence: "Accepts Connection and Upgrade in a request.", Requires: []string{"RFC8441-5-3"}, alterHTTP2: overlooking("connection fields")},
	{Name: "http2-accepts-another-host", Sentence: "Accepts a Host field that differs from :authority.", Requires: []string{"RFC8441-4-3"}, alterHTTP2: overlooking("another host")},
	{
		Name: "http2-wants-key", Sentence: "Refuses a request without Sec-WebSocket-Key.", Requires: []string{"RFC8441-5-4"},
		alterHTTP2: func(h *http2Server) {
			h.asked = func(f []hpack.HeaderField) bool { return valueOf(f, "sec-websocket-key") == "" }
		},
	},
	{
		Name: "http2-tunnels", Sentence: "Connects to the host in :authority.", Requires: []string{"RFC8441-4-3"},
		alterHTTP2: func(h *http2Server) {
			h.asked = func(f []hpack.HeaderField) bool {
				if other, err := net.DialTimeout("tcp", valueOf(f, ":authority"), time.Second); err == nil {
					_ = other.Close()
				}
				return false
			}
		},
	},
	{
		Name: "http2-no-continuation", Sentence: "Ends the connection on a CONTINUATION frame.", Requires: []string{"RFC8441-5-5"},
		alterHTTP2: ending(func(f http2.Frame) bool { _, ok := f.(*http2.ContinuationFrame); return ok }),
	},
}

var http2Responses = []Fault{
	{
		Name: "http2-answers-101", Sentence: "Answers with 101.", Requires: []string{"RFC8441-5-6"},
		alterHTTP2: responding2(func(f *[]hpack.HeaderField) { (*f)[0].Value = strings.Replace((*f)[0].Value, "200", "101", 1) }),
	},
	{
		Name: "http2-answers-201", Sentence: "Answers with 201.", Requires: []string{"RFC8441-5-6"},
		alterHTTP2: responding2(func(f *[]hpack.HeaderField) { (*f)[0].Value = strings.Replace((*f)[0].Value, "200", "201", 1) }),
	},
	{Name: "http2-answers-connection", Sentence: "Answers with Connection: Upgrade.", Requires: []string{"RFC8441-5-3"}, alterHTTP2: responding2(adding("connection", "Upgrade"))},
	{Name: "http2-answers-accept", Sentence: "Answers with Sec-WebSocket-Accept.", Requires: []string{"RFC8441-5-4"}, alterHTTP2: responding2(adding("sec-websocket-accept", "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="))},
	{Name: "http2-answers-capitals", Sentence: "Answers with a field name that has capitals.", Requires: []string{"RFC8441-5-5"}, alterHTTP2: responding2(adding("Server", "wsspec"))},
	{Name: "http2-unasked-subprotocol", Sentence: "Answers with a subprotocol that was not requested.", Requires: []string{"RFC8441-5-5"}, alterHTTP2: responding2(adding("sec-websocket-protocol", "chat"))},
	{
		Name: "http2-no-plain-answer", Sentence: "Answers no other request of the connection.", Requires: []string{"RFC8441-5-6"},
		alterHTTP2: func(h *http2Server) { h.plain = func(uint32) {} },
	},
}

var http2Data = []Fault{
	{
		Name: "http2-padding-is-data", Sentence: "Takes the padding of a DATA frame for data.", Requires: []string{"RFC8441-5-6"},
		alterHTTP2: reading(func(f *http2.DataFrame) []byte {
			octets := bytes.Clone(f.Data())
			if f.Header().Flags.Has(http2.FlagDataPadded) {
				octets = append(octets, make([]byte, int(f.Length)-1-len(octets))...)
			}
			return octets
		}),
	},
	{
		Name: "http2-frame-in-one-data", Sentence: "Takes in only DATA frames with a whole header of a frame.", Requires: []string{"RFC8441-5-6"},
		alterHTTP2: reading(func(f *http2.DataFrame) []byte {
			if len(f.Data()) < 6 {
				return nil
			}
			return f.Data()
		}),
	},
	{
		Name: "http2-empty-data-ends", Sentence: "Ends the connection on an empty DATA frame.", Requires: []string{"RFC8441-5-6"},
		alterHTTP2: ending(func(f http2.Frame) bool {
			d, ok := f.(*http2.DataFrame)
			return ok && len(d.Data()) == 0 && !d.StreamEnded()
		}),
	},
	{
		Name: "http2-refuses-unknown-frame", Sentence: "Ends the connection on a frame that it does not know.", Requires: []string{"RFC8441-5-6"},
		alterHTTP2: ending(func(f http2.Frame) bool { _, ok := f.(*http2.UnknownFrame); return ok }),
	},
	{
		Name: "http2-refuses-ping", Sentence: "Ends the connection on a PING frame inside a frame of WebSocket.", Requires: []string{"RFC8441-5-6"},
		alterHTTP2: ending(func(f http2.Frame) bool { _, ok := f.(*http2.PingFrame); return ok }),
	},
	{
		Name: "http2-ignores-window", Sentence: "Sends more than the window of the stream allows.", Requires: []string{"RFC8441-5-6"},
		alterHTTP2: func(h *http2Server) {
			h.budget = func(_ *http2Stream, n int) int { return min(n, 16<<10) }
		},
	},
	{
		Name: "http2-window-of-all", Sentence: "Sends nothing more on any stream when the window of one is exhausted.", Requires: []string{"RFC8441-5-6"},
		alterHTTP2: func(h *http2Server) {
			correct, stalled := h.budget, false
			h.budget = func(s *http2Stream, n int) int {
				if n = correct(s, n); n <= 0 {
					stalled = true
				}
				if stalled {
					return 0
				}
				return n
			}
		},
	},
}

var http2Ends = []Fault{
	{
		Name: "http2-leaves-stream-open", Sentence: "Does not end the stream behind the closing handshake.", Requires: []string{"RFC8441-5-7"},
		alterHTTP2: func(h *http2Server) { h.ends = func(s *http2Stream) { s.kept = true } },
	},
	{
		Name: "http2-resets-at-end", Sentence: "Ends the stream by RST_STREAM behind the closing handshake.", Requires: []string{"RFC8441-5-7"},
		alterHTTP2: func(h *http2Server) { h.ends = func(s *http2Stream) { s.sendReset(http2.ErrCodeNo) } },
	},
	{
		Name: "http2-closes-connection", Sentence: "Ends the whole connection when a stream ends.", Requires: []string{"RFC8441-5-7"},
		alterHTTP2: func(h *http2Server) {
			h.ends = func(s *http2Stream) {
				s.sendEnd()
				h.end()
			}
		},
	},
	{
		Name: "http2-reset-ends-all", Sentence: "Ends the whole connection on RST_STREAM.", Requires: []string{"RFC8441-5-7"},
		alterHTTP2: ending(func(f http2.Frame) bool { _, ok := f.(*http2.RSTStreamFrame); return ok }),
	},
	{
		Name: "http2-sends-behind-end", Sentence: "Sends a DATA frame behind END_STREAM.", Requires: []string{"RFC8441-5-7"},
		alterHTTP2: func(h *http2Server) {
			h.ends = func(s *http2Stream) {
				s.sendEnd()
				h.write(func(w *http2.Framer) error { return w.WriteData(s.id, false, []byte("more")) })
			}
		},
	},
	{
		Name: "http2-one-stream", Sentence: "Refuses a second stream of the connection.", Requires: []string{"RFC8441-5-6"},
		alterHTTP2: ending(func(f http2.Frame) bool { _, ok := f.(*http2.HeadersFrame); return ok && f.Header().StreamID > 1 }),
	},
	{
		Name: "http2-goaway-ends-all", Sentence: "Ends the connection when the client sends GOAWAY.", Requires: []string{"RFC8441-5-6"},
		alterHTTP2: ending(func(f http2.Frame) bool { _, ok := f.(*http2.GoAwayFrame); return ok }),
	},
	{
		Name: "http2-ignores-end", Sentence: "Keeps a stream open that the client has ended inside a frame.", Requires: []string{"RFC8441-5-7"},
		alterHTTP2: func(h *http2Server) {
			h.data = func(f *http2.DataFrame) []byte {
				f.Flags &^= http2.FlagDataEndStream
				return f.Data()
			}
		},
	},
	{
		Name: "http2-dies-of-resets", Sentence: "Serves no connection more after 500 streams that were reset.", Requires: []string{"RFC6455-10.4-1"},
		alterHTTP2: func(h *http2Server) {
			h.frame = func(f http2.Frame) bool {
				h.whole.mu.Lock()
				defer h.whole.mu.Unlock()
				if _, ok := f.(*http2.RSTStreamFrame); ok {
					h.whole.resets++
				}
				return h.whole.resets >= 500
			}
		},
	},
}
