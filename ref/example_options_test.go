package ref_test

import (
	"context"
	"fmt"
	"log"
	"net"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"

	"github.com/wsspec/wsspec/ref"
)

// A client with roots and cookies of its own, which may be sent elsewhere.
func ExampleDialOptions() {
	mux := http.NewServeMux()
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		http.SetCookie(w, &http.Cookie{Name: "session", Value: "7"})
		http.Redirect(w, r, "/socket", http.StatusTemporaryRedirect)
	})
	mux.HandleFunc("/socket", func(w http.ResponseWriter, r *http.Request) {
		cookie, err := r.Cookie("session")
		fmt.Println("cookie", cookie, err)
		ref.EchoHandler(nil).ServeHTTP(w, r)
	})
	s := httptest.NewTLSServer(mux)
	defer s.Close()

	jar, err := cookiejar.New(nil)
	if err != nil {
		log.Fatal(err)
	}
	conn, response, err := ref.Dial(context.Background(), strings.Replace(s.URL, "https", "wss", 1), &ref.DialOptions{
		TLS:       s.Client().Transport.(*http.Transport).TLSClientConfig,
		Jar:       jar,
		Redirects: 1,
		Proxy:     http.ProxyFromEnvironment, // which is the default, too
	})
	if err != nil {
		log.Fatal(err)
	}
	defer conn.CloseNow()
	fmt.Println(response.Status)
	// Output:
	// cookie session=7 <nil>
	// 101 Switching Protocols
}

// The URI names the resource, DialContext the way to it.
func ExampleDialOptions_unixSocket() {
	dir, err := os.MkdirTemp("", "socket")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(dir)
	path := filepath.Join(dir, "ws")
	listener, err := net.Listen("unix", path)
	if err != nil {
		log.Fatal(err)
	}
	server := &ref.Server{Handler: func(conn *ref.Conn, r *http.Request) {
		_ = conn.Write(r.Context(), ref.Text, []byte("you want "+r.URL.Path))
	}}
	go func() { _ = server.Serve(listener) }()
	defer server.Close()

	ctx := context.Background()
	conn, _, err := ref.Dial(ctx, "ws://localhost/news", &ref.DialOptions{
		DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
			return (&net.Dialer{}).DialContext(ctx, "unix", path)
		},
	})
	if err != nil {
		log.Fatal(err)
	}
	defer conn.CloseNow()
	_, message, err := conn.Read(ctx)
	fmt.Printf("%s %v\n", message, err)
	// Output:
	// you want /news <nil>
}

// A recorder is the middleware of everyday: Unwrap is all that Accept wants of it.
type recorder struct {
	http.ResponseWriter
	status int
}

func (w *recorder) WriteHeader(status int) {
	w.status = status
	w.ResponseWriter.WriteHeader(status)
}

func (w *recorder) Unwrap() http.ResponseWriter { return w.ResponseWriter }

func ExampleAccept_middleware() {
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		ref.EchoHandler(nil).ServeHTTP(&recorder{ResponseWriter: w}, r)
	}))
	defer s.Close()
	_, response, err := ref.Dial(context.Background(), s.URL, nil)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(response.Status)
	// Output:
	// 101 Switching Protocols
}
