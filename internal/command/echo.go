package command

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/wsspec/wsspec/conformance/faulty"
	"github.com/wsspec/wsspec/conformance/script"
	"github.com/wsspec/wsspec/ref"
	_ "github.com/wsspec/wsspec/ref/xconnect" // for --http2
)

func newEcho() *cobra.Command {
	var addr, connect, drive, agent, fault, cert, key string
	var untilStdin, http2, http3 bool
	cmd := &cobra.Command{
		Use:   "echo",
		Short: "Run the reference implementation, which returns every message",
		Long: `Run the reference implementation, which returns every message unchanged.

As a server it prints this line when it is ready, and ends on Ctrl-C:

  listening on ws://127.0.0.1:9001/

As a client it connects once (--connect), or runs every case of Autobahn's
fuzzing server or of "wsspec client" and asks for the report (--drive). Then it
ends. With --connect - it is a worker: it reads a URL a line from standard input,
connects to each, and answers with a line.`,
		Example: `  wsspec echo
  wsspec echo --addr 127.0.0.1:0
  wsspec echo --http2
  wsspec server --start 'wsspec echo --cert {cert} --key {key}' wss://localhost:9001/
  wsspec client -- wsspec echo --connect {url}
  wsspec client --worker -- wsspec echo --connect -
  wsspec client --driver -- wsspec echo --drive {url}
  wsspec echo --fault masks-frames`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			wrong, err := faultNamed(fault)
			if err != nil {
				return err
			}
			if http3 {
				if err := lacksHTTP3(); err != nil {
					return err
				}
			}
			switch {
			case connect == "-":
				return workEcho(cmd.Context(), cmd.InOrStdin(), cmd.OutOrStdout(), func(ctx context.Context, url string) error {
					if fault != "" {
						return faulty.Connect(ctx, url, wrong)
					}
					return connectEcho(ctx, url)
				})
			case connect != "" && fault != "":
				if err := faulty.Connect(cmd.Context(), connect, wrong); err != nil {
					return couldNot(err)
				}
				return nil
			case connect != "":
				if err := connectEcho(cmd.Context(), connect); err != nil {
					return couldNot(err)
				}
				return nil
			case drive != "":
				if err := driveEcho(cmd.Context(), drive, agent); err != nil {
					return couldNot(err)
				}
				return nil
			}
			var secure *tls.Config
			scheme := "ws"
			if cert != "" || key != "" {
				if secure, err = servesTLS(cert, key); err != nil {
					return err
				}
				scheme = "wss"
			}
			if wrong.Area == faulty.TLS && secure == nil {
				return usage("--fault %s: a server makes this mistake over TLS only: add --cert FILE --key FILE", fault)
			}
			listening := func(scheme string, addr net.Addr) error {
				if _, err := fmt.Fprintf(cmd.OutOrStdout(), "listening on %s://%s/\n", scheme, addr); err != nil {
					return couldNot(err)
				}
				return nil
			}
			ctx, stop := context.WithCancel(cmd.Context())
			defer stop()
			if untilStdin {
				go func() {
					_, _ = io.Copy(io.Discard, cmd.InOrStdin())
					stop()
				}()
			}
			if http3 {
				return echoHTTP3(ctx, addr, secure, listening)
			}
			l, err := net.Listen("tcp", addr)
			if err != nil {
				return couldNot(fmt.Errorf("cannot listen on %s: %w (another port goes by --addr)", addr, err))
			}
			if err := listening(scheme, l.Addr()); err != nil {
				return err
			}
			switch {
			case fault != "" && secure != nil:
				if err := faulty.ServeTLS(ctx, l, secure.Certificates[0], wrong); err != nil && ctx.Err() == nil {
					return couldNot(err)
				}
				return nil
			case fault != "":
				if err := faulty.Serve(ctx, l, wrong); err != nil && ctx.Err() == nil {
					return couldNot(err)
				}
				return nil
			}
			if http2 {
				return serveEchoHTTP2(ctx, l, secure)
			}
			if secure != nil {
				l = tls.NewListener(l, secure)
			}
			return serveEcho(ctx, l)
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&addr, "addr", "127.0.0.1:9001", "listen on this `HOST:PORT`; port 0 takes a free one")
	flags.StringVar(&connect, "connect", "", "be a client: connect to this `URL` once, or with - to each URL on a line of standard input")
	flags.StringVar(&drive, "drive", "", "be a client: run every case of the service at this `URL`, then stop the service")
	flags.StringVar(&agent, "agent", "ref", "the `NAME` to give to the service")
	flags.StringVar(&fault, "fault", "", "make this mistake on purpose; docs/faults.md and docs/suites.md list each `NAME`")
	flags.StringVar(&cert, "cert", "", "serve with TLS, by the certificate in this PEM `FILE`")
	flags.StringVar(&key, "key", "", "the certificate's private key, a PEM `FILE`")
	flags.BoolVar(&http2, "http2", false, "accept WebSockets over HTTP/2 too (RFC 8441): by ALPN with --cert, else with prior knowledge")
	flags.BoolVar(&http3, "http3", false, "accept WebSockets over HTTP/3 (RFC 9220) and nothing else, with --cert; the wsspec of the module conformance/http3 can do that")
	cmd.MarkFlagsMutuallyExclusive("fault", "drive")
	cmd.MarkFlagsMutuallyExclusive("http3", "http2", "fault")
	cmd.MarkFlagsMutuallyExclusive("http3", "connect", "drive")
	cmd.MarkFlagsMutuallyExclusive("fault", "http2")
	cmd.MarkFlagsMutuallyExclusive("http2", "connect", "drive")
	for _, tls := range []string{"cert", "key"} {
		cmd.MarkFlagsMutuallyExclusive(tls, "connect", "drive")
	}
	flags.BoolVar(&untilStdin, "until-stdin-closes", false, "end when standard input is closed, so that no process stays behind when the parent dies")
	cmd.MarkFlagsMutuallyExclusive("addr", "connect", "drive")
	return cmd
}

