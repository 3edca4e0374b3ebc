package script

import (
	"strings"
	"testing"
)

func TestSegments(t *testing.T) {
	const head = "GET / HTTP/1.1\r\nHost: h\r\n\r\n"
	for _, tt := range []struct {
		name string
		cuts []LineCut
		want []string
	}{
		{"no cut", nil, []string{head + "body"}},
		{"behind the first line", []LineCut{CutAfter(1)}, []string{"GET / HTTP/1.1\r\n", "Host: h\r\n\r\nbody"}},
		{"between CR and LF", []LineCut{{Line: 1, Octet: -1}}, []string{"GET / HTTP/1.1\r", "\nHost: h\r\n\r\nbody"}},
		{"inside the second line", []LineCut{{Line: 1, Octet: 3}}, []string{"GET / HTTP/1.1\r\nHos", "t: h\r\n\r\nbody"}},
		{"inside the first line", []LineCut{{Octet: 4}}, []string{"GET ", "/ HTTP/1.1\r\nHost: h\r\n\r\nbody"}},
		{"before the empty line", []LineCut{{Line: -1}}, []string{"GET / HTTP/1.1\r\nHost: h\r\n", "\r\nbody"}},
		{"inside the empty line", []LineCut{{Line: -1, Octet: 1}}, []string{"GET / HTTP/1.1\r\nHost: h\r\n\r", "\nbody"}},
		{"behind the head", []LineCut{CutAfter(3)}, []string{head, "body"}},
		{"inside the body", []LineCut{{Line: 3, Octet: 2}}, []string{head + "bo", "dy"}},
		{"two cuts", []LineCut{CutAfter(1), CutAfter(2)}, []string{"GET / HTTP/1.1\r\n", "Host: h\r\n", "\r\nbody"}},
		{"cuts in the wrong order", []LineCut{CutAfter(2), CutAfter(1)}, []string{"GET / HTTP/1.1\r\nHost: h\r\n", "\r\nbody"}},
		{"outside of the octets", []LineCut{CutAfter(9), {Line: -9}, {Octet: -1}, {Line: 3, Octet: 9}}, []string{head + "body"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var got []string
			for _, s := range Segments([]byte(head+"body"), len(head), tt.cuts) {
				got = append(got, string(s))
			}
			if strings.Join(got, "|") != strings.Join(tt.want, "|") {
				t.Errorf("%q, want %q", got, tt.want)
			}
		})
	}
}
