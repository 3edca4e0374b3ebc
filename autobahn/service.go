package autobahn

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strconv"
	"time"
)

// readyDeadline is how long a fuzzing server may take until it answers: where its
// processor is emulated that is a while.
const readyDeadline = 2 * time.Minute

// A Service is a fuzzing server that answers.
type Service struct {
	// URL is its base, as in ws://127.0.0.1:9001, without a slash at the end.
	URL string
	// Ended is closed when its container has ended, asked to by a client.
	Ended <-chan struct{}
}

// Service has the fuzzing server serve cases, all of them if none is named, at an
// address of this machine, HOST:PORT with a port that is not 0. When ready finds
// that it answers, use is called; when use returns the container is removed, so it
// has to ask for the report (/updateReports) before. Where Docker has the host's
// network the port is open on every interface, whatever the address: that is how
// Autobahn listens.
func (r *Run) Service(ctx context.Context, listen string, cases []string, ready func(ctx context.Context, url string) error, use func(context.Context, Service) error) error {
	host, port, err := splitListen(listen)
	if err != nil {
		return err
	}
	// Another service that listens there would be taken for this one.
	l, err := net.Listen("tcp", listen)
	if err != nil {
		return fmt.Errorf("cannot listen on %s: %w", listen, err)
	}
	l.Close()
	return r.with(ctx, func(ctx context.Context, p *prepared) error {
		args := []string{"--network", string(p.network)}
		if p.network == Bridge {
			// The same port inside: Autobahn refuses a Host field that has another.
			args = append(args, "--publish", net.JoinHostPort(host, strconv.Itoa(port))+":"+strconv.Itoa(port))
		}
		if ip := net.ParseIP(host); host == "" || ip != nil && ip.IsUnspecified() {
			host = "127.0.0.1"
		}
		url := "ws://" + net.JoinHostPort(host, strconv.Itoa(port))
		return p.start(ctx, serverConfig(port, cases), "fuzzingserver", args, func(ctx context.Context, line func(string)) error {
			// It goes on after Ctrl-C: use may ask it for its report then.
			running, stop := context.WithCancel(context.WithoutCancel(ctx))
			defer stop()
			ended := make(chan struct{})
			var died error
			go func() {
				defer close(ended)
				died = p.run(running, line)
			}()
			// end gives the container up, and tells why it ended if it did so
			// by itself.
			end := func() error {
				stop()
				<-ended
				if errors.Is(died, context.Canceled) {
					return nil // it was ended here
				}
				return died
			}
			if err := await(ctx, url, ended, ready); err != nil {
				return errors.Join(err, end())
			}
			err := use(ctx, Service{url, ended})
			if silent := new(SilentError); errors.As(context.Cause(ctx), &silent) {
				err = silent // which is why use gave up
			}
			return errors.Join(err, end())
		})
	})
}

// await asks again and again until the service answers.
func await(ctx context.Context, url string, ended <-chan struct{}, ready func(context.Context, string) error) error {
	ctx, cancel := context.WithTimeout(ctx, readyDeadline)
	defer cancel()
	again := time.NewTicker(50 * time.Millisecond)
	defer again.Stop()
	for {
		err := ready(ctx, url)
		if err == nil {
			return nil
		}
		select {
		case <-ended:
			return errors.New("the fuzzing server of Autobahn ended before it answered")
		case <-ctx.Done():
			if errors.Is(ctx.Err(), context.DeadlineExceeded) {
				return fmt.Errorf("no answer from the fuzzing server of Autobahn at %s within %s: %w", url, readyDeadline, err)
			}
			return context.Cause(ctx)
		case <-again.C:
		}
	}
}

func splitListen(listen string) (host string, port int, err error) {
	host, text, err := net.SplitHostPort(listen)
	if err != nil {
		return "", 0, fmt.Errorf("the address %q has to look like 127.0.0.1:9001", listen)
	}
	port, err = strconv.Atoi(text)
	if err != nil || port < 1 || port > 65535 {
		return "", 0, fmt.Errorf("the address %q needs a port from 1 to 65535", listen)
	}
	return host, port, nil
}
