package faulty_test

import (
	"bytes"
	"compress/gzip"
	"io"
	"os"
	"testing"
)

// pack writes a file of what was measured as the command carries it.
func pack(t *testing.T, name string, octets []byte) {
	t.Helper()
	var packed bytes.Buffer
	w, err := gzip.NewWriterLevel(&packed, gzip.BestCompression)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.Write(octets); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(name+".gz", packed.Bytes(), 0o644); err != nil {
		t.Fatal(err)
	}
}

// The packed matrix is the one to be read.
func TestPackedMatrix(t *testing.T) {
	readable, err := os.ReadFile("matrix.json")
	if err != nil {
		t.Fatal(err)
	}
	file, err := os.Open("matrix.json.gz")
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	r, err := gzip.NewReader(file)
	if err != nil {
		t.Fatal(err)
	}
	packed, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(packed, readable) {
		t.Error("matrix.json and matrix.json.gz differ: TestMatrix writes both with -update")
	}
}
