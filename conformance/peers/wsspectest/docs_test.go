package wsspectest_test

import (
	"os"
	"regexp"
	"strings"
	"testing"
)

// The Go code of docs/wsspectest.md is that of the test of coder, so that it compiles.
func TestTheDocumentedCodeIsThatOfATest(t *testing.T) {
	page, err := os.ReadFile("../../../docs/wsspectest.md")
	if err != nil {
		t.Fatal(err)
	}
	source, err := os.ReadFile("coder_test.go")
	if err != nil {
		t.Fatal(err)
	}
	blocks := regexp.MustCompile("(?s)```go\n(.*?)```").FindAllStringSubmatch(string(page), -1)
	if len(blocks) != 2 {
		t.Errorf("the page has %d blocks of Go, want 2", len(blocks))
	}
	for _, b := range blocks {
		if !strings.Contains(string(source), b[1]) {
			t.Errorf("coder_test.go lacks this code of the page:\n%s", b[1])
		}
	}
}
