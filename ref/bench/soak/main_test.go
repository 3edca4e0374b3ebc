package main

import (
	"testing"
	"time"
)

// The soak finds nothing in a second, and would find a message that is wrong.
func TestSoak(t *testing.T) {
	if err := soak(time.Second, 20); err != nil {
		t.Error(err)
	}
	for _, wrong := range [][]byte{nil, message(nil, 8, 100), append(message(nil, 7, 100), 'x')} {
		if check(wrong, 7) == nil {
			t.Errorf("% .20x passes for message 7", wrong)
		}
	}
	if err := flat([]sample{{1, 1}, {1, 1}, {100, 5}, {100, 5}, {1, 1}, {1, 1}, {1000, 5}, {1000, 5}}); err == nil {
		t.Error("a heap that grew tenfold is flat")
	}
}
