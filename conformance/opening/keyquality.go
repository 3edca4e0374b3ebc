package opening

import (
	"encoding/base64"
	"strings"
	"sync"

	"github.com/wsspec/wsspec/conformance/judge"
	"github.com/wsspec/wsspec/conformance/stream"
	"github.com/wsspec/wsspec/ref/wire"
)

// KeyQuality keeps the Sec-WebSocket-Keys of the connections of one agent. It finds keys
// that were not chosen at random for each connection (RFC6455-4.1-29). It finds only
// obvious mistakes.
type KeyQuality struct {
	mu   sync.Mutex
	seen map[string]bool
	// first is the first key; changed are its octets that another key had
	// otherwise. A counter or a clock leaves most octets as they are.
	first   string
	changed [16]bool
}

// Add adds the key of another request. It returns a violation if the keys so far show a
// pattern.
func (q *KeyQuality) Add(key string) *wire.Violation {
	octets, err := base64.StdEncoding.DecodeString(strings.TrimSpace(key))
	if err != nil || len(octets) != 16 {
		return nil // CheckRequest says so
	}
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.seen[string(octets)] {
		return judge.RuleFreshKey.Violation("the key %q, which another connection had already", key)
	}
	if len(q.seen) == 0 {
		q.seen, q.first = map[string]bool{}, string(octets)
	}
	if len(q.seen) < stream.MostKeys {
		q.seen[string(octets)] = true
	}
	constant := 0
	for i := range q.changed {
		q.changed[i] = q.changed[i] || octets[i] != q.first[i]
		if !q.changed[i] {
			constant++
		}
	}
	if constant > 0 && len(q.seen) >= stream.FewestKeys {
		return judge.RuleFreshKey.Violation("%d keys of which %d octets never change", len(q.seen), constant)
	}
	return nil
}
