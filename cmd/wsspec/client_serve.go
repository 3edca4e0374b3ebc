package main

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/wsspec/wsspec/conformance"
	"github.com/wsspec/wsspec/ref/wire"
	"github.com/wsspec/wsspec/reports"
)

// defaultListen is where the cases are served unless told otherwise: the port of
// Autobahn's fuzzing server, for this machine alone.
const defaultListen = "127.0.0.1:9001"

// serve serves the cases, to whoever connects or to one driver.
func (f *clientFlags) serve(ctx context.Context, cases []*conformance.Case, driver []string, known *reports.Baseline, stdout, stderr io.Writer) error {
	l, base, err := f.listener(driver != nil)
	if err != nil {
		return err
	}
	s := &served{flags: f, url: base, cases: cases, console: newConsole(stdout, f.quiet), stderr: stderr}
	s.service = &conformance.Service{
		Cases:        cases,
		Deadlines:    conformance.NewDeadlines(f.timeout, 0, f.slow),
		Profile:      conformance.Profile(f.profile),
		Subprotocols: f.subprotocols,
		Excluded:     f.excludes,
		Done:         s.done,
		Update:       s.update,
		Page:         s.page.respond,
	}
	if driver != nil {
		err = s.drive(ctx, l, driver)
	} else {
		fmt.Fprintf(stdout, "listening on %s (a browser is tested by opening %s/)\n", base, strings.Replace(base, "ws", "http", 1))
		err = s.service.Serve(ctx, l)
		if errors.Is(err, context.Canceled) {
			err = nil // Ctrl-C is how this ends
		}
	}
	record := s.record()
	if err == nil && len(record.report.Results) == 0 {
		err = errors.New("no client has run a case")
	}
	s.tally(record.report)
	return f.finish(s.console, record, known, err)
}

// drive serves the cases to a driver that is started for them. One that ends, or
// does nothing for as long as a case may take, before all cases were run, is an
// error: what was not run would be missing without a word.
func (s *served) drive(ctx context.Context, l net.Listener, command []string) error {
	serving, stop := context.WithCancel(ctx)
	defer stop()
	s.service.Patience = s.service.Deadlines.Case
	remarks := make(chan []string, 1)
	go func() {
		remarks <- launcher(command)(serving, s.url)
		stop()
	}()
	err := s.service.Serve(serving, l)
	if err != nil {
		stop()
	}
	// Asked to stop, the service is done before the driver is.
	late := time.AfterFunc(s.service.Deadlines.Connect, stop)
	said := strings.Join(<-remarks, "; ")
	late.Stop()
	switch {
	case ctx.Err() != nil:
		return errors.New("interrupted")
	case errors.Is(err, conformance.ErrNobodyCame):
		return fmt.Errorf("the driver did nothing for %s, and was killed; %s", s.service.Patience, said)
	case err != nil && !errors.Is(err, context.Canceled):
		return err
	}
	if agent, ran, all := s.missing(); ran < all {
		return fmt.Errorf("the driver ended when %d of %d cases were run (%s); %s", ran, all, agent, said)
	}
	return nil
}

// missing finds an agent that has not run all its cases.
func (s *served) missing() (agent string, ran, all int) {
	agents := s.service.Agents()
	if len(agents) == 0 {
		return "no agent", 0, len(s.cases)
	}
	for _, agent = range slices.Sorted(slices.Values(agents)) {
		ran, all = 0, 0
		for _, c := range s.cases {
			if s.flags.excludes(agent, c) {
				continue
			}
			all++
			if _, ok := s.service.Result(agent, c.ID); ok {
				ran++
			}
		}
		if ran < all {
			break
		}
	}
	return agent, ran, all
}

// tally says of each agent how it did.
func (s *served) tally(r *reports.Report) {
	for _, t := range r.Targets {
		done, counts := 0, map[reports.Verdict]int{}
		for _, res := range r.Results {
			if res.Agent == t.Agent {
				done++
				counts[res.Verdict]++
			}
		}
		if !s.console.quiet {
			fmt.Fprintf(s.console.w, "%s: %d of %d cases: %s\n", t.Agent, done, len(s.cases), tally(counts))
		}
	}
}

