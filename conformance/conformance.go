package conformance

import (
	"context"
	"crypto/tls"
	"time"

	"github.com/wsspec/wsspec/conformance/opening"
	"github.com/wsspec/wsspec/conformance/run"
	"github.com/wsspec/wsspec/conformance/script"
	"github.com/wsspec/wsspec/conformance/stream"
	"github.com/wsspec/wsspec/conformance/vary"
	"github.com/wsspec/wsspec/ref/wire"
)

// A Target is a server to test: where it is, and what each opening request says.
type Target = opening.Target

// A Pace bounds how many connections to targets are opened in a second.
type Pace = opening.Pace

// NewPace returns a Pace of at most so many new connections a second, one or more.
func NewPace(perSecond int) *Pace { return opening.NewPace(perSecond) }

// ParseTarget reads a ws or wss URL (RFC 6455 3); http and https count as ws and
// wss. The error says what is wrong with the URL and shows a right one.
func ParseTarget(url string) (*Target, error) { return opening.ParseTarget(url) }

// A TargetError says in a sentence why a target could not be tested, and what to do.
type TargetError = opening.TargetError

// A Problem is the kind of a [TargetError].
type Problem = opening.Problem

// The problems of a [TargetError].
const (
	Unreachable = opening.Unreachable
	TLSRefused  = opening.TLSRefused
	NoAnswer    = opening.NoAnswer
	NotHTTP     = opening.NotHTTP
	NotUpgraded = opening.NotUpgraded
)

// Probe opens one connection as every case does and closes it again. It returns
// the round trip, for [NewDeadlines], or a *[TargetError].
func Probe(ctx context.Context, t *Target, d Deadlines) (roundTrip time.Duration, err error) {
	return opening.Probe(ctx, t, d)
}

// An Endpoint is what one connection tells about a server before a run: whether it sends
// messages back, and what else it does.
type Endpoint = run.Endpoint

// A ProbeError says that the server stopped serving at [Examine].
type ProbeError = run.ProbeError

// Examine opens one connection as [Probe] does, sends a text message, and says what became
// of it. It judges nothing.
func Examine(ctx context.Context, t *Target, opts Options) (Endpoint, error) {
	return run.Examine(ctx, t, opts)
}

// Deadlines bound every wait of a run.
type Deadlines = stream.Deadlines

// DefaultTimeout is the answer deadline of a run on an idle machine, 2 s.
const DefaultTimeout = stream.DefaultTimeout

// NewDeadlines returns the deadlines for an answer deadline (zero means
// [DefaultTimeout]), a measured round trip, and a factor for slow machines and
// debuggers (zero means 1).
func NewDeadlines(timeout, roundTrip time.Duration, slow float64) Deadlines {
	return stream.NewDeadlines(timeout, roundTrip, slow)
}

// A Profile says how much a run sends in the cases about size and compression:
// [Quick], the default, or [Full].
type Profile = script.Profile

// The profiles.
const (
	Quick = script.Quick
	Full  = script.Full
)

// A Selection picks cases of a catalogue by globs on ids and by requirement.
type Selection = script.Selection

// A Depth says which variants of the cases a run plays, as [Options.Vary]: none,
// [CoveringVariants] or [AllVariants].
type Depth = vary.Depth

// The depths. The zero Depth plays no variants.
const (
	NoVariants       = vary.None
	CoveringVariants = vary.Covering
	AllVariants      = vary.All
)

// Variants say how a case went in other shapes, as [Result.Variants].
type Variants = run.Variants

// Choose applies a selection to cases, for peers of a role. Its patterns may also name
// variants of cases, such as 3.2+cut@3.
func Choose(s Selection, cases []*script.Case, role wire.Role) ([]*script.Case, error) {
	return vary.Choose(s, cases, role)
}

// Options say how to run cases. The zero value is ready for use.
type Options = run.Options

// A Question is a message that an application understands, and how its answer looks, for
// [Options.Ask].
type Question = script.Question

// NewQuestion reads a request and the form of its answer: see [script.NewQuestion].
func NewQuestion(request, answer string) (*Question, error) {
	return script.NewQuestion(request, answer)
}

// A Dialogue is what has to be said first to an application, for [Options.Dialogue].
// Package dialogue reads them from files, and has those of well-known protocols.
type Dialogue = script.Dialogue

// A Talk is what one connection tells about a server and a dialogue: see [Converse].
type Talk = run.Talk

// A DialogueError says why a server cannot be tested with a dialogue.
type DialogueError = run.DialogueError

// Converse plays the greeting of [Options.Dialogue] on one connection to a server, and
// asks [Options.Ask] if that is set: see [run.Converse].
func Converse(ctx context.Context, t *Target, opts Options) (Talk, error) {
	return run.Converse(ctx, t, opts)
}

// DefaultParallel is how many cases run at once unless told otherwise.
const DefaultParallel = run.DefaultParallel

// A Result is what one case found out about one peer.
type Result = run.Result

// RunServer plays cases against a server, each on a connection of its own, and
// returns their results in the order of the cases.
//
// The error is that of the context if the run was cut short, and an *[OutageError] if
// the server stopped serving and no case could be named for it; the results then hold
// the cases that had ended.
func RunServer(ctx context.Context, t *Target, cases []*script.Case, opts Options) ([]Result, error) {
	return run.RunServer(ctx, t, cases, opts)
}

// An OutageError says that the server stopped serving, and that no case could be named
// for it.
type OutageError = run.OutageError

// A Launcher starts a client under test for one case, with a ws URL.
type Launcher = run.Launcher

// A SecureLauncher is a [Launcher] that can also start the client with a wss URL.
type SecureLauncher = run.SecureLauncher

// A Starter is a [SecureLauncher] that also says how the client ended.
type Starter = run.Starter

// A ClientEnd is how a client under test ended.
type ClientEnd = run.ClientEnd

// RunClients plays cases against a client that is started anew for each of them,
// and returns the results in the order of the cases. A client that never
// connects, does not end, or crashes, fails its case.
func RunClients(ctx context.Context, launch Launcher, cases []*script.Case, opts Options) ([]Result, error) {
	return run.RunClients(ctx, launch, cases, opts)
}

// HTTP2Config is a TLS configuration that selects h2 where a client offers it: for a listener
// of a [Service] with HTTP2 set.
func HTTP2Config(config *tls.Config) *tls.Config { return run.HTTP2Config(config) }

// A Service serves cases to clients under test, at the endpoints that drivers
// written for Autobahn's fuzzing server use.
type Service = run.Service

// ErrNobodyCame is how [Service.Serve] ends after [Service.IdleTimeout] without a
// connection.
var ErrNobodyCame = run.ErrNobodyCame

// PlainResponse is an HTTP response with a body, for [Service.Page]. The
// connection is closed behind it.
func PlainResponse(status int, contentType, body string) (wire.Response, string) {
	return opening.PlainResponse(status, contentType, body)
}
