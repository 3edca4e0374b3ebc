package ref

import (
	"fmt"
	"testing"
	"time"
)

// In any t seconds an address gets at most Burst + PerSecond·t, the first second
// not excepted, nor the first after a long silence.
func TestRate(t *testing.T) {
	noLeaks(t)
	for _, tt := range []struct {
		rate    Rate
		seconds int
		want    int // of a thousand attempts a second
	}{
		{Rate{}, 1, 1000},
		{Rate{PerSecond: 10}, 1, 10}, // not 20
		{Rate{PerSecond: 10, Burst: 1}, 3, 30},
		{Rate{PerSecond: 10, Burst: 5}, 1, 14},
		{Rate{PerSecond: 0.5, Burst: 3}, 10, 7},
	} {
		t.Run(fmt.Sprintf("%+v in %d s", tt.rate, tt.seconds), func(t *testing.T) {
			var l limiter
			for _, silence := range []time.Duration{0, time.Hour} {
				start := time.Unix(1e9, 0).Add(silence)
				got := 0
				for ms := range 1000 * tt.seconds {
					if l.take(tt.rate, "192.0.2.1:80", start.Add(time.Duration(ms)*time.Millisecond)) {
						got++
					}
				}
				if got != tt.want {
					t.Errorf("%d were let through after %v, want %d", got, silence, tt.want)
				}
			}
		})
	}
}

// The rate is one addressKey's, whatever the port.
func TestRatePerAddress(t *testing.T) {
	noLeaks(t)
	for _, tt := range []struct {
		a, b string
		same bool
	}{
		{"192.0.2.1:80", "192.0.2.1:81", true},
		{"192.0.2.1:80", "[::ffff:192.0.2.1]:81", true},
		{"192.0.2.1:80", "192.0.2.2:80", false},
		{"[2001:db8::1]:80", "[2001:db8::ffff:1]:80", true},
		{"[2001:db8::1]:80", "[2001:db8:0:1::1]:80", false},
		{"@", "@", true}, // a unix socket
	} {
		var l limiter
		rate, now := Rate{PerSecond: 1}, time.Unix(1e9, 0)
		if !l.take(rate, tt.a, now) {
			t.Errorf("%s: the first is refused", tt.a)
		}
		if let := l.take(rate, tt.b, now); let == tt.same {
			t.Errorf("%s after %s: %v", tt.b, tt.a, let)
		}
	}
}

// However many addresses come, the memory of them has a bound.
func TestRateForgets(t *testing.T) {
	noLeaks(t)
	var l limiter
	rate, now := Rate{PerSecond: 1}, time.Unix(1e9, 0)
	from := func(i int) string { return fmt.Sprintf("10.%d.%d.%d:80", i>>16, i>>8&255, i&255) }
	refused := 0
	for i := range maxBuckets + 100 {
		if !l.take(rate, from(i), now) {
			refused++
		}
	}
	if len(l.buckets) > maxBuckets+1 || refused != 99 {
		t.Errorf("%d addresses are remembered, %d of the last refused; want %d and 99 that shared one", len(l.buckets), refused, maxBuckets+1)
	}
	if !l.take(rate, from(maxBuckets+100), now.Add(time.Second)) || len(l.buckets) > 1 {
		t.Errorf("%d addresses are remembered when all are as good as new", len(l.buckets))
	}
}
