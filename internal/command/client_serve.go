package command

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/wsspec/wsspec/conformance"
	"github.com/wsspec/wsspec/conformance/script"
	"github.com/wsspec/wsspec/conformance/verdict"
	"github.com/wsspec/wsspec/ref/wire"
	"github.com/wsspec/wsspec/reports"
	"github.com/wsspec/wsspec/reports/record"
	"github.com/wsspec/wsspec/reports/terminal"
)

// defaultListen is where the cases are served unless told otherwise: the port of
// Autobahn's fuzzing server, for this machine alone.
const defaultListen = "127.0.0.1:9001"

// serve serves the cases, to whoever connects or to one driver.
func (f *clientFlags) serve(ctx context.Context, cases []*script.Case, driver []string, known *reports.Baseline, stdout, stderr io.Writer) error {
	if address, _, err := f.address(driver != nil); err == nil {
		if err := f.mayListen(ctx, address, cases); err != nil {
			return err
		}
	}
	l, base, err := f.listener(driver != nil)
	if err != nil {
		return err
	}
	ctx, done, stop := f.bounded(ctx)
	defer stop()
	all := cases
	if f.perConnection { // of one agent, whose name is known
		cases = f.ofShard((&conformance.Service{Agent: f.agent}).AgentOfAll(), cases)
	}
	f.resumes = f.perConnection
	rec, err := f.record()
	if err != nil {
		return errors.Join(err, l.Close())
	}
	console := newConsole(f.screenOf(stdout, stderr), f.quiet)
	console.known, console.verbose = known, f.verbose
	frames := f.frames(console)
	defer frames.end()
	s := &served{failFast: done, flags: f, url: base, cases: cases, all: all, console: console, stderr: stderr, record: rec}
	s.service = &conformance.Service{
		Cases:          cases,
		Deadlines:      conformance.NewDeadlines(f.timeout, 0, f.slow),
		Profile:        f.volume(),
		NoEcho:         f.noEcho,
		HTTP2:          f.http2,
		EachConnection: f.perConnection, Agent: f.agent, Played: s.played,
		Ask: f.question, Dialogue: f.said,
		Remark:       func(sentence string) { fmt.Fprintln(stderr, "wsspec:", terminal.CleanLine(sentence)) },
		Subprotocols: f.subprotocols, AllowedOrigins: f.origins,
		Excluded: s.excludes,
		Done:     s.done, DoneKeeps: true,
		Watch:  frames.watch(),
		Update: func(agent string) { console.anew(); s.update(agent) },
		Page:   s.page.respond,
	}
	if driver != nil {
		err = s.drive(ctx, l, driver)
	} else {
		where := s.console.w
		if f.quiet {
			where = stderr
		}
		if f.perConnection {
			fmt.Fprintf(where, "listening on %s (each connection plays one of %d cases)\n", base, len(cases))
			s.outlook(where)
		} else {
			fmt.Fprintf(where, "listening on %s (a browser is tested by opening %s/)\n", base, strings.Replace(base, "ws", "http", 1))
		}
		err = s.service.Serve(ctx, l)
		if errors.Is(err, context.Canceled) {
			err = nil // Ctrl-C is how this ends
		}
	}
	empty := rec.Len() == 0 && s.owesNothing()
	if err == nil && rec.Len() == 0 && !empty {
		err = errors.New("no client has run a case")
	}
	if err == nil && !empty {
		if m := s.missing(); m.ran < m.all {
			err = fmt.Errorf("%s had run %d of %d cases when it ended%s", m.agent, m.ran, m.all, m.andOthers())
			if ctx.Err() != nil {
				err = fmt.Errorf("%s: %w", whyInterrupted(ctx), err)
			}
		}
	}
	if err != nil {
		rec.Interrupted(err.Error())
	}
	frames.end()
	s.tally(rec.Report())
	return f.finish(s.console, rec, known, err)
}

