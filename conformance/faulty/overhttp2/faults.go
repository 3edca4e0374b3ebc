package overhttp2

import (
	"bytes"
	"net"
	"slices"
	"strings"
	"time"

	"golang.org/x/net/http2"
	"golang.org/x/net/http2/hpack"
)

// A Fault is one mistake that a server makes below WebSocket. With the zero Fault, the server
// is correct.
type Fault struct {
	// Name is short and never changes once released: "setting-2".
	Name string
	// Sentence describes what the server does. It begins with a verb.
	Sentence string
	// Requires lists the ids (see conformance/rfc) of the requirements that the fault
	// breaks, the most important one first.
	Requires []string

	// alter changes the habits of a server, or what a client has in common with it. It is
	// called once for each connection. client changes those of a client.
	alter  func(*server)
	client func(*client)
}

// Faults returns every fault. The caller may modify the slice.
func Faults() []Fault { return slices.Concat(settings(), requests(), responses(), data(), ends()) }

// overlooking makes a server that ignores what is wrong with a request.
func overlooking(what string) func(*server) {
	return func(h *server) { h.forgives = func(w string) bool { return w == what } }
}

// responding makes a server that changes the fields of its responses.
func responding(change func(*[]hpack.HeaderField)) func(*server) {
	return func(h *server) { h.response = change }
}

func adding(name, value string) func(*[]hpack.HeaderField) {
	return func(f *[]hpack.HeaderField) { *f = append(*f, hpack.HeaderField{Name: name, Value: value}) }
}

// ending makes a server that ends the connection at some frame.
func ending(at func(http2.Frame) bool) func(*server) {
	return func(h *server) { h.frame = at }
}

// reading makes a server that reads the octets of DATA frames in another way.
func reading(read func(f *http2.DataFrame) []byte) func(*server) {
	return func(h *server) { h.data = read }
}

func settings() []Fault {
	return []Fault{
		{
			Name: "setting-2", Sentence: "Sends SETTINGS_ENABLE_CONNECT_PROTOCOL with the value 2.", Requires: []string{"RFC8441-3-1"},
			alter: func(h *server) { h.settings[0].Val = 2 },
		},
		{
			Name: "setting-withdrawn", Sentence: "Sends SETTINGS_ENABLE_CONNECT_PROTOCOL with 1, and then with 0.", Requires: []string{"RFC8441-3-5"},
			alter: func(h *server) {
				h.began = func() {
					h.write(func(w *http2.Framer) error {
						return w.WriteSettings(http2.Setting{ID: http2.SettingEnableConnectProtocol, Val: 0})
					})
				}
			},
		},
		{
			Name: "refuses-setting", Sentence: "Ends the connection if the client sends SETTINGS_ENABLE_CONNECT_PROTOCOL.", Requires: []string{"RFC8441-3-4"},
			alter: ending(func(f http2.Frame) bool {
				s, ok := f.(*http2.SettingsFrame)
				if !ok {
					return false
				}
				_, sent := s.Value(http2.SettingEnableConnectProtocol)
				return sent
			}),
		},
		{
			Name: "refuses-unknown-setting", Sentence: "Ends the connection on a setting that it does not know.", Requires: []string{"RFC8441-5-6"},
			alter: ending(func(f http2.Frame) bool {
				s, ok := f.(*http2.SettingsFrame)
				if !ok {
					return false
				}
				_, sent := s.Value(0xfafa)
				return sent
			}),
		},
	}
}

