package ref

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"
)

func TestReadFunc(t *testing.T) {
	noLeaks(t)
	client, server, err := Pipe(nil, nil)
	must(t, err)
	defer client.CloseNow()
	defer server.CloseNow()
	must(t, client.Write(testContext(t), Binary, []byte("x")))
	own := errors.New("my own")
	if err := server.ReadFunc(testContext(t), func(typ MessageType, data []byte) error {
		if typ != Binary || string(data) != "x" {
			t.Errorf("got %v %q", typ, data)
		}
		return own
	}); err != own {
		t.Errorf("error %v", err)
	}
	soon, cancel := context.WithTimeout(context.Background(), 10*time.Millisecond)
	defer cancel()
	if err := server.ReadFunc(soon, nil); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("nothing to read: %v", err)
	}
	go func() { _ = client.Close(1000, "") }()
	err = server.ReadFunc(testContext(t), nil)
	checkClosed(t, err, 1000, true, nil)
}

// A buffer that is long enough is used again.
func TestAppendRead(t *testing.T) {
	noLeaks(t)
	client, server, err := Pipe(nil, nil)
	must(t, err)
	defer client.CloseNow()
	defer server.CloseNow()
	buf := append(make([]byte, 0, 100), "head "...)
	for _, text := range []string{"one", "", strings.Repeat("x", 95), strings.Repeat("y", 200)} {
		must(t, client.Write(testContext(t), Text, []byte(text)))
		typ, got, err := server.AppendRead(testContext(t), buf)
		must(t, err)
		if typ != Text || string(got) != "head "+text {
			t.Errorf("got %.20q", got)
		}
		if len(text) <= 95 && &got[0] != &buf[0] {
			t.Errorf("%d octets did not go into the buffer", len(text))
		}
	}
}
