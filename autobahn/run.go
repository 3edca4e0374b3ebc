package autobahn

import (
	"cmp"
	"context"
	"crypto/rand"
	"encoding/csv"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// A Run is one run of the Autobahn|Testsuite in a container.
type Run struct {
	// Docker is the command to use.
	Docker Docker
	// Image is the image to run; empty means [Image].
	Image string
	// Network is the way between the container and this machine; empty means what
	// [Engine.Network] finds.
	Network Network
	// Dir is the folder for its report. It is made if it is missing, and has to be
	// empty: what an older run left there would be taken for this one's.
	Dir string
	// User is who the files there belong to, as UID:GID; empty leaves it to the
	// image, which means root.
	User string
	// Idle is how long the container may be silent; 0 means 10 minutes, for a case
	// takes seconds. Less than 0 means for ever.
	Idle time.Duration
	// Line gets each line that the container prints, and those about a download;
	// nil drops them.
	Line func(string)
}

// A Server is one to be tested.
type Server struct {
	// Agent is its name in the report.
	Agent string
	// URL is where it is from this machine.
	URL string
}

// Servers has the fuzzing client test servers by cases, by all of them if none is
// named, and returns when it has ended and its container is removed. That it ended
// well does not say that it tested anything: see [Read].
func (r *Run) Servers(ctx context.Context, servers []Server, cases []string) error {
	return r.with(ctx, func(ctx context.Context, p *prepared) error {
		c, err := clientConfig(p.network, servers, cases)
		if err != nil {
			return err
		}
		args := []string{"--network", string(p.network)}
		if p.network == Bridge {
			args = append(args, "--add-host", fromContainer+":host-gateway")
		}
		return p.start(ctx, c, "fuzzingclient", args, func(ctx context.Context, line func(string)) error {
			return p.run(ctx, line)
		})
	})
}

// prepared is a run whose image and folder are there.
type prepared struct {
	*container
	of      *Run
	network Network
	args    []string
}

// with makes all ready for a container, and removes it in the end.
func (r *Run) with(ctx context.Context, use func(context.Context, *prepared) error) (err error) {
	dir, err := r.folder()
	if err != nil {
		return err
	}
	d := &r.Docker
	engine, err := d.Engine(ctx)
	if err != nil {
		return err
	}
	if err := d.removeLeftovers(ctx); err != nil {
		return err
	}
	image := cmp.Or(r.Image, Image)
	platform, err := d.ensure(ctx, image, engine, r.line)
	if err != nil {
		return err
	}
	network := cmp.Or(r.Network, engine.Network())
	p := &prepared{container: &container{d, "wsspec-autobahn-" + strings.ToLower(rand.Text()[:12])}, of: r, network: network}
	if platform != "" {
		p.args = append(p.args, "--platform", platform)
	}
	p.args = append(p.args, labels()...)
	p.args = append(p.args, engine.user(r.User)...)
	p.args = append(p.args,
		"--mount", bind(dir, insideConfig, "readonly"), "--mount", bind(dir, insideReports),
		// Where SELinux guards folders they would be closed to the container.
		"--security-opt", "label=disable", "--security-opt", "no-new-privileges",
		// The user has no home there; and Python keeps what it prints to itself.
		"--env", "HOME=/tmp", "--env", "PYTHONUNBUFFERED=1",
		image, "wstest")
	defer func() { err = errors.Join(err, p.remove()) }()
	return use(ctx, p)
}

// start writes the spec file, makes the container with these arguments, and has
// run run it. run gets what takes the container's lines.
func (p *prepared) start(ctx context.Context, c *config, mode string, args []string, run func(context.Context, func(string)) error) error {
	if err := c.write(p.of.Dir, specFile(mode)); err != nil {
		return err
	}
	args = append(args, p.args...)
	if err := p.create(append(args, "--mode", mode, "--spec", insideConfig+"/"+specFile(mode))); err != nil {
		return err
	}
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	if p.of.Idle < 0 {
		return run(ctx, p.of.line)
	}
	idle := cmp.Or(p.of.Idle, 10*time.Minute)
	quiet := time.AfterFunc(idle, func() {
		cancel(&SilentError{idle})
	})
	defer quiet.Stop()
	return run(ctx, func(line string) {
		quiet.Reset(idle)
		p.of.line(line)
	})
}

// A SilentError says that the container was given up because it said nothing.
type SilentError struct{ For time.Duration }

// Error says for how long.
func (e *SilentError) Error() string {
	return fmt.Sprintf("Autobahn's container said nothing for %s, and was given up", e.For)
}

// bind is what --mount wants: fields, with quotes where there is a comma in one.
func bind(source, target string, more ...string) string {
	var b strings.Builder
	w := csv.NewWriter(&b)
	_ = w.Write(append([]string{"type=bind", "source=" + source, "target=" + target}, more...))
	w.Flush() // into a strings.Builder, which takes everything
	return strings.TrimSuffix(b.String(), "\n")
}

func (r *Run) line(s string) {
	if r.Line != nil {
		r.Line(s)
	}
}

// folder makes the folder for the report, and finds out whether it is empty.
func (r *Run) folder() (string, error) {
	dir, err := filepath.Abs(r.Dir)
	if err != nil {
		return "", fmt.Errorf("the folder for Autobahn's report: %w", err)
	}
	if err := os.MkdirAll(dir, 0o777); err != nil {
		return "", fmt.Errorf("the folder for Autobahn's report: %w", err)
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		return "", fmt.Errorf("the folder for Autobahn's report: %w", err)
	}
	if len(entries) > 0 {
		return "", fmt.Errorf("the folder for Autobahn's report, %s, is not empty: what is there would be taken for new", dir)
	}
	return dir, nil
}