func requests() []Fault {
	return []Fault{
		{Name: "accepts-no-protocol", Sentence: "Opens the connection without :protocol.", Requires: []string{"RFC8441-5-1"}, alter: overlooking("no :protocol")},
		{Name: "accepts-any-protocol", Sentence: "Opens the connection for any :protocol.", Requires: []string{"RFC8441-5-1"}, alter: overlooking("another :protocol")},
		{Name: "accepts-no-scheme", Sentence: "Accepts a request without :scheme.", Requires: []string{"RFC8441-4-2"}, alter: overlooking("no :scheme")},
		{Name: "accepts-no-path", Sentence: "Accepts a request without :path.", Requires: []string{"RFC8441-4-2"}, alter: overlooking("no :path")},
		{Name: "accepts-doubled-fields", Sentence: "Accepts a request with two pseudo-header fields of one name.", Requires: []string{"RFC8441-5-5"}, alter: overlooking("doubled pseudo-header field")},
		{Name: "accepts-late-fields", Sentence: "Accepts a pseudo-header field behind another field.", Requires: []string{"RFC8441-5-5"}, alter: overlooking("late pseudo-header field")},
		{Name: "accepts-unknown-fields", Sentence: "Accepts a pseudo-header field that nobody has defined.", Requires: []string{"RFC8441-5-5"}, alter: overlooking("unknown pseudo-header field")},
		{Name: "accepts-capitals", Sentence: "Accepts a field name with a capital.", Requires: []string{"RFC8441-5-5"}, alter: overlooking("capitals")},
		{Name: "accepts-line-ends", Sentence: "Accepts a field value with CR and LF.", Requires: []string{"RFC8441-5-5"}, alter: overlooking("line ends")},
		{Name: "accepts-connection", Sentence: "Accepts Connection and Upgrade in a request.", Requires: []string{"RFC8441-5-3"}, alter: overlooking("connection fields")},
		{Name: "accepts-another-host", Sentence: "Accepts a Host field that differs from :authority.", Requires: []string{"RFC8441-4-3"}, alter: overlooking("another host")},
		{
			Name: "wants-key", Sentence: "Refuses a request without Sec-WebSocket-Key.", Requires: []string{"RFC8441-5-4"},
			alter: func(h *server) {
				h.asked = func(f []hpack.HeaderField) bool { return valueOf(f, "sec-websocket-key") == "" }
			},
		},
		{
			Name: "tunnels", Sentence: "Connects to the host in :authority.", Requires: []string{"RFC8441-4-3"},
			alter: func(h *server) {
				h.asked = func(f []hpack.HeaderField) bool {
					if other, err := net.DialTimeout("tcp", valueOf(f, ":authority"), time.Second); err == nil {
						_ = other.Close()
					}
					return false
				}
			},
		},
		{
			Name: "no-continuation", Sentence: "Ends the connection on a CONTINUATION frame.", Requires: []string{"RFC8441-5-5"},
			alter: ending(func(f http2.Frame) bool { _, ok := f.(*http2.ContinuationFrame); return ok }),
		},
	}
}

func responses() []Fault {
	return []Fault{
		{
			Name: "answers-101", Sentence: "Answers with 101.", Requires: []string{"RFC8441-5-6"},
			alter: responding(func(f *[]hpack.HeaderField) { (*f)[0].Value = strings.Replace((*f)[0].Value, "200", "101", 1) }),
		},
		{
			Name: "answers-201", Sentence: "Answers with 201.", Requires: []string{"RFC8441-5-6"},
			alter: responding(func(f *[]hpack.HeaderField) { (*f)[0].Value = strings.Replace((*f)[0].Value, "200", "201", 1) }),
		},
		{Name: "answers-connection", Sentence: "Answers with Connection: Upgrade.", Requires: []string{"RFC8441-5-3"}, alter: responding(adding("connection", "Upgrade"))},
		{Name: "answers-accept", Sentence: "Answers with Sec-WebSocket-Accept.", Requires: []string{"RFC8441-5-4"}, alter: responding(adding("sec-websocket-accept", "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="))},
		{Name: "answers-capitals", Sentence: "Answers with a field name that has capitals.", Requires: []string{"RFC8441-5-5"}, alter: responding(adding("Server", "wsspec"))},
		{Name: "unasked-subprotocol", Sentence: "Answers with a subprotocol that was not requested.", Requires: []string{"RFC8441-5-5"}, alter: responding(adding("sec-websocket-protocol", "chat"))},
		{
			Name: "no-plain-answer", Sentence: "Answers no other request of the connection.", Requires: []string{"RFC8441-5-6"},
			alter: func(h *server) { h.plain = func(uint32) {} },
		},
	}
}