// drive serves the cases to a driver that is started for them. One that ends, or
// does nothing for as long as a case may take, before all cases were run, is an
// error: what was not run would be missing without a word.
func (s *served) drive(ctx context.Context, l net.Listener, command []string) error {
	serving, stop := context.WithCancel(ctx)
	defer stop()
	s.service.IdleTimeout = s.service.Deadlines.Case
	ends := make(chan conformance.ClientEnd, 1)
	go func() {
		ends <- starter(command)(serving, s.url, "")
		stop()
	}()
	err := s.service.Serve(serving, l)
	if err != nil {
		stop()
	}
	// Asked to stop, the service is done before the driver is.
	late := time.AfterFunc(s.service.Deadlines.Connect, stop)
	end := <-ends
	said := strings.Join(end.Remarks, "; ")
	late.Stop()
	switch {
	case ctx.Err() != nil:
		return errors.New(whyInterrupted(ctx))
	case errors.Is(err, conformance.ErrNobodyCame):
		return fmt.Errorf("the driver did nothing for %s, and was killed; %s", s.service.IdleTimeout, said)
	case err != nil && !errors.Is(err, context.Canceled):
		return err
	}
	if m := s.missing(); m.ran < m.all && !s.owesNothing() {
		return fmt.Errorf("the driver ended when %d of %d cases were run (%s)%s; %s", m.ran, m.all, m.agent, m.andOthers(), said)
	}
	if end.Crash != "" {
		return fmt.Errorf("the driver ran all cases, and crashed then; %s", said)
	}
	return nil
}

// missing is an agent that has not run all its cases, and how many others have not.
type missing struct {
	agent    string
	ran, all int
	others   int
}

// missing finds the first agent by name that has not run all its cases. If all have, ran
// is all.
func (s *served) missing() missing {
	agents := s.service.Agents()
	if len(agents) == 0 {
		return missing{"no agent", 0, len(s.cases), 0}
	}
	var first missing
	for _, agent := range slices.Sorted(slices.Values(agents)) {
		m := missing{agent: agent}
		for _, c := range s.cases {
			if s.flags.excludes(agent, c) {
				continue
			}
			m.all++
			if s.played(agent, c) {
				m.ran++
			}
		}
		switch {
		case m.ran == m.all:
		case first.all == 0:
			first = m
		default:
			first.others++
		}
	}
	return first
}

func (m missing) andOthers() string {
	switch m.others {
	case 0:
		return ""
	case 1:
		return "; one other agent has not run all cases either"
	}
	return fmt.Sprintf("; %d other agents have not run all cases either", m.others)
}

// tally says of each agent how it did.
func (s *served) tally(r *reports.Report) {
	for _, t := range r.Targets {
		done, counts := 0, map[verdict.Verdict]int{}
		for _, res := range r.Results {
			if res.Agent == t.Agent {
				if res.Verdict != verdict.NotRun {
					done++
				}
				counts[res.Verdict]++
			}
		}
		s.console.tallies = append(s.console.tallies, tallyLine(t.Agent, done, len(s.flags.ofShard(t.Agent, s.cases)), counts))
	}
}

// excludes reports whether an agent is spared a case, and remembers the agent.
func (s *served) excludes(agent string, c *script.Case) bool {
	if !s.flags.excludes(agent, c) {
		return false
	}
	s.sparing.Lock()
	defer s.sparing.Unlock()
	if s.spared == nil {
		s.spared = map[string]bool{}
	}
	s.spared[agent] = true
	return true
}

// owesNothing reports whether agents came, and the shard has no case for any of them. They
// are then in the report.
func (s *served) owesNothing() bool {
	s.sparing.Lock()
	defer s.sparing.Unlock()
	if s.flags.shard.Of == 0 || len(s.spared) == 0 {
		return false
	}
	for agent := range s.spared {
		if s.owed(agent) > 0 {
			return false
		}
	}
	for agent := range s.spared {
		s.expect(agent)
	}
	return true
}

// owed is how many cases an agent is to run.
func (s *served) owed(agent string) (n int) {
	for _, c := range s.cases {
		if !s.flags.excludes(agent, c) {
			n++
		}
	}
	return n
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
		if f.http2 {
			secure = conformance.HTTP2Config(secure)
		}
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
		if addr, err = listenAddress(addr); err != nil {
			return "", nil, err
		}
	case forDriver:
		addr = "127.0.0.1:0"
	default:
		addr = defaultListen
	}
	if f.over == "wss" {
		wants = true
	}
	if cert == "" && key == "" && !wants {
		return addr, nil, nil
	}
	secure, err = servesTLS(cert, key)
	return addr, secure, err
}

