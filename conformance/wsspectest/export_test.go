package wsspectest

import "time"

// EndRunsAfter ends each run when that much of the time of the test binary is over.
func EndRunsAfter(d time.Duration) {
	timeToTell = func(left time.Duration) time.Duration { return left - d }
}