// faultNamed returns the fault with that name; an empty name means no fault.
func faultNamed(name string) (faulty.Fault, error) {
	if name == "" {
		return faulty.Fault{}, nil
	}
	f, err := faulty.ByName(name)
	if err == nil {
		return f, nil
	}
	var names []string
	for _, known := range slices.Concat(faulty.Faults(), faulty.AttackFaults(), faulty.Oddities()) {
		names = append(names, known.Name)
	}
	return f, usage("--fault %s: there is no such fault; the nearest are %s", name, strings.Join(script.Nearest(name, names), ", "))
}

// serveEcho runs the reference echo server until the context ends.
func serveEcho(ctx context.Context, l net.Listener) error {
	return serveHTTP(ctx, l, newEchoServer())
}

// newEchoServer returns the HTTP server of the reference.
func newEchoServer() *http.Server {
	return &http.Server{
		Handler: ref.EchoHandler(&ref.AcceptOptions{
			OriginPatterns: []string{"*"},
			Compression:    &ref.Compression{},
		}),
		ReadHeaderTimeout: 10 * time.Second,
	}
}

// serveEchoHTTP2 is serveEcho for HTTP/1.1 and HTTP/2 on one port.
func serveEchoHTTP2(ctx context.Context, l net.Listener, secure *tls.Config) error {
	server := newEchoServer()
	server.Protocols = new(http.Protocols)
	server.Protocols.SetHTTP1(true)
	server.Protocols.SetHTTP2(true)
	server.Protocols.SetUnencryptedHTTP2(secure == nil)
	server.HTTP2 = ref.HTTP2Config()
	if secure != nil {
		secure.NextProtos = []string{"h2", "http/1.1"}
		server.TLSConfig = secure
		l = tls.NewListener(l, secure)
	}
	return serveHTTP(ctx, l, server)
}

// serveHTTP runs an HTTP server until the context ends.
func serveHTTP(ctx context.Context, l net.Listener, server *http.Server) error {
	stop := context.AfterFunc(ctx, func() { server.Close() })
	defer stop()
	if err := server.Serve(l); !errors.Is(err, http.ErrServerClosed) {
		return couldNot(err)
	}
	return nil
}

// dialOptions are those of the reference as a client under test.
func dialOptions() *ref.DialOptions {
	return &ref.DialOptions{Compression: &ref.Compression{}}
}

// connectEcho connects once and returns every message that comes. It does not
// report how the connection ended: the service judges that.
func connectEcho(ctx context.Context, url string) error {
	c, _, err := ref.Dial(ctx, url, dialOptions())
	if err != nil {
		return err
	}
	defer c.CloseNow()
	_ = ref.Echo(ctx, c)
	return nil
}
