// Command gatekeeper accepts only clients with a valid token. It issues the tokens itself;
// in practice, a login service issues them, and shares only the key with the WebSocket
// server.
//
//	go run ./examples/gatekeeper
//	go run ./examples/gatekeeper -issue ann | go run ./examples/gatekeeper -enter ws://127.0.0.1:8080/
//
// A page sends the token as a subprotocol, because a browser's WebSocket cannot set other
// header fields:
//
//	new WebSocket(url, ["gatekeeper.example", "token." + token])
//
// In a query, the token would appear in the browser's history and in the logs of servers.
// Anybody who has the token can use it until it expires, so use wss.
package main

import (
	"bufio"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"os"
	"os/signal"
	"time"

	"github.com/wsspec/wsspec/ref"
)

func main() {
	addr := flag.String("addr", "127.0.0.1:8080", "`address` to listen on")
	keyFile := flag.String("key", "gatekeeper.key", "`file` with the key; created if it does not exist")
	name := flag.String("issue", "", "issue a token for this `name` instead of serving")
	valid := flag.Duration("for", time.Minute, "`time` for which the token is valid")
	url := flag.String("enter", "", "connect to this `URL` with the token from standard input, instead of serving")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	var err error
	if *url != "" {
		err = enter(ctx, *url, os.Stdin, os.Stdout)
	} else if key, keyErr := loadKey(*keyFile); keyErr != nil {
		err = keyErr
	} else if *name != "" {
		_, err = fmt.Println(issue(key, *name, time.Now().Add(*valid)))
	} else {
		err = run(ctx, *addr, key, os.Stdout)
	}
	if err != nil {
		log.Fatal(err)
	}
}

// run serves until ctx ends.
func run(ctx context.Context, addr string, key []byte, stdout io.Writer) error {
	listener, err := net.Listen("tcp", addr)
	if err != nil {
		return fmt.Errorf("%w (choose another address with -addr)", err)
	}
	sockets := &ref.Server{
		Options: &ref.AcceptOptions{Subprotocols: []string{subprotocol}}, // never the token
		Handler: func(conn *ref.Conn, r *http.Request) {
			if conn.Write(r.Context(), ref.Text, []byte("welcome, "+guest(r.Context()))) == nil {
				_ = ref.Echo(r.Context(), conn) // Server.Errors reports it
			}
		},
	}
	server := &http.Server{Handler: guard(key, sockets, log.New(stdout, "", 0)), ReadHeaderTimeout: 10 * time.Second}
	ended := make(chan error, 1)
	context.AfterFunc(ctx, func() {
		ending, cancel := context.WithTimeout(context.Background(), 10*time.Second)
		defer cancel()
		ended <- errors.Join(server.Shutdown(ending), sockets.Shutdown(ending))
	})
	fmt.Fprintf(stdout, "listening on ws://%s/\n", listener.Addr())
	if err := server.Serve(listener); err != http.ErrServerClosed {
		return err
	}
	return <-ended
}

// enter connects with a token and prints the greeting.
func enter(ctx context.Context, url string, stdin io.Reader, stdout io.Writer) error {
	line := bufio.NewScanner(stdin) // not from an argument, which other users could see
	if !line.Scan() {
		return errors.New("no token in the standard input (-issue prints one)")
	}
	options := &ref.DialOptions{Subprotocols: []string{subprotocol, tokenPrefix + line.Text()}}
	return ref.WithConn(ctx, url, options, func(conn *ref.Conn) error {
		_, message, err := conn.Read(ctx)
		fmt.Fprintf(stdout, "%s\n", message)
		return err
	})
}
