package ref

import (
	"fmt"
	"math"
	"net/netip"
	"time"
)

// A Rate bounds how often something happens: Burst times at once and PerSecond
// times a second, so in any t seconds at most Burst + PerSecond·t times. The zero
// value is no bound.
type Rate struct {
	PerSecond float64
	// Burst is one if zero.
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

// maxBuckets is how many addresses a limiter tells apart. Beyond, strangers share
// one bucket until some are forgotten.
const maxBuckets = 1 << 16

// A limiter holds a rate for each address, with a bucket of tokens that fills up
// as time goes by. Its zero value is good; not for concurrent use.
type limiter struct {
	buckets map[string]bucket
	sweepAt int // how many buckets make it worth looking for full ones
}

type bucket struct {
	tokens float64
	at     time.Time
}

// fill returns the bucket as it is now.
func (b bucket) fill(rate Rate, now time.Time) bucket {
	b.tokens = min(rate.burst(), b.tokens+rate.PerSecond*max(now.Sub(b.at).Seconds(), 0))
	b.at = now
	return b
}

// take reports whether the address may have another one now, and notes it.
func (l *limiter) take(rate Rate, remote string, now time.Time) bool {
	if rate.PerSecond == 0 {
		return true
	}
	if l.buckets == nil {
		l.buckets = make(map[string]bucket)
	}
	l.forget(rate, now)
	key := household(remote)
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

// forget drops full buckets, which are like new, before there are twice as many.
func (l *limiter) forget(rate Rate, now time.Time) {
	if len(l.buckets) < max(l.sweepAt, 1024) {
		return
	}
	for key, b := range l.buckets {
		if b.fill(rate, now).tokens >= rate.burst() {
			delete(l.buckets, key)
		}
	}
	l.sweepAt = min(2*len(l.buckets), maxBuckets+1)
}

// household is the address without its port, of IPv6 the 64 bits that one
// customer has; what is no IP address stands for itself.
func household(remote string) string {
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
