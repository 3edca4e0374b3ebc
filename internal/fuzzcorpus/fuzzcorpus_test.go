package fuzzcorpus

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"
)

func TestReadReturnsEncodedInputs(t *testing.T) {
	dir := t.TempDir()
	every := make([]byte, 256)
	for i := range every {
		every[i] = byte(i)
	}
	for name, data := range map[string][]byte{"empty": {}, "every": every, "quotes": []byte("\"`\\)")} {
		if err := os.WriteFile(filepath.Join(dir, name), Encode(data), 0o666); err != nil {
			t.Fatal(err)
		}
		inputs, err := Read(dir)
		if err != nil || !bytes.Equal(inputs[name], data) {
			t.Errorf("%s: read %x, %v, want %x", name, inputs[name], err, data)
		}
	}
}

func TestDecodeRejectsOtherFormats(t *testing.T) {
	for _, file := range []string{"", "go test fuzz v2\n[]byte(\"a\")\n", "go test fuzz v1\n", "go test fuzz v1\nstring(\"a\")\n",
		"go test fuzz v1\n[]byte(\"a\n", "go test fuzz v1\n[]byte(\"a\")\nint(1)\n", "go test fuzz v1\n[]byte(a)\n"} {
		if data, err := Decode([]byte(file)); err == nil {
			t.Errorf("Decode(%q) = %q, want an error", file, data)
		}
	}
}
