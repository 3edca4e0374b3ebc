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

// A token is who it is for, when it ends, and a MAC that only who has the key can
// make: base64url(name) "." Unix seconds "." base64url(HMAC-SHA-256). None of
// these characters is forbidden in the name of a subprotocol (RFC 6455 4.1).

// issue makes a token.
func issue(key []byte, name string, ends time.Time) string {
	claim := base64.RawURLEncoding.EncodeToString([]byte(name)) + "." + strconv.FormatInt(ends.Unix(), 10)
	return claim + "." + base64.RawURLEncoding.EncodeToString(mac(key, claim))
}

// check returns who a token is for, or an error that does not give it away.
func check(key []byte, token string, now time.Time) (name string, err error) {
	end := strings.LastIndexByte(token, '.')
	if end < 0 {
		return "", errors.New("no token")
	}
	claim := token[:end]
	shown, err := base64.RawURLEncoding.Strict().DecodeString(token[end+1:])
	// Equal takes the same time wherever the two differ: who could measure how much
	// of a guess is right would have the MAC octet by octet.
	if err != nil || !hmac.Equal(shown, mac(key, claim)) {
		return "", errors.New("a token that was not issued here")
	}
	// From here on the token is our own.
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
		return "", fmt.Errorf("a token that ended %v ago", late.Round(time.Second))
	}
	return string(octets), nil
}

func mac(key []byte, claim string) []byte {
	h := hmac.New(sha256.New, key)
	h.Write([]byte("gatekeeper example 1\n" + claim)) // whatever else the key is for
	return h.Sum(nil)
}

const keySize = 32

// loadKey reads the key from a file. If there is none it makes one, which nobody
// else may read.
func loadKey(file string) ([]byte, error) {
	key, err := os.ReadFile(file)
	if errors.Is(err, fs.ErrNotExist) {
		key = make([]byte, keySize)
		_, _ = rand.Read(key) // never fails
		return key, os.WriteFile(file, key, 0o600)
	}
	if err == nil && len(key) != keySize {
		return nil, fmt.Errorf("%s has %d octets, want a key of %d (-key takes another file)", file, len(key), keySize)
	}
	return key, err
}
