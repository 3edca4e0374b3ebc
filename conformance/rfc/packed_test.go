package rfc

import (
	"bytes"
	"compress/gzip"
	"io"
	"os"
	"testing"
)

// The packed requirements are those that people read and change.
func TestPackedRequirements(t *testing.T) {
	readable, err := os.ReadFile("requirements.json")
	if err != nil {
		t.Fatal(err)
	}
	r, err := gzip.NewReader(bytes.NewReader(packed))
	if err != nil {
		t.Fatal(err)
	}
	text, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(text, readable) {
		t.Error("requirements.json has changed: go generate ./conformance/rfc packs it")
	}
}
