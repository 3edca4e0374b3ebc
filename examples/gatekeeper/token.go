package main

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strconv"
	"strings"
	"time"
)

// A token has a name, its expiry time, and a MAC that only owners of the key can compute:
// base64url(name) "." Unix seconds "." base64url(HMAC-SHA-256). The name of a subprotocol
// may have all of these characters (RFC 6455 4.1).

// issue makes a token.
func issue(key []byte, name string, ends time.Time) string {
	claim := base64.RawURLEncoding.EncodeToString([]byte(name)) + "." + strconv.FormatInt(ends.Unix(), 10)
	return claim + "." + base64.RawURLEncoding.EncodeToString(mac(key, claim))
}

// check returns the name in a token, or an error that does not contain the token.
func check(key []byte, token string, now time.Time) (name string, err error) {
	end := strings.LastIndexByte(token, '.')
	if end < 0 {
		return "", errors.New("no token")
	}
	claim := token[:end]
	shown, err := base64.RawURLEncoding.Strict().DecodeString(token[end+1:])
	// Equal takes the same time wherever the MACs differ. Otherwise an attacker could
	// measure the time and guess the MAC octet by octet.
	if err != nil || !hmac.Equal(shown, mac(key, claim)) {
		return "", errors.New("a token that was not issued here")
	}
	// From here on, the token is authentic.
	encoded, ends, _ := strings.Cut(claim, ".")
	octets, err := base64.RawURLEncoding.DecodeString(encoded)
	if err != nil {
		return "", errors.New("a token of another form")
	}
	seconds, err := strconv.ParseInt(ends, 10, 64)
	if err != nil {
		return "", errors.New("a token of another form")
	}
	if late := now.Sub(time.Unix(seconds, 0)); late >= 0 {
		return "", fmt.Errorf("a token that expired %v ago", late.Round(time.Second))
	}
	return string(octets), nil
}

func mac(key []byte, claim string) []byte {
	h := hmac.New(sha256.New, key)
	h.Write([]byte("gatekeeper example 1\n" + claim)) // the prefix separates this from other uses of the key
	return h.Sum(nil)
}

const keySize = 32

// loadKey reads the key from a file. If the file does not exist, it creates a key that
// only the owner can read.
func loadKey(file string) ([]byte, error) {
	key, err := os.ReadFile(file)
	if errors.Is(err, fs.ErrNotExist) {
		key = make([]byte, keySize)
		_, _ = rand.Read(key) // never fails
		return key, os.WriteFile(file, key, 0o600)
	}
	if err == nil && len(key) != keySize {
		return nil, fmt.Errorf("%s has %d octets, want a key of %d (choose another file with -key)", file, len(key), keySize)
	}
	return key, err
}
