package ref

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/wsspec/wsspec/ref/wire"
)

func TestWithConn(t *testing.T) {
	noLeaks(t)
	failed := errors.New("the function failed")
	for _, tt := range []struct {
		name   string
		f      func(*Conn) error
		code   wire.StatusCode // that the server gets
		want   error
		panics bool
	}{
		{"returns", func(*Conn) error { return nil }, 1000, nil, false},
		{"fails", func(*Conn) error { return failed }, 1011, failed, false},
		{"closed by itself", func(c *Conn) error { return c.Close(4000, "") }, 4000, nil, false},
		{"panics", func(*Conn) error { panic("what now") }, 1011, nil, true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			noLeaks(t)
			s := serve(t, nil, Echo)
			defer s.http.Close()
			ran := 0
			err := func() (err error) {
				defer func() {
					if panicked := recover() != nil; panicked != tt.panics {
						t.Errorf("panicked %v, want %v", panicked, tt.panics)
					}
				}()
				return WithConn(testContext(t), s.url, nil, func(c *Conn) error { ran++; return tt.f(c) })
			}()
			if ran != 1 {
				t.Errorf("the function ran %d times", ran)
			}
			if err != tt.want {
				t.Errorf("error %v, want %v", err, tt.want)
			}
			err = awaitErr(t, s.ends)
			if tt.code == 1000 {
				must(t, err) // Echo takes it for the normal end
			} else {
				checkClosed(t, err, tt.code, true, nil)
			}
		})
	}
	if err := WithConn(testContext(t), "ws://localhost:1/#", nil, nil); err == nil {
		t.Error("no error from Dial")
	}
}

// What may pass is tried again, what cannot is not.
func TestRetry(t *testing.T) {
	noLeaks(t)
	for _, tt := range []struct {
		name     string
		statuses []int // of the first attempts; then the server accepts
		retry    Retry
		attempts int
		want     int // the last status, 0 for a connection
	}{
		{"a server that starts", []int{503, 502, 500}, Retry{Attempts: 4}, 4, 0},
		{"for too long", []int{503, 503, 503}, Retry{Attempts: 3}, 3, 503},
		{"no retry asked for", []int{503}, Retry{}, 1, 503},
		{"too many requests", []int{429, 408, 425}, Retry{Attempts: 9}, 4, 0},
		{"not allowed", []int{403}, Retry{Attempts: 9}, 1, 403},
		{"never to be", []int{501}, Retry{Attempts: 9}, 1, 501},
		{"at once", nil, Retry{Attempts: 9}, 1, 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			attempts := 0
			s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				attempts++
				if attempts <= len(tt.statuses) {
					w.WriteHeader(tt.statuses[attempts-1])
					return
				}
				EchoHandler(nil).ServeHTTP(w, r)
			}))
			defer s.Close()
			tt.retry.Wait = time.Nanosecond
			conn, response, err := tt.retry.Dial(testContext(t), strings.Replace(s.URL, "http", "ws", 1), nil)
			got := 0
			var refused *HandshakeError
			if errors.As(err, &refused) {
				got = refused.Status
			} else {
				must(t, err)
				must(t, conn.Close(1000, ""))
			}
			if got != tt.want || response == nil || attempts != tt.attempts {
				t.Errorf("status %d, response %v after %d attempts, want %d after %d", got, response, attempts, tt.want, tt.attempts)
			}
		})
	}
}

func TestRetryGivesUp(t *testing.T) {
	noLeaks(t)
	day := Retry{Attempts: 2, Wait: 24 * time.Hour, MaxWait: 24 * time.Hour}
	for name, open := range map[string]func() error{
		"a wrong URI": func() error {
			_, _, err := day.Dial(testContext(t), "gopher://localhost/", nil)
			return err
		},
		"a negative wait": func() error {
			_, _, err := Retry{Attempts: 2, Wait: -1}.Dial(testContext(t), "ws://localhost/", nil)
			return err
		},
		"wrong options": func() error {
			_, _, err := day.Dial(testContext(t), "ws://localhost/", &DialOptions{Subprotocols: []string{"a b"}})
			return err
		},
	} {
		var refused *HandshakeError
		if err := awaitErr(t, inBackground(open)); !errors.As(err, &refused) {
			t.Errorf("%s: %v, want the error of Dial", name, err)
		}
	}
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusServiceUnavailable) }))
	defer s.Close()
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	err := awaitErr(t, inBackground(func() error {
		_, _, err := day.Dial(ctx, strings.Replace(s.URL, "http", "ws", 1), nil)
		return err
	}))
	if !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("%v, want that of the context too", err)
	}
}

func TestRetryWait(t *testing.T) {
	noLeaks(t)
	for _, tt := range []struct {
		retry Retry
		want  []time.Duration
	}{
		{Retry{}, []time.Duration{1e9, 2e9, 4e9, 8e9, 16e9, 30e9, 30e9}},
		{Retry{Wait: 5e9, MaxWait: 12e9}, []time.Duration{5e9, 10e9, 12e9}},
		{Retry{Wait: 5e9, MaxWait: 3e9}, []time.Duration{3e9}},
	} {
		for i, want := range tt.want {
			if got := tt.retry.wait(i + 1); got != want {
				t.Errorf("%+v: %v behind attempt %d, want %v", tt.retry, got, i+1, want)
			}
		}
	}
}