// listener opens the port, and returns the URL that clients reach it by.
func (f *clientFlags) listener(forDriver bool) (net.Listener, string, error) {
	addr, secure, err := f.address(forDriver)
	if err != nil {
		return nil, "", err
	}
	l, err := net.Listen("tcp", addr)
	if err != nil {
		return nil, "", couldNot(fmt.Errorf("cannot listen on %s: %w (another port goes by --listen)", addr, err))
	}
	host, port, scheme := "localhost", 0, "ws"
	if a, ok := l.Addr().(*net.TCPAddr); ok {
		port = a.Port
		if !a.IP.IsUnspecified() {
			host = a.IP.String()
		}
	}
	if secure != nil {
		l, scheme = tls.NewListener(l, secure), "wss"
	}
	return l, scheme + "://" + net.JoinHostPort(host, fmt.Sprint(port)), nil
}

// address is where to listen, and by what certificate, nil without TLS. Of a
// spec file's url only the port and the scheme count, as in Autobahn: it is the
// address that clients are told, which in a container is not that to listen on.
func (f *clientFlags) address(forDriver bool) (addr string, secure *tls.Config, err error) {
	addr, cert, key := f.listen, f.cert, f.key
	wants := false
	if f.file != nil {
		u, err := url.Parse(f.file.URL)
		if err != nil || u.Scheme != "ws" && u.Scheme != "wss" {
			return "", nil, usage("%s: the url %q has to look like ws://127.0.0.1:9001", f.spec, f.file.URL)
		}
		wants = u.Scheme == "wss"
		port := u.Port()
		if port == "" {
			port = map[bool]string{false: "80", true: "443"}[wants]
		}
		if addr == "" {
			addr = ":" + port
		}
		if cert == "" && key == "" {
			cert, key = f.file.Cert, f.file.Key
		}
	}
	switch {
	case addr != "":
	case forDriver:
		addr = "127.0.0.1:0"
	default:
		addr = defaultListen
	}
	switch {
	case cert == "" && key == "" && !wants:
		return addr, nil, nil
	case cert == "" || key == "":
		return "", nil, usage("TLS needs both a certificate and its key: --cert FILE --key FILE")
	}
	pair, err := tls.LoadX509KeyPair(cert, key)
	if err != nil {
		return "", nil, usage("the certificate %s with the key %s: %w", cert, key, err)
	}
	return addr, &tls.Config{MinVersion: tls.VersionTLS12, Certificates: []tls.Certificate{pair}, NextProtos: []string{"http/1.1"}}, nil
}

// served gathers what a service finds out.
type served struct {
	flags   *clientFlags
	url     string
	cases   []*conformance.Case
	service *conformance.Service
	console *console
	stderr  io.Writer
	page    page

	// updating: one report at a time, so that an older one never replaces a
	// newer one.
	updating sync.Mutex
}

// done is told of each result.
func (s *served) done(agent string, r conformance.Result) {
	if !s.console.quiet {
		fmt.Fprintf(s.console.w, "%s %s %s/%s\n", agent, r.Case.ID, r.Behavior, r.Close)
	}
}

// update writes the report, for a driver that asks for it.
func (s *served) update(string) {
	s.updating.Lock()
	defer s.updating.Unlock()
	record := s.record()
	s.page.show(record)
	if err := errors.Join(s.flags.write(record.finish()), record.lost); err != nil {
		fmt.Fprintln(s.stderr, "wsspec:", err)
	}
}

// record turns what is there into a report: the agents by name, their cases in
// order.
func (s *served) record() *record {
	record := s.flags.record()
	for _, agent := range slices.Sorted(slices.Values(s.service.Agents())) {
		record.target(agent, wire.RoleClient, s.url)
		for _, c := range s.cases {
			if r, ok := s.service.Result(agent, c.ID); ok {
				record.result(agent, r)
			}
		}
	}
	return record
}