func data() []Fault {
	return []Fault{
		{
			Name: "padding-is-data", Sentence: "Takes the padding of a DATA frame for data.", Requires: []string{"RFC8441-5-6"},
			alter: reading(func(f *http2.DataFrame) []byte {
				octets := bytes.Clone(f.Data())
				if f.Header().Flags.Has(http2.FlagDataPadded) {
					octets = append(octets, make([]byte, int(f.Length)-1-len(octets))...)
				}
				return octets
			}),
		},
		{
			Name: "frame-in-one-data", Sentence: "Takes in only DATA frames with a whole header of a frame.", Requires: []string{"RFC8441-5-6"},
			alter: reading(func(f *http2.DataFrame) []byte {
				if len(f.Data()) < 6 {
					return nil
				}
				return f.Data()
			}),
		},
		{
			Name: "empty-data-ends", Sentence: "Ends the connection on an empty DATA frame.", Requires: []string{"RFC8441-5-6"},
			alter: ending(func(f http2.Frame) bool {
				d, ok := f.(*http2.DataFrame)
				return ok && len(d.Data()) == 0 && !d.StreamEnded()
			}),
		},
		{
			Name: "refuses-unknown-frame", Sentence: "Ends the connection on a frame that it does not know.", Requires: []string{"RFC8441-5-6"},
			alter: ending(func(f http2.Frame) bool { _, ok := f.(*http2.UnknownFrame); return ok }),
		},
		{
			Name: "refuses-ping", Sentence: "Ends the connection on a PING frame inside a frame of WebSocket.", Requires: []string{"RFC8441-5-6"},
			alter: ending(func(f http2.Frame) bool { _, ok := f.(*http2.PingFrame); return ok }),
		},
		{
			Name: "ignores-window", Sentence: "Sends more than the window of the stream allows.", Requires: []string{"RFC8441-5-6"},
			alter: func(h *server) {
				h.budget = func(_ *stream, n int) int { return min(n, 16<<10) }
			},
		},
		{
			Name: "window-of-all", Sentence: "Sends nothing more on any stream when the window of one is exhausted.", Requires: []string{"RFC8441-5-6"},
			alter: func(h *server) {
				correct, stalled := h.budget, false
				h.budget = func(s *stream, n int) int {
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
}

func ends() []Fault {
	return []Fault{
		{
			Name: "leaves-stream-open", Sentence: "Does not end the stream behind the closing handshake.", Requires: []string{"RFC8441-5-7"},
			alter: func(h *server) { h.ends = func(s *stream) { s.kept = true } },
		},
		{
			Name: "resets-at-end", Sentence: "Ends the stream by RST_STREAM behind the closing handshake.", Requires: []string{"RFC8441-5-7"},
			alter: func(h *server) { h.ends = func(s *stream) { s.sendReset(http2.ErrCodeNo) } },
		},
		{
			Name: "closes-connection", Sentence: "Ends the whole connection when a stream ends.", Requires: []string{"RFC8441-5-7"},
			alter: func(h *server) {
				h.ends = func(s *stream) {
					s.sendEnd()
					h.end()
				}
			},
		},
		{
			Name: "reset-ends-all", Sentence: "Ends the whole connection on RST_STREAM.", Requires: []string{"RFC8441-5-7"},
			alter: ending(func(f http2.Frame) bool { _, ok := f.(*http2.RSTStreamFrame); return ok }),
		},
		{
			Name: "sends-behind-end", Sentence: "Sends a DATA frame behind END_STREAM.", Requires: []string{"RFC8441-5-7"},
			alter: func(h *server) {
				h.ends = func(s *stream) {
					s.sendEnd()
					h.write(func(w *http2.Framer) error { return w.WriteData(s.id, false, []byte("more")) })
				}
			},
		},
		{
			Name: "one-stream", Sentence: "Refuses a second stream of the connection.", Requires: []string{"RFC8441-5-6"},
			alter: ending(func(f http2.Frame) bool { _, ok := f.(*http2.HeadersFrame); return ok && f.Header().StreamID > 1 }),
		},
		{
			Name: "goaway-ends-all", Sentence: "Ends the connection when the client sends GOAWAY.", Requires: []string{"RFC8441-5-6"},
			alter: ending(func(f http2.Frame) bool { _, ok := f.(*http2.GoAwayFrame); return ok }),
		},
		{
			Name: "ignores-end", Sentence: "Keeps a stream open that the client has ended inside a frame.", Requires: []string{"RFC8441-5-7"},
			alter: func(h *server) {
				h.data = func(f *http2.DataFrame) []byte {
					f.Flags &^= http2.FlagDataEndStream
					return f.Data()
				}
			},
		},
		{
			Name: "dies-of-resets", Sentence: "Serves no connection more after 500 streams that were reset.", Requires: []string{"RFC6455-10.4-1"},
			alter: func(h *server) {
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
}
