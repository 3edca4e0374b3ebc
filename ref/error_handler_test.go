package ref

import (
	"context"
	"errors"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"
)

// What a handler returns decides how its connection is closed, and is reported
// unless it says no more than how the connection ended.
func TestErrorHandler(t *testing.T) {
	noLeaks(t)
	own := errors.New("database is gone")
	for _, tt := range []struct {
		name     string
		err      func(c *Conn) error
		code     StatusCode
		reason   string
		reported string // "" for nothing
	}{
		{"nil", func(*Conn) error { return nil }, StatusNormalClosure, "", ""},
		{"an error", func(*Conn) error { return own }, StatusInternalServerError, "", "handler: database is gone"},
		{"a code", func(*Conn) error { return &CloseError{Code: StatusPolicyViolation, Reason: "log in first"} }, StatusPolicyViolation, "log in first", "log in first"},
		{"a code of its own, wrapped", func(*Conn) error { return errors.Join(own, &CloseError{Code: 4000}) }, 4000, "", "database is gone"},
		{"a code that is never sent", func(*Conn) error { return &CloseError{Code: 1006} }, StatusInternalServerError, "", "handler: "},
		{"its own Close", func(c *Conn) error { return c.Close(4001, "") }, 4001, "", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			reports := make(chan string, 10)
			s := &Server{
				ErrorHandler: func(c *Conn, _ *http.Request) error { return tt.err(c) },
				OnError:      func(remote string, err error) { reports <- remote + ": " + err.Error() },
			}
			uri, _ := startServer(t, s)
			c := dial(t, uri)
			_, _, err := c.Read(testContext(t))
			var closed *CloseError
			if !errors.As(err, &closed) || closed.Code != tt.code || closed.Reason != tt.reason {
				t.Errorf("closed with %v, want %v %q", err, tt.code, tt.reason)
			}
			must(t, s.Shutdown(testContext(t))) // every report has come
			if tt.reported == "" {
				if len(reports) > 0 {
					t.Errorf("reported %s", <-reports)
				}
				return
			}
			if got := <-reports; !strings.Contains(got, tt.reported) || !strings.HasPrefix(got, "127.0.0.1:") {
				t.Errorf("reported %q, want %q", got, tt.reported)
			}
		})
	}
	both := &Server{Handler: echo, ErrorHandler: func(*Conn, *http.Request) error { return nil }}
	if err := both.Serve(listen(t)); err == nil || !strings.Contains(err.Error(), "both") {
		t.Errorf("two handlers: %v", err)
	}
}

// The hook misses nothing, however many errors there are.
func TestOnError(t *testing.T) {
	noLeaks(t)
	n := 0
	s := &Server{Handler: echo, OnError: func(string, error) { n++ }}
	for range 3 * errorBacklog {
		s.ServeHTTP(&discardingResponse{}, &http.Request{Method: "GET", RemoteAddr: "192.0.2.1:1", ProtoMajor: 1})
	}
	if n != 3*errorBacklog {
		t.Errorf("%d errors of %d", n, 3*errorBacklog)
	}
}

type discardingResponse struct{}

func (discardingResponse) Header() http.Header         { return http.Header{} }
func (discardingResponse) Write(p []byte) (int, error) { return len(p), nil }
func (discardingResponse) WriteHeader(int)             {}

// The context of a request has the values of net/http, and lasts until the handler ends.
func TestSessionContext(t *testing.T) {
	noLeaks(t)
	contexts := make(chan context.Context, 1)
	proceed := make(chan struct{})
	s := &Server{Handler: func(_ *Conn, r *http.Request) {
		contexts <- r.Context()
		<-proceed
	}}
	uri, _ := startServer(t, s)
	conn := dial(t, uri)
	ctx := <-contexts
	if _, ok := ctx.Value(http.ServerContextKey).(*http.Server); !ok {
		t.Errorf("server %v", ctx.Value(http.ServerContextKey))
	}
	if address, ok := ctx.Value(http.LocalAddrContextKey).(net.Addr); !ok || address.String() != conn.RemoteAddr().String() {
		t.Errorf("local address %v", ctx.Value(http.LocalAddrContextKey))
	}
	if ctx.Err() != nil || ctx.Value("other") != nil {
		t.Errorf("%v, %v", ctx.Err(), ctx.Value("other"))
	}
	close(proceed)
	select {
	case <-ctx.Done():
	case <-time.After(testTimeout):
		t.Error("the context outlives the handler")
	}
}

// Requests have what BaseContext and ConnContext put in.
func TestServerContexts(t *testing.T) {
	noLeaks(t)
	type key string
	got := make(chan [2]any, 1)
	s := &Server{
		Handler: func(_ *Conn, r *http.Request) {
			got <- [2]any{r.Context().Value(key("base")), r.Context().Value(key("conn"))}
		},
		BaseContext: func(l net.Listener) context.Context {
			return context.WithValue(context.Background(), key("base"), l.Addr().String())
		},
		ConnContext: func(ctx context.Context, c net.Conn) context.Context {
			return context.WithValue(ctx, key("conn"), c.RemoteAddr().String())
		},
	}
	uri, _ := startServer(t, s)
	c := dial(t, uri)
	values := <-got
	if values[0] != c.RemoteAddr().String() || values[1] != c.LocalAddr().String() {
		t.Errorf("context has %v", values)
	}
}
