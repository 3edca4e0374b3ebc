package opening

import (
	"strings"
	"sync"

	"github.com/wsspec/wsspec/ref/wire"
)

// extensions reads the extensions of a request or a response (RFC 6455 9.1). ok is
// false if the field is malformed. Nobody changes the list: others have it too.
func extensions(fields wire.Fields) (list []wire.Extension, ok bool) {
	values := fields.Values("Sec-WebSocket-Extensions")
	if len(values) == 0 {
		return nil, true
	}
	return extensionsRead.read(values)
}

// mostRead is how many values of Sec-WebSocket-Extensions are remembered, and longestRead how
// long one of them is at most, in octets.
const (
	mostRead    = 64
	longestRead = 256
)

// extensionsRead remembers what was read last. A fuzzer reads the same few values for each of
// its scripts, and regular expressions are slow.
var extensionsRead reading

type reading struct {
	mu    sync.Mutex
	known map[string]readValue
}

type readValue struct {
	list []wire.Extension
	ok   bool
}

// read reads the values of one or more fields.
func (r *reading) read(values []string) ([]wire.Extension, bool) {
	text := strings.Join(values, ",")
	if len(text) > longestRead {
		return parseExtensions(text)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	v, known := r.known[text]
	if !known {
		if len(r.known) >= mostRead || r.known == nil {
			r.known = make(map[string]readValue, mostRead)
		}
		v.list, v.ok = parseExtensions(text)
		r.known[text] = v
	}
	return v.list, v.ok
}

func parseExtensions(text string) (list []wire.Extension, ok bool) {
	const name = "Sec-WebSocket-Extensions"
	if malformed(wire.Fields{{Name: name, Value: text}}, name, extensionForm, "") != "" {
		return nil, false
	}
	for _, element := range elements(text) {
		e := wire.Extension{Name: extensionForm.FindStringSubmatch(element)[1]}
		for _, p := range paramForm.FindAllStringSubmatch(element, -1) {
			value, isQuoted := strings.CutPrefix(p[3], `"`)
			if isQuoted { // no token has a quote or a backslash
				value = strings.ReplaceAll(strings.TrimSuffix(value, `"`), `\`, "")
			}
			e.Params = append(e.Params, wire.Param{Name: p[1], Value: value, HasValue: p[2] != "", Quoted: isQuoted})
		}
		list = append(list, e)
	}
	return list, true
}
