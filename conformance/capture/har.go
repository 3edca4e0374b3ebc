package capture

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"
)

// An Exchange is what an HTTP archive (HAR) has of one WebSocket connection: the fields
// of the opening handshake and the messages, as a browser saw them. It has no frames.
type Exchange struct {
	URL     string
	Started time.Time
	// Version is that of HTTP, such as "HTTP/1.1"; empty if the archive does not say.
	Version           string
	Method            string
	Request, Response []HARField
	// Status is 0 if there was no response.
	Status   int
	Messages []HARMessage
	// Messaged says that the archive has a list of messages, also an empty one.
	Messaged bool
}

// A HARField is a field of a request or a response.
type HARField struct{ Name, Value string }

// A HARMessage is a message, or an error that the browser reports in its place.
type HARMessage struct {
	At time.Time
	// From is Opener for what the browser sent.
	From End
	// Opcode is that of RFC 6455 5.2. It is -1 for an error: then Data is its text.
	Opcode int
	Data   []byte
	// Undecoded says that the data should have been base64 and was not.
	Undecoded bool
}

// mostHAR is the largest archive that is read, in octets.
const mostHAR = 256 << 20

// ErrNoHAR is the error for JSON that is no HTTP archive.
var ErrNoHAR = errors.New("no HTTP archive (HAR): it has no log with entries")

// ReadHAR reads an archive and calls each for every entry that is a WebSocket connection.
// others is how many entries are not. With an error, the entries before it were passed on.
func ReadHAR(r io.Reader, each func(*Exchange)) (others int, err error) {
	limited := &io.LimitedReader{R: r, N: mostHAR + 1}
	h := &harReader{dec: json.NewDecoder(limited), each: each}
	err = h.read()
	switch {
	case limited.N <= 0:
		err = fmt.Errorf("the archive is larger than %d octets", mostHAR)
	case err == nil && !h.found:
		err = ErrNoHAR
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		err = errHARCut
	}
	return h.others, err
}

var errHARCut = fmt.Errorf("%w within its JSON", ErrCut)

type harReader struct {
	dec    *json.Decoder
	each   func(*Exchange)
	n      int
	others int
	// found: there is a list of entries.
	found bool
}

func (h *harReader) read() error {
	return h.members(func(name string) (bool, error) {
		if name != "log" {
			return false, nil
		}
		return true, h.members(func(name string) (bool, error) {
			if name != "entries" {
				return false, nil
			}
			return true, h.entries()
		})
	})
}

// members calls take for each member of the object that is next. take returns whether it
// read the value; if not, it is passed over.
func (h *harReader) members(take func(name string) (bool, error)) error {
	if err := h.delim('{'); err != nil {
		return err
	}
	for h.dec.More() {
		name, err := h.dec.Token()
		if err != nil {
			return err
		}
		taken, err := take(name.(string))
		if err != nil {
			return err
		}
		if !taken {
			var passed json.RawMessage
			if err := h.dec.Decode(&passed); err != nil {
				return err
			}
		}
	}
	return h.delim('}')
}

func (h *harReader) delim(want json.Delim) error {
	got, err := h.dec.Token()
	if err != nil {
		return err
	}
	if got != want {
		return ErrNoHAR
	}
	return nil
}

func (h *harReader) entries() error {
	h.found = true
	if err := h.delim('['); err != nil {
		return err
	}
	for h.dec.More() {
		h.n++
		var e harEntry
		if err := h.dec.Decode(&e); err != nil {
			return fmt.Errorf("entry %d: %w", h.n, err)
		}
		if x := e.exchange(); x != nil {
			h.each(x)
		} else {
			h.others++
		}
	}
	return h.delim(']')
}

// harEntry is what is read of an entry. The members that begin with an underscore are
// those of Chrome.
type harEntry struct {
	Started  time.Time  `json:"startedDateTime"`
	Kind     string     `json:"_resourceType"`
	Request  harRequest `json:"request"`
	Response struct {
		Status int `json:"status"`
		harHead
	} `json:"response"`
	Messages *[]harMessage `json:"_webSocketMessages"`
}

type harRequest struct {
	Method string `json:"method"`
	URL    string `json:"url"`
	harHead
}

type harHead struct {
	Version string     `json:"httpVersion"`
	Fields  []HARField `json:"headers"`
}

type harMessage struct {
	Type   string  `json:"type"`
	Time   float64 `json:"time"`
	Opcode int     `json:"opcode"`
	Data   string  `json:"data"`
}

func (e *harEntry) exchange() *Exchange {
	scheme, _, _ := strings.Cut(strings.ToLower(e.Request.URL), ":")
	if e.Kind != "websocket" && scheme != "ws" && scheme != "wss" && e.Messages == nil && e.Response.Status != 101 {
		return nil
	}
	x := &Exchange{
		URL: e.Request.URL, Started: e.Started.UTC(), Version: e.Request.Version, Method: e.Request.Method,
		Request: e.Request.Fields, Response: e.Response.Fields, Status: e.Response.Status, Messaged: e.Messages != nil,
	}
	if e.Messages != nil {
		for i := range *e.Messages {
			x.Messages = append(x.Messages, (*e.Messages)[i].message())
		}
	}
	return x
}

func (m *harMessage) message() HARMessage {
	out := HARMessage{Opcode: m.Opcode, Data: []byte(m.Data), At: time.UnixMicro(int64(m.Time * 1e6)).UTC()}
	if m.Type != "send" {
		out.From = Acceptor
	}
	if m.Type == "error" {
		out.Opcode = -1
	}
	if m.Opcode == 2 { // a browser writes octets in base64
		if octets, err := base64.StdEncoding.DecodeString(m.Data); err == nil {
			out.Data = octets
		} else {
			out.Undecoded = true
		}
	}
	return out
}
