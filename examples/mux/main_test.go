package main

import (
	"context"
	"errors"
	"io"
	"net/http"
	"testing"

	"github.com/wsspec/wsspec/examples/internal/trial"
	"github.com/wsspec/wsspec/ref"
	"github.com/wsspec/wsspec/ref/wire"
)

func start(t *testing.T) *trial.Program {
	t.Helper()
	return trial.Start(t, func(ctx context.Context, stdout io.Writer) error { return run(ctx, "127.0.0.1:0", stdout) })
}

// Every path has its own endpoint, and all connections end with the program.
func TestMux(t *testing.T) {
	trial.NoLeaks(t)
	p := start(t)
	echo, kitchen, hall := p.Dial("/echo", nil), p.Dial("/rooms/kitchen", nil), p.Dial("/rooms/hall", nil)
	for _, said := range []struct {
		conn         *ref.Conn
		text, answer string
	}{
		{echo, "Hello", "Hello"},
		{kitchen, "Hello", "kitchen: 5 octets of text"},
		{hall, "", "hall: 0 octets of text"},
	} {
		trial.Say(t, said.conn, said.text)
		trial.Hear(t, said.conn, said.answer)
	}
	if health := get(t, p.URL+"health"); health != "echo 1, rooms 2\n" {
		t.Errorf("health is %q", health)
	}
	p.Interrupt()
	for _, conn := range []*ref.Conn{echo, kitchen, hall} {
		trial.Closed(t, conn, wire.StatusGoingAway)
	}
}

// Requests that are not for an endpoint get an HTTP error or a page.
func TestOtherRequests(t *testing.T) {
	trial.NoLeaks(t)
	p := start(t)
	for path, status := range map[string]int{
		"/health":  http.StatusOK, // an ordinary page
		"/rooms/":  http.StatusNotFound,
		"/nothing": http.StatusNotFound,
	} {
		_, _, err := ref.Dial(trial.Context(t), p.WS(path), nil)
		var refused *ref.HandshakeError
		if !errors.As(err, &refused) || refused.Status != status {
			t.Errorf("%s: %v, want the status %d", path, err, status)
		}
	}
	response, err := http.Get(p.URL + "echo")
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusUpgradeRequired {
		t.Errorf("a plain request to the endpoint gets %d, want 426", response.StatusCode)
	}
}

// The message limit of the rooms applies only to the rooms.
func TestRoomMessageLimit(t *testing.T) {
	trial.NoLeaks(t)
	p := start(t)
	big := string(make([]byte, 5000))
	echo, room := p.Dial("/echo", nil), p.Dial("/rooms/kitchen", nil)
	trial.Say(t, echo, big)
	trial.Hear(t, echo, big)
	trial.Say(t, room, big)
	trial.Closed(t, room, wire.StatusMessageTooBig)
}

func get(t *testing.T, url string) string {
	t.Helper()
	response, err := http.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(body)
}
