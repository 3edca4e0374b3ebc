package stream

import "testing"

// Keys that come again on another connection show that the client draws no new ones.
func TestMaskHistory(t *testing.T) {
	for _, tt := range []struct {
		name            string
		connections     [][]uint32
		wrong, compared bool
	}{
		{"the first connection", [][]uint32{{1, 2, 3}}, false, false},
		{"other keys", [][]uint32{{1, 2, 3}, {4, 5, 6}}, false, true},
		{"the same keys", [][]uint32{{1, 2, 3}, {1, 2, 3}}, true, true},
		{"the same keys at another place", [][]uint32{{1, 2, 3}, {9, 2, 3}}, true, true},
		{"the keys of the connection before the last", [][]uint32{{1, 2}, {3, 4}, {1, 2}}, true, true},
		{"one equal key", [][]uint32{{1, 2, 3}, {4, 2, 5}}, false, true},
		{"a single key", [][]uint32{{1, 2, 3}, {1}}, false, false},
		{"no pair before", [][]uint32{{1}, {1, 2}}, false, false},
		{"equal keys on one connection alone", [][]uint32{{1, 2}, {7, 7, 7}}, false, true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var h MaskHistory
			for i, keys := range tt.connections {
				v, compared := h.Add(keys)
				if i+1 == len(tt.connections) && ((v != nil) != tt.wrong || compared != tt.compared) {
					t.Errorf("violation %v, compared %v", v, compared)
				}
			}
		})
	}
}
