package main

import (
	"context"
	"errors"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/wsspec/wsspec/examples/internal/trial"
	"github.com/wsspec/wsspec/ref"
	"github.com/wsspec/wsspec/ref/wire"
)

func start(t *testing.T) (p *trial.Program, key []byte) {
	t.Helper()
	key, err := loadKey(filepath.Join(t.TempDir(), "key"))
	if err != nil {
		t.Fatal(err)
	}
	return trial.Start(t, func(ctx context.Context, stdout io.Writer) error {
		return run(ctx, "127.0.0.1:0", key, stdout)
	}), key
}

// A client with a token is accepted and greeted by name.
func TestValidTokenIsAccepted(t *testing.T) {
	trial.NoLeaks(t)
	p, key := start(t)
	token := issue(key, "Ann, née Müller", time.Now().Add(time.Hour))
	var stdout strings.Builder
	if err := enter(trial.Context(t), p.WS("/"), strings.NewReader(token+"\n"), &stdout); err != nil {
		t.Fatal(err)
	}
	if stdout.String() != "welcome, Ann, née Müller\n" {
		t.Errorf("printed %q", &stdout)
	}
	conn := p.Dial("/", &ref.DialOptions{Subprotocols: []string{subprotocol, tokenPrefix + token}})
	if conn.Subprotocol() != subprotocol {
		t.Errorf("the subprotocol is %q, want the real one", conn.Subprotocol())
	}
	trial.Hear(t, conn, "welcome, Ann, née Müller")
	trial.Say(t, conn, "Hello")
	trial.Hear(t, conn, "Hello")
	p.Interrupt()
	trial.Closed(t, conn, wire.StatusGoingAway)
}

// All other clients are rejected in the opening handshake. The log says why, and never has
// the token.
func TestInvalidTokenIsRejected(t *testing.T) {
	trial.NoLeaks(t)
	p, key := start(t)
	good := issue(key, "ann", time.Now().Add(time.Hour))
	for _, tt := range []struct{ name, token, logged string }{
		{"too old", issue(key, "ann", time.Now().Add(-time.Minute)), "a token that expired 1m"},
		{"with another key", issue(make([]byte, keySize), "ann", time.Now().Add(time.Hour)), "not issued here"},
		{"cut off", good[:len(good)-1], "not issued here"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			forbidden(t, p, &ref.DialOptions{Subprotocols: []string{subprotocol, tokenPrefix + tt.token}})
			p.Await(tt.logged)
			if strings.Contains(p.Printed(), tt.token) {
				t.Errorf("the log has the token: %s", p.Printed())
			}
		})
	}
	t.Run("without a token", func(t *testing.T) {
		forbidden(t, p, &ref.DialOptions{Subprotocols: []string{subprotocol}})
		p.Await("no token")
	})
	t.Run("a page of another site, with a token", func(t *testing.T) {
		forbidden(t, p, &ref.DialOptions{
			Subprotocols: []string{subprotocol, tokenPrefix + good},
			Header:       http.Header{"Origin": {"https://evil.example"}},
		})
	})
}

func forbidden(t *testing.T, p *trial.Program, options *ref.DialOptions) {
	t.Helper()
	_, _, err := ref.Dial(trial.Context(t), p.WS("/"), options)
	var refused *ref.HandshakeError
	if !errors.As(err, &refused) || refused.Status != http.StatusForbidden {
		t.Errorf("%v, want 403", err)
	}
}

func TestCheck(t *testing.T) {
	key, now := []byte("a key for this test, of any size"), time.Unix(1_000_000, 0)
	good := issue(key, "ann", now.Add(time.Minute))
	if name, err := check(key, good, now); name != "ann" || err != nil {
		t.Errorf("%q, %v, want ann", name, err)
	}
	if name, err := check(key, issue(key, "", now.Add(time.Second)), now); name != "" || err != nil {
		t.Errorf("%q, %v, want a token for nobody", name, err)
	}
	claim := good[:strings.LastIndexByte(good, '.')]
	for _, tt := range []struct {
		name, token string
		now         time.Time
	}{
		{"nothing", "", now},
		{"no MAC", claim, now},
		{"an empty MAC", claim + ".", now},
		{"half of the MAC", good[:len(good)-22], now},
		{"no base64", claim + ".ÄÖÜ", now},
		{"for somebody else", "Ym9i" + good[4:], now},
		{"for longer", strings.Replace(good, ".1000060.", ".2000060.", 1), now},
		{"the second it ends", good, now.Add(time.Minute)},
	} {
		if name, err := check(key, tt.token, tt.now); err == nil {
			t.Errorf("%s: accepted %q", tt.name, name)
		} else if tt.token != "" && strings.Contains(err.Error(), tt.token) {
			t.Errorf("%s: the error has the token: %v", tt.name, err)
		}
	}
	for i := range good {
		for _, c := range []byte{'x', good[i] + 1} { // also changes the last bit
			forged := good[:i] + string(rune(c)) + good[i+1:]
			if name, err := check(key, forged, now); err == nil && forged != good {
				t.Errorf("%s instead of %s is accepted for %q", forged, good, name)
			}
		}
	}
}

// The key is created once, and only its owner can read it.
func TestKey(t *testing.T) {
	file := filepath.Join(t.TempDir(), "key")
	made, err := loadKey(file)
	if err != nil || len(made) != keySize {
		t.Fatalf("%d octets, %v", len(made), err)
	}
	if info, err := os.Stat(file); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the file is %v, %v", info.Mode(), err)
	}
	if again, err := loadKey(file); err != nil || string(again) != string(made) {
		t.Errorf("another key, %v", err)
	}
	if err := os.WriteFile(file, []byte("secret"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := loadKey(file); err == nil || !strings.Contains(err.Error(), "-key") {
		t.Errorf("%v, want an error that says what to do", err)
	}
}

func TestNoToken(t *testing.T) {
	if err := enter(t.Context(), "ws://127.0.0.1:1/", strings.NewReader(""), io.Discard); err == nil || !strings.Contains(err.Error(), "-issue") {
		t.Errorf("%v, want an error that says what to do", err)
	}
}
