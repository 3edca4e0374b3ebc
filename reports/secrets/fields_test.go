package secrets

import (
	"fmt"
	"math/rand/v2"
	"regexp"
	"slices"
	"testing"
)

// The lines that are fields are those that an expression finds.
func TestFieldLinesAreThoseOfAnExpression(t *testing.T) {
	expression := regexp.MustCompile(`(?m)^([!#$%&'*+.^_|~0-9A-Za-z-]{1,100})(:[ \t]*)([^\r\n]*)`)
	pieces := []string{"\r\n", "\n", "\r", ":", " ", "\t", "a", "Cookie", "x-token", "Cookie: a", "`", "é", "\x00", "GET / HTTP/1.1", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"}
	random := rand.New(rand.NewPCG(1, 2))
	for range 20_000 {
		var head []byte
		for range random.IntN(14) {
			head = append(head, pieces[random.IntN(len(pieces))]...)
		}
		var want, got []string
		for _, m := range expression.FindAllSubmatchIndex(head, -1) {
			want = append(want, fmt.Sprintf("%s %d-%d %t", head[m[2]:m[3]], m[6], m[7], secretField.Match(head[m[2]:m[3]])))
		}
		for f := range fieldLines(head) {
			got = append(got, fmt.Sprintf("%s %d-%d %t", f.name, f.from, f.to, f.secret))
		}
		if !slices.Equal(got, want) {
			t.Fatalf("%q: fields are %q, want %q", head, got, want)
		}
	}
}