// servesTLS is TLS as a server has it, with the certificate and the key in two PEM files.
func servesTLS(cert, key string) (*tls.Config, error) {
	if cert == "" || key == "" {
		return nil, usage("TLS needs both a certificate and its key: --cert FILE --key FILE")
	}
	pair, err := tls.LoadX509KeyPair(cert, key)
	if err != nil {
		return nil, usage("the certificate %s with the key %s: %w", cert, key, err)
	}
	log, err := keyLogged()
	if err != nil {
		return nil, err
	}
	return &tls.Config{MinVersion: tls.VersionTLS12, Certificates: []tls.Certificate{pair}, NextProtos: []string{"http/1.1"}, KeyLogWriter: log}, nil
}

// listenAddress is the address that --listen means: HOST:PORT, :PORT for every interface,
// or PORT for this machine alone.
func listenAddress(addr string) (string, error) {
	wrong := fmt.Errorf("cannot listen on %s: it has to look like 127.0.0.1:9001, [::1]:9001, :9001 for every interface, or 9001 for this machine alone", addr)
	if port, err := strconv.ParseUint(addr, 10, 16); err == nil {
		return net.JoinHostPort("127.0.0.1", fmt.Sprint(port)), nil
	}
	_, port, err := net.SplitHostPort(addr)
	if err != nil {
		return "", couldNot(wrong)
	}
	if _, err := net.LookupPort("tcp", port); err != nil {
		return "", couldNot(wrong)
	}
	return addr, nil
}

// served gathers what a service finds out.
type served struct {
	flags *clientFlags
	url   string
	cases []*script.Case
	// all are the cases of all shards.
	all     []*script.Case
	service *conformance.Service
	console *console
	stderr  io.Writer
	record  *record.Record
	page    clientPage
	// expected are the agents whose first result has come, planned is how many cases the
	// report names of them.
	expected map[string]bool
	planned  int
	// sparing guards spared: the agents that this run has spared a case.
	sparing sync.Mutex
	spared  map[string]bool
	// failFast is told of each result.
	failFast func(conformance.Result)

	// updating: one report at a time, so that an older one never replaces a
	// newer one.
	updating sync.Mutex
	// asked counts the reports that drivers asked for, written those that the latest
	// report answers: it began when they had asked.
	asked   atomic.Int64
	written int64
	// reports is how many reports were made.
	reports int
	// pace tells how long it takes where each connection plays a case.
	pace connectionPace
}

// played reports whether a case of an agent has a result, of this run or of the one that it
// goes on with.
func (s *served) played(agent string, c *script.Case) bool {
	return s.record.Has(agent, wire.RoleClient, c.ID)
}

// done is told of each result.
func (s *served) done(agent string, r conformance.Result) {
	s.failFast(r)
	s.expect(agent)
	s.console.served(agent, s.record.Put(agent, r))
	if f := s.flags; f.perConnection && r.Attempts > 0 {
		s.pace.add(s.console, s.record.Len(), len(s.cases))
	}
}

// update writes the report, for a driver that asks for it. Drivers that wait while
// one is being written share the next.
func (s *served) update(string) {
	asked := s.asked.Add(1)
	s.updating.Lock()
	defer s.updating.Unlock()
	if s.written >= asked {
		return
	}
	s.written = s.asked.Load()
	s.reports++
	report := s.record.Report()
	s.page.show(report)
	if err := errors.Join(s.flags.write(report), transcriptErr(s.record)); err != nil {
		fmt.Fprintln(s.stderr, "wsspec:", err)
	}
}

// expect notes what an agent is to run, when its first result comes.
func (s *served) expect(agent string) {
	if s.expected[agent] {
		return
	}
	if s.expected == nil {
		s.expected = map[string]bool{}
	}
	s.expected[agent] = true
	s.record.AddTargetOver(s.flags.transport(), agent, wire.RoleClient, s.url)
	if s.planned >= mostPlanned {
		return
	}
	var planned []string
	for _, c := range s.cases {
		if !s.flags.excludes(agent, c) {
			planned = append(planned, c.ID)
		}
	}
	s.planned += len(planned)
	if s.flags.shard.Of > 0 {
		var all []string
		for _, c := range s.all {
			if !s.flags.spares(agent, c) {
				all = append(all, c.ID)
			}
		}
		s.record.Shard(agent, wire.RoleClient, s.flags.shard, all)
	}
	s.record.Plan(agent, wire.RoleClient, planned)
}

// mostPlanned is how many cases a report names that its agents have not run. Strangers
// that come by the thousand, and run one case each, must not make a report that takes
// minutes to write: further agents have only the cases that they ran.
const mostPlanned = 10_000
