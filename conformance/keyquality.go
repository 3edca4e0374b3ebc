package conformance

import (
	"encoding/base64"
	"strings"
	"sync"

	"github.com/wsspec/wsspec/ref/wire"
)

// keyQuality keeps the Sec-WebSocket-Keys of one agent over its connections and
// finds those that were not drawn anew (RFC6455-4.1-29). Like maskQuality it is
// a smoke test.
type keyQuality struct {
	mu   sync.Mutex
	seen map[string]bool
	// first is the first key; changed are its octets that another key had
	// otherwise. A counter or a clock leaves most octets as they are.
	first   string
	changed [16]bool
}

// add takes the key of another request and judges it by those before.
func (q *keyQuality) add(key string) *wire.Violation {
	octets, err := base64.StdEncoding.DecodeString(strings.TrimSpace(key))
	if err != nil || len(octets) != 16 {
		return nil // wire.CheckClientRequest says so
	}
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.seen[string(octets)] {
		return ruleFreshKey.Violation("the key %q, which another connection had already", key)
	}
	if len(q.seen) == 0 {
		q.seen, q.first = map[string]bool{}, string(octets)
	}
	if len(q.seen) < mostKeys {
		q.seen[string(octets)] = true
	}
	constant := 0
	for i := range q.changed {
		q.changed[i] = q.changed[i] || octets[i] != q.first[i]
		if !q.changed[i] {
			constant++
		}
	}
	if constant > 0 && len(q.seen) >= fewestKeys {
		return ruleFreshKey.Violation("%d keys of which %d octets never change", len(q.seen), constant)
	}
	return nil
}
