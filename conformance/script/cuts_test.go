package script

import (
	"fmt"
	"testing"
)

func TestCuts(t *testing.T) {
	for _, tt := range []struct {
		cuts   Cuts
		pieces string
		words  string
	}{
		{nil, `["abcdef"]`, "not cut"},
		{Cuts{3}, `["abc" "def"]`, "cut after octet 3"},
		{Cuts{1, 2, 5}, `["a" "b" "cde" "f"]`, "cut after octets 1, 2 and 5"},
		{Cuts{-1}, `["abcde" "f"]`, "cut after octet 1 before the end"},
		{Cuts{0, 6, 7, -7}, `["abcdef"]`, "cut after octets 0, 6, 7 and 7 before the end"},
		{Cuts{4, 2, 2}, `["ab" "cd" "ef"]`, "cut after octets 4, 2 and 2"},
		{Cuts{1, 2, 3, 4, 5, 6, 7, 8, 9, 10}, `["a" "b" "c" "d" "e" "f"]`, "cut after octets 1, 2, 3, 4, 5, 6, 7, 8 and at 2 more places"},
	} {
		if got := fmt.Sprintf("%q", tt.cuts.Pieces([]byte("abcdef"))); got != tt.pieces {
			t.Errorf("%v makes %s, want %s", []int(tt.cuts), got, tt.pieces)
		}
		if got := tt.cuts.String(); got != tt.words {
			t.Errorf("%v is %q, want %q", []int(tt.cuts), got, tt.words)
		}
	}
}
