package ref

import (
	"fmt"
	"math"
	"net/netip"
	"time"
)

// A Rate limits how often something may happen: at most Burst + PerSecond·t times in
// any t seconds. The zero value means no limit.
type Rate struct {
	// PerSecond is how often a second, in the long run; zero means no limit.
	PerSecond float64
	// Burst is how often at once; 1 if zero.
	Burst int
}

func (r Rate) check() error {
	if r.PerSecond < 0 || math.IsNaN(r.PerSecond) || math.IsInf(r.PerSecond, 0) || r.Burst < 0 {
		return fmt.Errorf("rate of %v a second, %d at once: want numbers, or zeros for no bound", r.PerSecond, r.Burst)
	}
	if r.PerSecond == 0 && r.Burst > 0 {
		return fmt.Errorf("rate with a burst of %d and nothing per second: want both, or none for no bound", r.Burst)
	}
	return nil
}

func (r Rate) burst() float64 { return float64(max(r.Burst, 1)) }

// maxBuckets is the most addresses that a limiter tells apart. Further addresses
// share one bucket until others are forgotten.
const maxBuckets = 1 << 16

// A limiter applies a rate to each address by a token bucket. The zero value is
// ready; it is not safe for concurrent use.
type limiter struct {
	buckets map[string]bucket
	pruneAt int // the number of buckets at which full ones are deleted
}

type bucket struct {
	tokens float64
	at     time.Time
}

// fill returns the bucket with the tokens that it has now.
func (b bucket) fill(rate Rate, now time.Time) bucket {
	b.tokens = min(rate.burst(), b.tokens+rate.PerSecond*max(now.Sub(b.at).Seconds(), 0))
	b.at = now
	return b
}

// take takes a token of the address. It reports false if there is none.
func (l *limiter) take(rate Rate, remote string, now time.Time) bool {
	if rate.PerSecond == 0 {
		return true
	}
	if l.buckets == nil {
		l.buckets = make(map[string]bucket)
	}
	l.forget(rate, now)
	key := addressKey(remote)
	b, known := l.buckets[key]
	if !known && len(l.buckets) >= maxBuckets {
		key = ""
		b, known = l.buckets[key]
	}
	if !known {
		b = bucket{tokens: rate.burst(), at: now}
	}
	b = b.fill(rate, now)
	may := b.tokens >= 1
	if may {
		b.tokens--
	}
	l.buckets[key] = b
	return may
}

// forget deletes full buckets, which are like new ones.
func (l *limiter) forget(rate Rate, now time.Time) {
	if len(l.buckets) < max(l.pruneAt, 1024) {
		return
	}
	for key, b := range l.buckets {
		if b.fill(rate, now).tokens >= rate.burst() {
			delete(l.buckets, key)
		}
	}
	l.pruneAt = min(2*len(l.buckets), maxBuckets+1)
}

// addressKey returns the address without port, or of IPv6 the 64-bit network,
// which belongs to one customer. Anything else is returned unchanged.
func addressKey(remote string) string {
	at, err := netip.ParseAddrPort(remote)
	if err != nil {
		return remote
	}
	address := at.Addr().Unmap()
	if address.Is4() {
		return address.String()
	}
	prefix, err := address.WithZone("").Prefix(64)
	if err != nil {
		return remote
	}
	return prefix.String()
}
