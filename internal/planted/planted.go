// Package planted finds secrets that a test has planted, in the files that were written.
package planted

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// Files names the files below a folder in which a secret is, as it is, as a part of a
// URL, in hexadecimal or in base64.
func Files(t testing.TB, dir, secret string) (files []string) {
	t.Helper()
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		octets, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		if how := in(octets, secret); how != "" {
			files = append(files, strings.TrimPrefix(path, dir)+how)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

// in says how a secret is in octets, "" if it is not.
func in(octets []byte, secret string) string {
	has := func(s string) bool { return bytes.Contains(octets, []byte(s)) }
	switch {
	case has(secret):
		return " as it is"
	case has(url.QueryEscape(secret)):
		return " as a part of a URL"
	case has(hex.EncodeToString([]byte(secret))):
		return " in hexadecimal"
	}
	// In base64 a secret has three forms, by where it begins.
	for shift := range 3 {
		inner := base64.StdEncoding.EncodeToString([]byte(strings.Repeat("x", shift) + secret))
		if from, to := (shift*8+5)/6, len(strings.TrimRight(inner, "="))-1; has(inner[from:to]) {
			return " in base64"
		}
	}
	return ""
}
